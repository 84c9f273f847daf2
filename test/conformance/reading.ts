/** What the product reads in a trace: its streams, and the frames that it does not take for TCP. */
import type { TcpStream } from '@resetscope/flow';
import { type DecodeOutcome, PacketDecoder } from '@resetscope/wire';
import { readCaptureFiles } from '../../apps/cli/src/analyze/capture-file.ts';
import { inputFile } from '../../apps/cli/src/analyze/input-file.ts';
import { readFlows } from '../../apps/cli/src/flows/read-flows.ts';
import type { Reason } from './reasons.ts';

export interface Reading {
  /** As `resetscope flows` has them, by index. */
  readonly streams: readonly TcpStream[];
  /** By frame number, why a frame that may hold TCP is not read. */
  readonly unread: ReadonlyMap<number, keyof typeof UNREAD>;
  readonly icmpFrames: number;
  /** Frames whose payload the snap length cut. */
  readonly cutPayloads: number;
}

/** Outcomes behind which another reader may find TCP, and what such a difference is called. */
export const UNREAD = {
  fragment: 'fragment',
  tunnel: 'tunnel',
  cut: 'cut',
  malformed: 'malformed',
  'unknown-link-type': 'link-type',
} as const satisfies Partial<Record<DecodeOutcome, Reason>>;

export async function readTrace(path: string): Promise<Reading> {
  const streams: TcpStream[] = [];
  const everything = { resetOnly: false, host: null, ports: null };
  await readFlows([path], everything, { flow: (stream) => streams.push(stream), leftOut: () => {}, ready: () => {} });
  const unread = new Map<number, keyof typeof UNREAD>();
  const decoder = new PacketDecoder();
  let [icmpFrames, cutPayloads] = [0, 0];
  await readCaptureFiles([inputFile(path)], (frame) => {
    const outcome = decoder.decodeWindow(frame);
    if (outcome === 'icmp') icmpFrames++;
    if (isUnread(outcome)) unread.set(frame.frameNumber, outcome);
    if (outcome === 'tcp' && decoder.packet.capturedPayloadLen < decoder.packet.payloadLen) cutPayloads++;
  });
  return { streams: streams.sort((a, b) => a.index - b.index), unread, icmpFrames, cutPayloads };
}

function isUnread(outcome: DecodeOutcome): outcome is keyof typeof UNREAD {
  return Object.hasOwn(UNREAD, outcome);
}
