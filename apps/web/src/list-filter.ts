/** What the lists show: read from the query string, written back into links, applied to groups, handed to the search. */
import { causeById, type Harm, type Incident, type Leg, type UnmatchedReason } from '@resetscope/diagnosis';
import type { GroupState, IncidentGroup, SearchQuery } from '@resetscope/incidents';
import { HARM_WORDS, REASON_WORDS } from '@resetscope/report';
import { boundsOf, rangeParameters, readTimeRange, type TimeRange } from './time-range.ts';

/** `active`: what nobody has put aside, so open or regressed. */
export const STATES = ['active', 'regressed', 'snoozed', 'expected', 'resolved', 'any'] as const;
export type StateFilter = (typeof STATES)[number];

/** What hurts first; newest first; most first. */
export const ORDERS = ['harm', 'recent', 'count', 'new'] as const;
export type GroupOrder = (typeof ORDERS)[number];

const LEGS: readonly Leg[] = ['client', 'upstream'];
export const STATUSES = ['matched', 'ambiguous', 'unmatched', 'unlogged'] as const;
export type StatusFilter = Incident['status'] | 'unlogged';

/** null and '' stand for any. */
export interface ListFilter {
  readonly range: TimeRange;
  readonly cause: string | null;
  readonly leg: Leg | null;
  readonly harm: Harm | null;
  readonly upstream: string;
  readonly client: string;
  readonly text: string;
  readonly state: StateFilter;
  readonly order: GroupOrder;
  /** What became of a line; `unlogged`: there is none. Incidents only. */
  readonly status: StatusFilter | null;
  readonly reason: UnmatchedReason | null;
  /** HTTP status code. Incidents only. */
  readonly code: number | null;
}

/** Longer values find nothing: an address, a path. The search cuts its text here too. */
const MAX_TEXT_LEN = 256;

/** Unknown parameters are ignored, bad values taken as absent. */
export function readListFilter(query: unknown): ListFilter {
  const values = query as Readonly<Record<string, unknown>>;
  const text = (name: string): string => {
    const value = values[name];
    return typeof value === 'string' ? value.trim().slice(0, MAX_TEXT_LEN) : '';
  };
  const one = <T extends string>(name: string, allowed: readonly T[]): T | null =>
    allowed.find((value) => value === text(name)) ?? null;
  const code = text('code');
  return {
    range: readTimeRange(text('range'), text('from'), text('to')),
    cause: causeById(text('cause')) === undefined ? null : text('cause'),
    leg: one('leg', LEGS),
    harm: one('harm', Object.keys(HARM_WORDS) as Harm[]),
    upstream: text('upstream'),
    client: text('client'),
    text: text('text'),
    state: one('state', STATES) ?? 'active',
    order: one('order', ORDERS) ?? 'harm',
    status: one('status', STATUSES),
    reason: one('reason', Object.keys(REASON_WORDS) as UnmatchedReason[]),
    code: /^[1-5]\d\d$/.test(code) ? Number(code) : null,
  };
}

/** The query string that gives the filter again, with some of it changed: `?harm=failed`; empty when all is as by default. */
export function filterLink(
  filter: ListFilter,
  change: Partial<ListFilter> = {},
  more: readonly Parameter[] = [],
): string {
  const { range, state, order, code, ...rest } = { ...filter, ...change };
  const parameters = new URLSearchParams();
  for (const [name, value] of rangeParameters(range)) parameters.set(name, value);
  for (const [name, value] of Object.entries(rest)) if (value !== null && value !== '') parameters.set(name, value);
  if (code !== null) parameters.set('code', String(code));
  if (state !== 'active') parameters.set('state', state);
  if (order !== 'harm') parameters.set('order', order);
  for (const [name, value] of more) parameters.set(name, value);
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

export type Parameter = readonly [name: string, value: string];

export function hasState({ kind }: GroupState, wanted: StateFilter): boolean {
  if (wanted === 'any') return true;
  return wanted === 'active' ? kind === 'open' || kind === 'regressed' : kind === wanted;
}

/** By what a group knows of itself; time and state are the caller's. Upstreams and clients are its most frequent ones. */
export function fitsGroup(group: IncidentGroup, filter: ListFilter): boolean {
  const { cause, leg, harm, upstream, client, text } = filter;
  const { fingerprint, harms, top, title } = group;
  if (cause !== null && fingerprint.cause !== cause) return false;
  if (leg !== null && fingerprint.leg !== leg) return false;
  if (harm !== null && harms[harm] === 0) return false;
  const has = (kind: 'upstream' | 'client' | 'route', part: string): boolean =>
    top[kind].some(({ value }) => value.toLowerCase().includes(part));
  if (upstream !== '' && !has('upstream', upstream) && !fingerprint.peer.includes(upstream)) return false;
  if (client !== '' && !has('client', client)) return false;
  const needle = text.toLowerCase();
  if (needle === '') return true;
  const own = [title, fingerprint.cause, fingerprint.peer, fingerprint.route].join('\n').toLowerCase();
  return own.includes(needle) || has('route', needle) || has('upstream', needle) || has('client', needle);
}

/** state and order are of groups alone. */
export function searchOf(filter: ListFilter, nowUs: number): Omit<SearchQuery, 'limit'> {
  const { range, cause, leg, harm, upstream, client, text, status, reason, code } = filter;
  const { fromUs, toUs } = boundsOf(range, nowUs);
  return {
    ...(fromUs === 0 ? {} : { fromUs }),
    ...(toUs === null ? {} : { beforeUs: toUs }),
    ...(cause === null ? {} : { cause }),
    ...(leg === null ? {} : { leg }),
    ...(harm === null ? {} : { outcome: harm }),
    ...(upstream === '' ? {} : { upstream }),
    ...(client === '' ? {} : { client }),
    ...(text === '' ? {} : { text }),
    ...(status === null ? {} : status === 'unlogged' ? { unlogged: true } : { status }),
    ...(reason === null ? {} : { reason }),
    ...(code === null ? {} : { statusCode: code }),
  };
}
