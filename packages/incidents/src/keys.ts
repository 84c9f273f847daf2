/**
 * The store's keys in Redis. All share one hash tag (Redis Cluster specification, "Hash tags"), so one script may touch
 * them all, and their number is fixed: a script declares every key it uses.
 */

export const KEYS = {
  /** Hash: incident id -> verdict, JSON as given. */
  verdicts: '{resetscope:incidents}:verdicts',
  /** Hash: incident id -> JSON of what the store knows about it (stored-incident.ts). */
  records: '{resetscope:incidents}:records',
  /** Sorted set: incident id by createdAtUs. */
  byTime: '{resetscope:incidents}:by-time',
  /** Hash: incident id -> pcapng bytes. */
  evidence: '{resetscope:incidents}:evidence',
  /** Sorted set: incident ids that have evidence, by createdAtUs. */
  evidenceByTime: '{resetscope:incidents}:evidence-by-time',
  /** Hash: group id -> JSON of what its incidents share (group.ts). */
  groups: '{resetscope:incidents}:groups',
  /** Hash: group id -> incidents ever in it. */
  groupCounts: '{resetscope:incidents}:group-counts',
  /** Hash: group id -> firstSeenUs, 16 digits. */
  groupFirstSeen: '{resetscope:incidents}:group-first-seen',
  /** Sorted set: group id by lastSeenUs. */
  groupsByTime: '{resetscope:incidents}:groups-by-time',
  /** Sorted set, all scores 0, in lexical order: `<group id>:<createdAtUs, 16 digits>:<incident id>`. */
  groupMembers: '{resetscope:incidents}:group-members',
  /** Hash: counters of lines by answer (counts.ts), and the evidence bytes held. */
  counts: '{resetscope:incidents}:counts',
} as const;

/** Pub/sub channel: the id of each incident created or amended. */
export const CHANGED_CHANNEL = '{resetscope:incidents}:changed';

/** Digits of a time in a member: microseconds until the year 2286. */
const TIME_DIGITS = 16;

/** Lexical bounds (ZRANGEBYLEX) of a group's members created before a time; all of them without one. */
export function groupBounds(groupId: string, beforeUs?: number): { readonly min: string; readonly max: string } {
  const end = beforeUs === undefined ? ';' : `:${timeDigits(beforeUs)}`;
  return { min: `[${groupId}:`, max: `(${groupId}${end}` };
}

/** Incident id and creation time of a member of KEYS.groupMembers; group ids hold no colon. */
export function parseGroupMember(member: string): { readonly id: string; readonly createdAtUs: number } {
  const [, time = '', ...id] = member.split(':');
  return { id: id.join(':'), createdAtUs: Number(time) };
}

/** As members and records hold a time: fixed width, so that their order is the order of time. */
export function timeDigits(tsUs: number): string {
  return String(Math.max(0, Math.floor(tsUs))).padStart(TIME_DIGITS, '0');
}
