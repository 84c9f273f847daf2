/**
 * Joins lines to connections. Every line gets its candidates with scores; then all lines are assigned together, because
 * one reset explains one line: what is claimed better by another line is not available. Where several connections fit
 * equally, order decides (nginx writes lines in the order in which it meets the resets), and when even that leaves a free
 * rival the answer is ambiguous. A guess is never an answer.
 */
import type { TcpStream } from '@resetscope/flow';
import type { AccessLog } from './access-log.ts';
import { assign, FORBIDDEN } from './assignment.ts';
import { type Candidate, endingsFor, type ScorePart } from './candidate.ts';
import type { UnmatchedReason } from './incident.ts';
import type { LogLine } from './log-line.ts';
import { rivalGroups } from './rivals.ts';
import { score } from './score.ts';
import type { StreamIndex } from './stream-index.ts';

/** Below this a candidate is no explanation: address and second alone, with a phase that does not fit. */
const MIN_SCORE = 1;
/** Scores this close are alike. */
const ALIKE = 0.5;
/** Its best explanation taken, a line does not fall back on one that is so much worse: its own packets may be missing. */
const STEP_DOWN_MAX = 3;
/** Weight of keeping the order of lines and resets alike: less than any evidence. */
const ORDER_WEIGHT = 0.2;
/** Larger groups of rivals are solved in slices of this many lines, in order: the assignment costs lines^2 * connections. */
const GROUP_MAX = 1000;

export type Match =
  | {
      readonly kind: 'matched';
      readonly line: LogLine;
      readonly best: Candidate;
      readonly confidence: number;
      readonly others: readonly Candidate[];
    }
  | { readonly kind: 'ambiguous'; readonly line: LogLine; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'unmatched'; readonly line: LogLine; readonly reason: UnmatchedReason };

export interface MatchContext {
  readonly clockOffsetUs: number;
  readonly accessLog: AccessLog | null;
}

/** One answer per line, in the order of the lines. */
export function matchLines(lines: readonly LogLine[], index: StreamIndex, context: MatchContext): readonly Match[] {
  const answers = new Map<LogLine, Match>();
  const open: Option[] = [];
  for (const line of lines) {
    const option = candidatesOf(line, index, context);
    if (typeof option === 'string') answers.set(line, { kind: 'unmatched', line, reason: option });
    else open.push(option);
  }
  const leaderOf = leadersOf(open);
  const leaders = open.filter((option) => leaderOf.get(option) === option);
  for (const group of rivalGroups(leaders)) for (const answer of settleGroup(group)) answers.set(answer.line, answer);
  for (const [option, leader] of leaderOf) {
    if (leader !== option) answers.set(option.line, follow(option, answers.get(leader.line)));
  }
  return lines.map((line) => answers.get(line) ?? { kind: 'unmatched', line, reason: 'no-stream-in-window' });
}

interface Option {
  readonly line: LogLine;
  /** Best first. */
  readonly candidates: readonly Candidate[];
  readonly addressUnseen: boolean;
}

function candidatesOf(line: LogLine, index: StreamIndex, context: MatchContext): Option | UnmatchedReason {
  const { leg } = line;
  if (leg === null) return 'not-tcp';
  if (leg === 'upstream' && line.entry.upstream?.unixPath != null) return 'unix-socket';
  if (leg === 'client' && line.client === 'unix:') return 'unix-socket';
  const { streams, addressUnseen } = index.find(line);
  const candidates: Candidate[] = [];
  for (const stream of streams) {
    for (const ending of endingsFor(line, leg, stream)) {
      const candidate = score(line, leg, stream, ending, { ...context, addressUnseen });
      if (candidate !== null && candidate.score >= MIN_SCORE) candidates.push(candidate);
    }
  }
  if (candidates.length === 0) return 'no-stream-in-window';
  candidates.sort((a, b) => b.score - a.score);
  return { line, candidates, addressUnseen };
}

/**
 * Lines of one client connection (same pid and *N, within a second) share its one reset; the first of them leads. A worker
 * that was started again counts *N from 1 again, so lines far apart are of two connections.
 */
function leadersOf(options: readonly Option[]): ReadonlyMap<Option, Option> {
  const latest = new Map<string, Option>();
  const leaders = new Map<Option, Option>();
  for (const option of options) {
    const { entry, leg, stampUs } = option.line;
    const key = `${entry.pid}*${entry.connectionNumber}`;
    const before = leg === 'client' && entry.connectionNumber !== null ? latest.get(key) : undefined;
    const isSame = before !== undefined && Math.abs(stampUs - before.line.stampUs) <= SAME_RESET_US;
    leaders.set(option, isSame ? before : option);
    if (!isSame && leg === 'client') latest.set(key, option);
  }
  return leaders;
}

