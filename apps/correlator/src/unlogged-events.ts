/** What the search for losses without a line tells about itself: one method for each thing that happens. */
import type { UnloggedIncident } from '@resetscope/diagnosis';

/** What became of a connection with a reset. */
export type Look =
  /** A line speaks of it, or may. */
  | 'claimed'
  /** A line about the other leg of its request explains it. */
  | 'explained'
  /** A closed port's answer. */
  | 'refused'
  /** Nothing was lost. */
  | 'healthy'
  | 'unlogged'
  | `undecided-${Undecided}`;

export type Undecided =
  /** Which end is nginx cannot be told. */
  | 'sides'
  /** More than a second's share of work. */
  | 'storm'
  /** The capture lost packets while it lived. */
  | 'gap'
  /** Its packets had left the ring, or cannot be read. */
  | 'forgotten';

export interface UnloggedEvents {
  looked(look: Look, connections: number): void;
  /** A new incident was stored. */
  unloggedFound(incident: UnloggedIncident, incidentId: string): void;
  /** A line came that speaks of it; its incident is gone. */
  unloggedReplaced(): void;
  /** The ring had forgotten so much before anybody looked. */
  unloggedSkipped(us: number): void;
  /** How far behind the live edge of a node's ring; null: another correlator looks. */
  unloggedLag(node: string, us: number | null): void;
  /** Redis is away or the ring cannot be asked; it is tried again. */
  connectionFailed(error: Error): void;
}
