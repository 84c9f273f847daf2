/** Searching incidents: any number of exact terms, a time range, and text; newest first, in pages. */
import type { Harm, Incident, Leg, ResetBy, UnmatchedReason } from '@resetscope/diagnosis';
import { boundedText } from './bounded-text.ts';
import type { ListedIncident } from './incident-brief.ts';
import { ALL_TERM, indexTerm, type TermName, UNLOGGED_TERM } from './index-term.ts';
import { timeDigits } from './keys.ts';
import type { StoredIncident } from './stored-incident.ts';

/** All that is given must hold. */
export interface SearchQuery {
  /** Incidents of a page at most. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string;
  /** Created then or later. */
  readonly fromUs?: number;
  /** Created before. */
  readonly beforeUs?: number;
  readonly groupId?: string;
  readonly cause?: string;
  readonly leg?: Leg;
  readonly resetBy?: ResetBy;
  /** `address:port`, or an address with any port. */
  readonly upstream?: string;
  /** An address, or its network as clientNetwork writes it: `10.1.2.0/24`. */
  readonly client?: string;
  readonly status?: Incident['status'];
  /** Why a line has no single connection. */
  readonly reason?: UnmatchedReason;
  /** HTTP status code seen on the leg. */
  readonly statusCode?: number;
  readonly outcome?: Harm;
  readonly node?: string;
  /** true: only what no log line speaks of. */
  readonly unlogged?: boolean;
  /** Part of the log line (message, request, host ...), in any case. */
  readonly text?: string;
}

export interface SearchPage {
  /** Newest first. */
  readonly incidents: readonly StoredIncident[];
  /** For the next page; null: that was all. */
  readonly next: string | null;
  /** true: it stopped looking before the page was full, after 10,000 incidents; `next` goes on from there. */
  readonly more: boolean;
}

/** The same with what lists show. */
export interface BriefPage extends Omit<SearchPage, 'incidents'> {
  readonly incidents: readonly ListedIncident[];
}

/** Longer text is cut: no line is longer, and an attacker's query must not cost more. */
const MAX_NEEDLE_LEN = 256;

/** One at least; the first ones are likely to be the most selective. */
export function queryTerms(query: SearchQuery): readonly string[] {
  const { groupId, upstream, client, cause, node, reason, statusCode, resetBy, outcome, status, leg } = query;
  const values: readonly (readonly [TermName, string | number | undefined])[] = [
    ['group', groupId],
    ['upstream', upstream],
    ['client', client],
    ['cause', cause],
    ['node', node],
    ['reason', reason],
    ['statusCode', statusCode],
    ['resetBy', resetBy],
    ['outcome', outcome],
    ['status', status],
    ['leg', leg],
  ];
  const terms = values.flatMap(([name, value]) => (value === undefined ? [] : [indexTerm(name, String(value))]));
  const all = query.unlogged === true ? [UNLOGGED_TERM, ...terms] : terms;
  return all.length === 0 ? [ALL_TERM] : all;
}

/** As texts are stored. */
export function needleOf({ text = '' }: SearchQuery): string {
  return boundedText(text, MAX_NEEDLE_LEN).toLowerCase();
}

/**
 * Where a page begins, as the end of an index member: `<createdAtUs, 16 digits>:<incident id>`, exclusive. `~` is after all.
 * A cursor that is none is taken as absent.
 */
export function pageStart({ after, beforeUs }: SearchQuery): string {
  const start = beforeUs === undefined ? '~' : timeDigits(beforeUs);
  return after !== undefined && /^\d{16}:/.test(after) && after < start ? after : start;
}
