/**
 * The causes resetscope can name: id, what it is in words, which side decides it, and what to change where. Facts and
 * their sources: docs/verdicts.md, one section per id. A test keeps the two lists alike.
 */
import { CAUSES } from './cause-table.ts';

export type CauseSide = 'client' | 'nginx' | 'upstream' | 'middlebox' | 'race' | 'either' | 'unknown';

export interface Cause {
  readonly id: string;
  /** One clause, for headings. */
  readonly title: string;
  readonly side: CauseSide;
  /** How such a connection normally ends: worth counting, not worth waking anybody. */
  readonly normalClose: boolean;
  /** Party -> the directive, setting or habit to change. */
  readonly fixes: readonly { readonly party: string; readonly text: string }[];
}

const BY_ID: ReadonlyMap<string, Cause> = new Map(CAUSES.map((cause) => [cause.id, cause]));

/** Undefined for an id that is not in the list. */
export function causeById(id: string): Cause | undefined {
  return BY_ID.get(id);
}
