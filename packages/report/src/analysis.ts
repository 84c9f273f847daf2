/** What one run over logs and captures found: the object `resetscope analyze --json` prints. */
import type { Incident } from '@resetscope/diagnosis';

/** Every connection with a RST in the capture, by what became of it; the parts add up to the total. */
export interface ResetCounts {
  readonly total: number;
  /** No payload before the reset: probes, refused connections. */
  readonly handshake: number;
  /** After a FIN. */
  readonly closing: number;
  /** Explains a log line. */
  readonly matched: number;
  /** In the middle of a connection, and no line speaks of it. */
  readonly unlogged: number;
}

export interface Analysis {
  readonly incidents: readonly Incident[];
  readonly resets: ResetCounts;
  /** Capture clock minus log clock. */
  readonly clockOffsetSeconds: number;
  /** One line each: what could not be read or is in doubt. */
  readonly warnings: readonly string[];
}
