/** Lines counted by their answer since the store began; lines = matched + ambiguous + unmatched always holds. */
import type { Incident, UnmatchedReason } from '@resetscope/diagnosis';

export interface IncidentCounts {
  readonly lines: number;
  readonly matched: number;
  readonly ambiguous: number;
  readonly unmatched: number;
  /** The parts of `unmatched`, most frequent first. */
  readonly unmatchedBy: readonly { readonly reason: UnmatchedReason | 'other'; readonly count: number }[];
  /** Incidents that no line speaks of: no part of `lines`. */
  readonly unlogged: number;
}

const UNLOGGED = 'unlogged';

/** Field of KEYS.counts: `matched`, `ambiguous`, `unmatched:<reason>`, `unlogged`. */
export function counterOf(incident: Pick<Incident, 'status' | 'reason'>, logged: boolean): string {
  if (!logged) return UNLOGGED;
  return incident.status === 'unmatched' ? `unmatched:${incident.reason ?? 'other'}` : incident.status;
}

export function readCounts(fields: Readonly<Record<string, string>>): IncidentCounts {
  const count = (field: string): number => Number(fields[field] ?? 0);
  const prefix = 'unmatched:';
  const unmatchedBy = Object.keys(fields)
    .filter((field) => field.startsWith(prefix) && count(field) > 0)
    .map((field) => ({ reason: field.slice(prefix.length) as UnmatchedReason, count: count(field) }))
    .sort((a, b) => b.count - a.count);
  const [matched, ambiguous] = [count('matched'), count('ambiguous')];
  const unmatched = unmatchedBy.reduce((sum, part) => sum + part.count, 0);
  const lines = matched + ambiguous + unmatched;
  return { lines, matched, ambiguous, unmatched, unmatchedBy, unlogged: count(UNLOGGED) };
}
