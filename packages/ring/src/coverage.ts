/** How much of a question the ring can answer: it forgets by design, and a capture can lose packets. */
import type { TimestampUs } from '@resetscope/wire';

/** Half-open: fromUs <= ts < toUs. */
export interface TimeWindow {
  readonly fromUs: TimestampUs;
  readonly toUs: TimestampUs;
}

export const GAP_REASONS = [
  /** The kernel's ring was full: capture did not drain fast enough. */
  'kernel-drop',
  /** Redis was slow or away longer than the queue of sealed blocks could bridge. */
  'ring-slow',
  /** Redis will never take the block: another capture holds the ring, or a key of the ring is not the ring's. */
  'ring-refused',
  /** Redis lost what it had: emptied, or started again without it. */
  'ring-lost',
  /** Capture was not running. */
  'restart',
  /** The wall clock was set: forward, and these times never were; back, and they were twice. */
  'clock-step',
  /** What Redis has of a block is not what was written. Found by the reader, so it knows those it has read. */
  'damaged-block',
] as const;

/** Why packets of a time range are missing from the ring. */
export type GapReason = (typeof GAP_REASONS)[number];

export interface Gap extends TimeWindow {
  /** Packets known to be lost; 0 when nobody could count them (`restart`, `clock-step`). */
  readonly lostPackets: number;
  readonly reason: GapReason;
}

export interface Coverage {
  /** Everything the capture saw from here on is in the ring, gaps apart. */
  readonly oldestUs: TimestampUs;
  /** Everything up to here is in the ring; moves on a quiet interface too, back only with the clock. 0: nothing was ever captured. */
  readonly newestUs: TimestampUs;
  /** In order of time. */
  readonly gaps: readonly Gap[];
  /** Memory the ring takes in Redis, of its budget. */
  readonly bytes: number;
  readonly blocks: number;
}
