/**
 * The index by which incidents are found: one sorted set in lexical order with a member per incident and term,
 * `<term>|<createdAtUs, 16 digits>:<incident id>`. The members of a term are a range of it, newest last; whether an incident
 * has another term too is one lookup of a member.
 */
import type { Incident } from '@resetscope/diagnosis';
import { boundedText } from './bounded-text.ts';
import { factsOf } from './incident-facts.ts';
import { timeDigits } from './keys.ts';
import { clientNetwork } from './network.ts';

/** Every incident has it. */
export const ALL_TERM = 'all';
/** Incidents whose capture is kept; the scripts set it. */
export const EVIDENCE_TERM = 'evidence';
/** Incidents that no log line speaks of. */
export const UNLOGGED_TERM = 'unlogged';

export type TermName =
  | 'group'
  | 'cause'
  | 'leg'
  | 'resetBy'
  | 'upstream'
  | 'client'
  | 'status'
  | 'reason'
  | 'statusCode'
  | 'outcome'
  | 'node';

/** Longer values are cut, in the index and in a query alike. */
const MAX_TERM_VALUE_LEN = 128;

/** No value can end the term early: encoded values hold no `|`, no line end and nothing that is not ASCII. */
export function indexTerm(name: TermName, value: string): string {
  return `${name}=${encodeURIComponent(boundedText(value, MAX_TERM_VALUE_LEN))}`;
}

export interface Indexed {
  readonly incident: Incident;
  readonly node: string;
  readonly logged: boolean;
  readonly groupId: string | null;
}

/** An upstream is found by `address:port` and by address, a client by address and by network. */
export function termsOf({ incident, node, logged, groupId }: Indexed): readonly string[] {
  const { leg, cause, reset, status, reason, outcome, harm } = incident;
  const { upstream, client } = factsOf(incident);
  const terms: readonly (readonly [TermName, string | number | null | undefined])[] = [
    ['group', groupId],
    ['cause', cause],
    ['leg', leg],
    ['resetBy', reset?.by],
    ['upstream', upstream],
    ['upstream', upstream.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')],
    ['client', client],
    ['client', clientNetwork(client)],
    ['status', status],
    ['reason', reason],
    ['statusCode', outcome?.status],
    ['outcome', harm],
    ['node', node],
  ];
  const having = terms.flatMap(([name, value]) =>
    value === null || value === undefined || value === '' ? [] : [indexTerm(name, String(value))],
  );
  return [...new Set([ALL_TERM, ...(logged ? [] : [UNLOGGED_TERM]), ...having])];
}

/** Lexical bounds (ZRANGEBYLEX) of a term's members created before a time; all of them without one. */
export function termBounds(term: string, beforeUs?: number): { readonly min: string; readonly max: string } {
  // `}` is the character after `|`.
  const end = beforeUs === undefined ? '}' : `|${timeDigits(beforeUs)}`;
  return { min: `[${term}|`, max: `(${term}${end}` };
}

export interface IndexedIncident {
  readonly id: string;
  readonly createdAtUs: number;
}

/** A member, or what of it comes after the `|`; ids may hold colons, terms no `|`. */
export function parseIndexMember(member: string): IndexedIncident {
  const [time = '', ...id] = member.slice(member.indexOf('|') + 1).split(':');
  return { id: id.join(':'), createdAtUs: Number(time) };
}