/** Lines that one reset provokes are written in one round of the event loop; its cached second may end between them. */
const SAME_RESET_US = 1_000_000;

function follow(option: Option, lead: Match | undefined): Match {
  const { line } = option;
  const same = lead?.kind === 'matched' ? option.candidates.find((c) => c.stream === lead.best.stream) : undefined;
  if (lead?.kind === 'matched' && same !== undefined) return { ...lead, line, best: same, others: [] };
  return { kind: 'ambiguous', line, candidates: option.candidates.slice(0, SHOWN_MAX) };
}

/** Rivals listed in an answer. */
const SHOWN_MAX = 5;

function settleGroup(group: readonly Option[]): readonly Match[] {
  const answers: Match[] = [];
  const taken = new Set<TcpStream>();
  for (let at = 0; at < group.length; at += GROUP_MAX) {
    const slice = group.slice(at, at + GROUP_MAX).map((option) => without(option, taken));
    for (const answer of settle(slice)) {
      answers.push(answer);
      if (answer.kind === 'matched') taken.add(answer.best.stream);
    }
  }
  return answers;
}

function without(option: Option, taken: ReadonlySet<TcpStream>): Option {
  return taken.size === 0 ? option : { ...option, candidates: option.candidates.filter((c) => !taken.has(c.stream)) };
}

function settle(options: readonly Option[]): readonly Match[] {
  const streams = [...new Set(options.flatMap((o) => o.candidates.map((c) => c.stream)))];
  streams.sort((a, b) => endUs(a) - endUs(b));
  const columnOf = new Map(streams.map((stream, column) => [stream, column]));
  const cost = options.map((option, row) =>
    costsOf(option, row / Math.max(1, options.length), columnOf, options.length),
  );
  const chosen = assign(cost, streams.length + options.length);
  const taken = new Set(chosen.map((column) => streams[column]));
  return options.map((option, row) => answer(option, streams[chosen[row] ?? -1], taken));
}

function endUs(stream: TcpStream): number {
  return stream.endings[0]?.tsUs ?? stream.lastUs;
}

/** Columns: one per stream, then one per line that stands for "nothing explains it". */
function costsOf(option: Option, rank: number, columnOf: ReadonlyMap<TcpStream, number>, rows: number): number[] {
  const columns = columnOf.size;
  const row = new Array<number>(columns + rows).fill(FORBIDDEN, 0, columns).fill(0, columns);
  const lowest = (option.candidates[0]?.score ?? 0) - STEP_DOWN_MAX;
  for (const candidate of option.candidates) {
    if (candidate.score < lowest) break;
    const column = columnOf.get(candidate.stream) as number;
    const away = rank - column / Math.max(1, columns);
    row[column] = -candidate.score + ORDER_WEIGHT * away * away;
  }
  return row;
}

function answer(option: Option, stream: TcpStream | undefined, taken: ReadonlySet<TcpStream | undefined>): Match {
  const { line, candidates } = option;
  const best = candidates.find((c) => c.stream === stream);
  if (best === undefined) return { kind: 'unmatched', line, reason: 'no-such-reset' };
  const others = candidates.filter((c) => c !== best && best.score - c.score < ALIKE);
  const free = others.filter((c) => !taken.has(c.stream));
  if (free.length > 0) return { kind: 'ambiguous', line, candidates: [best, ...others].slice(0, SHOWN_MAX) };
  return {
    kind: 'matched',
    line,
    best,
    confidence: confidenceOf(option, best, others),
    others: candidates.filter((c) => c !== best).slice(0, SHOWN_MAX),
  };
}

/** Calibrated on recorded cases (test/accuracy): how often an answer with this evidence is the right connection. */
function confidenceOf(option: Option, best: Candidate, others: readonly Candidate[]): number {
  const has = (kind: ScorePart['kind']): boolean => best.parts.some((part) => part.kind === kind);
  const exact = has('access-log');
  const named = has('request');
  const fits = has('phase-fits');
  let confidence = exact ? 0.99 : named ? 0.97 : 0.92;
  if (!fits && !exact) confidence -= 0.15;
  if (option.addressUnseen && !exact) confidence -= 0.1;
  if (others.length > 0 && !exact) confidence = Math.min(confidence, 0.8);
  return confidence * option.line.legCertainty;
}
