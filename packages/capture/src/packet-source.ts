/** Where packets come from. The AF_PACKET ring, cap and capture files keep the same promises (packet-source.test.ts). */
import type { FrameWindow, TimestampUs } from '@resetscope/wire';

/** The frame is reused and its bytes lie in the source's memory: both valid during the call only. */
export type FrameSink = (frame: FrameWindow, ifIndex: number) => void;

export interface SourceStats {
  /** Packets the source has seen pass its filter, those it dropped included. */
  readonly received: number;
  /** Packets lost before they could be handed out: the kernel's ring was full. null: the source cannot tell. */
  readonly dropped: number | null;
}

export interface PacketSource {
  readonly name: 'af_packet' | 'cap' | 'file';
  /** Whoever stamps the packets; `process`: this one, when it gets them. */
  readonly clock: 'kernel' | 'process' | 'file';
  /** Interface or file, for messages and metrics. */
  readonly subject: string;
  /** Hands out what has arrived, in order of arrival, and returns how many frames that were. Never waits. */
  drain(onFrame: FrameSink): number;
  /** Everything captured up to here has been handed out. */
  readonly reachUs: TimestampUs;
  /** Totals since the source was opened. Asks the kernel: about once a second is enough. */
  stats(): SourceStats;
  /** Idempotent. Frames handed out before must not be touched any more. */
  close(): void;
}
