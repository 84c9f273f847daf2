/** The demo in numbers: what was provoked, what nginx logged of it, and how much of that resetscope explained rightly. */

import type { Episode } from './episode.ts';
import type { Evaluation, JudgedLine, TimedIncident } from './evaluation.ts';

export interface CauseCount {
  /** The causes that name these resets rightly, joined by `|`. */
  readonly cause: string;
  readonly provoked: number;
  /** Provoked resets that nginx logged. */
  readonly logged: number;
  /** Of those: joined to exactly the connection that was reset. */
  readonly matched: number;
  /** Of those: with the right cause. */
  readonly right: number;
}

export interface WrongLine {
  readonly line: string;
  readonly judgement: string;
  readonly expected: { readonly originator: string; readonly responder: string; readonly causes: readonly string[] };
  readonly got: {
    readonly status: string;
    readonly reason: string | null;
    readonly originator: string | null;
    readonly responder: string | null;
    readonly cause: string | null;
  } | null;
}

export interface Summary {
  readonly seconds: number;
  readonly provoked: number;
  readonly logged: number;
  readonly matched: number;
  readonly right: number;
  readonly causesSeen: readonly string[];
  readonly causes: readonly CauseCount[];
  /** Milliseconds from the reset on the wire to the incident in the store; null without a match. */
  readonly latencyMs: { readonly p50: number | null; readonly p99: number | null };
  readonly healthyRequests: number;
  readonly healthProbes: number;
  /** Lines of the family in the error log, and the status of the incident of each. */
  readonly lines: Evaluation['lines'] & { readonly total: number };
  /** Lines of the family that nobody provoked. */
  readonly unexpected: readonly string[];
  readonly wrong: readonly WrongLine[];
}

export interface SummaryInput {
  readonly seconds: number;
  readonly episodes: readonly Episode[];
  readonly evaluation: Evaluation;
  readonly incidents: readonly TimedIncident[];
  readonly healthyRequests: number;
  readonly healthProbes: number;
}

export function summarize(input: SummaryInput): Summary {
  const { episodes, evaluation, incidents } = input;
  const causes = countByCause(episodes, evaluation.judged);
  const total = (field: 'provoked' | 'logged' | 'matched' | 'right'): number =>
    causes.reduce((sum, count) => sum + count[field], 0);
  const latenciesMs = incidents.flatMap(({ storedAfterUs }) => (storedAfterUs === null ? [] : [storedAfterUs / 1000]));
  const seen = incidents.flatMap(({ incident }) => (incident.cause === null ? [] : [incident.cause]));
  const { matched, ambiguous, unmatched, pending } = evaluation.lines;
  return {
    seconds: input.seconds,
    provoked: total('provoked'),
    logged: total('logged'),
    matched: total('matched'),
    right: total('right'),
    causesSeen: [...new Set(seen)].sort(),
    causes,
    latencyMs: { p50: quantile(latenciesMs, 0.5), p99: quantile(latenciesMs, 0.99) },
    healthyRequests: input.healthyRequests,
    healthProbes: input.healthProbes,
    lines: { ...evaluation.lines, total: matched + ambiguous + unmatched + pending },
    unexpected: evaluation.unexpected,
    wrong: evaluation.judged.filter(({ judgement }) => judgement !== 'right').map(wrongLine),
  };
}

/** Every provoked reset that nginx logged was explained rightly, and nginx logged some. */
export function isPerfect(summary: Summary): boolean {
  return summary.logged > 0 && summary.wrong.length === 0;
}

/** An episode counts as matched or right when every line about it is. */
function countByCause(episodes: readonly Episode[], judged: readonly JudgedLine[]): readonly CauseCount[] {
  const linesOf = groupByEpisode(judged);
  const counts = new Map<string, CauseCount>();
  for (const episode of episodes) {
    const cause = episode.causes.join('|');
    const lines = linesOf.get(episode) ?? [];
    const isLogged = lines.length > 0;
    const isMatched = isLogged && lines.every(({ judgement }) => judgement === 'right' || judgement === 'wrong-cause');
    const isRight = isLogged && lines.every(({ judgement }) => judgement === 'right');
    const sofar = counts.get(cause) ?? { cause, provoked: 0, logged: 0, matched: 0, right: 0 };
    counts.set(cause, {
      cause,
      provoked: sofar.provoked + 1,
      logged: sofar.logged + Number(isLogged),
      matched: sofar.matched + Number(isMatched),
      right: sofar.right + Number(isRight),
    });
  }
  return [...counts.values()].sort((a, b) => a.cause.localeCompare(b.cause));
}

function groupByEpisode(judged: readonly JudgedLine[]): ReadonlyMap<Episode, readonly JudgedLine[]> {
  const groups = new Map<Episode, JudgedLine[]>();
  for (const line of judged) groups.set(line.episode, [...(groups.get(line.episode) ?? []), line]);
  return groups;
}

/** Nearest-rank quantile, null of nothing. */
export function quantile(values: readonly number[], q: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null;
}

function wrongLine({ line, episode, incident, judgement }: JudgedLine): WrongLine {
  const { originator, responder, causes } = episode;
  const got = incident && {
    status: incident.status,
    reason: incident.reason,
    originator: incident.stream?.originator ?? null,
    responder: incident.stream?.responder ?? null,
    cause: incident.cause,
  };
  return { line: line.raw, judgement, expected: { originator, responder, causes }, got };
}
