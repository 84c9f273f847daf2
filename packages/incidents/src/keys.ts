/**
 * The store's keys in Redis. All share one hash tag (Redis Cluster specification, "Hash tags"), so one script may touch
 * them all, and their number is fixed: a script declares every key it uses.
 */

export const KEYS = {
  /** Hash: incident id -> verdict, JSON as given. */
  verdicts: '{resetscope:incidents}:verdicts',
  /** Hash: incident id -> JSON of what the store knows about it (stored-incident.ts). */
  records: '{resetscope:incidents}:records',
  /** Hash: incident id -> JSON of what lists show of its verdict (incident-brief.ts). */
  briefs: '{resetscope:incidents}:briefs',
  /** Hash: incident id -> text that a search looks into (incident-facts.ts). */
  texts: '{resetscope:incidents}:texts',
  /** Hash: incident id -> pcapng bytes. */
  evidence: '{resetscope:incidents}:evidence',
  /** Sorted set, all scores 0, in lexical order: a member per incident and term (index-term.ts). */
  index: '{resetscope:incidents}:index',
  /** Hash: group id -> JSON of what its incidents share (group.ts). */
  groups: '{resetscope:incidents}:groups',
  /** Hash: `<group id>:<name>` -> a number of the group (group.ts). */
  groupNumbers: '{resetscope:incidents}:group-numbers',
  /** Hash: `<group id>:<upstream, client or route>` -> JSON of the most frequent values (group-top.ts). */
  groupTops: '{resetscope:incidents}:group-tops',
  /** Hash: `<group id>:<m or h><slot>` -> `<bucket>:<count>` (group-trend.ts). */
  groupTrends: '{resetscope:incidents}:group-trends',
  /** Hash: group id -> JSON of its state; none: open (group-state.ts). */
  groupStates: '{resetscope:incidents}:group-states',
  /** Sorted set: group id by lastSeenUs. */
  groupsByTime: '{resetscope:incidents}:groups-by-time',
  /** Hash: counters of lines by answer (counts.ts), the evidence bytes held, and what the outbox lost. */
  counts: '{resetscope:incidents}:counts',
  /** Sorted set: group id by the time in milliseconds from which its event may be sent (outbox.ts). */
  outbox: '{resetscope:incidents}:outbox',
  /** Hash: group id -> JSON of its event. */
  events: '{resetscope:incidents}:events',
} as const;

/** Pub/sub channel: the id of each incident created or amended. */
export const CHANGED_CHANNEL = '{resetscope:incidents}:changed';

/** Digits of a time in a member: microseconds until the year 2286. */
const TIME_DIGITS = 16;

/** As members and records hold a time: fixed width, so that their order is the order of time. */
export function timeDigits(tsUs: number): string {
  return String(Math.max(0, Math.floor(tsUs))).padStart(TIME_DIGITS, '0');
}
