/** What one run over logs and captures found: the object `resetscope analyze --json` prints. */
import type { Incident } from '@resetscope/diagnosis';
import type { DrawnUnlogged } from './report-case.ts';

/** Every RST frame of the capture, by what became of it; the parts add up to the total. */
export interface ResetCounts {
  readonly total: number;
  /** Of no line; no payload before it: probes, refused connections. */
  readonly handshake: number;
  /** Of no line; after its sender's FIN. */
  readonly closing: number;
  /** Of a connection that a line speaks of. */
  readonly matched: number;
  /** In the middle of a connection, and no line speaks of it. */
  readonly unlogged: number;
}

export interface Analysis {
  readonly incidents: readonly Incident[];
  /** Connections that lost data and that no line speaks of. */
  readonly unlogged: readonly DrawnUnlogged[];
  readonly resets: ResetCounts;
  /** Cause -> connections with a reset that no line speaks of, those that lost nothing too. */
  readonly resetsWithoutLine: Readonly<Record<string, number>>;
  /** Frames: `total`; of these, those that are no TCP segment, by what they are; `late`: after the end of their connection. */
  readonly packets: Readonly<Record<string, number>> & { readonly total: number; readonly late: number };
  /** Capture clock minus log clock. */
  readonly clockOffsetSeconds: number;
  /** One line each: what could not be read or is in doubt. */
  readonly warnings: readonly string[];
}
