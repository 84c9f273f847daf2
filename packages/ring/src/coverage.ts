/** How much of a question the ring can answer: it forgets by design, and a capture can lose packets. */
import type { TimestampUs } from '@resetscope/wire';

/** Half-open: fromUs <= ts < toUs. */
export interface TimeWindow {
  readonly fromUs: TimestampUs;
  readonly toUs: TimestampUs;
}

/** Why packets of a time range are missing from the ring. */
export type GapReason =
  /** The kernel's ring was full: capture did not drain fast enough. */
  | 'kernel-drop'
  /** Redis was slow or away longer than the queue of sealed blocks could bridge. */
  | 'ring-slow'
  /** Capture was not running. */
  | 'restart';

export interface Gap extends TimeWindow {
  /** Packets known to be lost; 0 when nobody could count them (`restart`). */
  readonly lostPackets: number;
  readonly reason: GapReason;
}

export interface Coverage {
  /** Everything the capture saw from here on is in the ring, gaps apart. */
  readonly oldestUs: TimestampUs;
  /** Everything up to here is in the ring; moves on a quiet interface too. 0: nothing was ever captured. */
  readonly newestUs: TimestampUs;
  /** In order of time. */
  readonly gaps: readonly Gap[];
  /** Bytes of blocks and indexes as stored, of the ring's budget. */
  readonly bytes: number;
  readonly blocks: number;
}
