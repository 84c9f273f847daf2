/** What two readers of a trace say of its connections, and where they part. */
import type { Reason } from './reasons.ts';

export interface Comparison {
  readonly oracle: 'tshark' | 'Zeek';
  readonly trace: string;
  /** Of Zeek: the special run, empty for the plain one. */
  readonly variant: string;
  /** Connections that the oracle lists. */
  readonly connections: number;
  /** Of these, with every compared field equal. */
  readonly agreed: number;
  readonly differences: readonly Difference[];
}

/** One field of one connection. */
export interface Field {
  readonly field: string;
  readonly ours: string;
  readonly theirs: string;
}

export interface Difference extends Field {
  /** The connection, as the oracle names it. */
  readonly where: string;
  readonly reason: Reason;
}

export function differing(fields: readonly Field[]): readonly Field[] {
  return fields.filter(({ ours, theirs }) => ours !== theirs);
}
