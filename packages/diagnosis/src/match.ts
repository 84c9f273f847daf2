/**
 * Joins lines to connections. Every line gets its candidates with scores; then all lines are assigned together, because
 * one reset explains one line: what is claimed better by another line is not available. Where several connections fit
 * equally, order decides (nginx writes lines in the order in which it meets the resets), and when even that leaves a free
 * rival the answer is ambiguous. A guess is never an answer.
 */
import type { TcpStream } from '@resetscope/flow';
import type { AccessLog } from './access-log.ts';
import type { Candidate } from './candidate.ts';
import type { UnmatchedReason } from './incident.ts';
import type { LogLine } from './log-line.ts';
import { endingsFor } from './noticed.ts';
import { rivalGroups } from './rivals.ts';
import { possibleTimes, score, writtenSpan } from './score.ts';
import type { SerialLog } from './serial-log.ts';
import { SerialOrder } from './serial-order.ts';
import { type Option, SHOWN_MAX, settleGroup } from './settle.ts';
import type { StreamIndex } from './stream-index.ts';
import type { TimeSpan } from './timed-streams.ts';

/** Below this a candidate is no explanation: address and second alone, with a phase that does not fit. */
const MIN_SCORE = 1;

export type Match =
  | {
      readonly kind: 'matched';
      readonly line: LogLine;
      readonly best: Candidate;
      readonly confidence: number;
      readonly others: readonly Candidate[];
    }
  | {
      readonly kind: 'ambiguous';
      readonly line: LogLine;
      /** Best first. */
      readonly candidates: readonly Candidate[];
      /** `capture-gap`: one connection fits, and the capture misses part of the time in which the line's own may have ended. */
      readonly reason: 'several-fit' | 'capture-gap';
    }
  | { readonly kind: 'unmatched'; readonly line: LogLine; readonly reason: UnmatchedReason };

export interface MatchContext {
  readonly clockOffsetUs: number;
  readonly accessLog: AccessLog | null;
  readonly serials: SerialLog | null;
  /** Stretches of time of which the capture has no packet, in its clock. */
  readonly missing: readonly TimeSpan[];
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
  for (const answer of settleAll(open)) answers.set(answer.line, answer);
  const ordered = withSerials(open, answers);
  if (ordered !== open) for (const answer of settleAll(ordered)) answers.set(answer.line, answer);
  return lines.map((line) => {
    const answer = answers.get(line) ?? { kind: 'unmatched', line, reason: 'no-stream-in-window' };
    return mayBeMissing(answer, context)
      ? { ...answer, kind: 'ambiguous', candidates: [answer.best], reason: 'capture-gap' }
      : answer;
  });
}

/**
 * What fits is not what the line speaks of when that was not captured. What names the connection is beyond doubt; for an answer that
 * is not sure anyway, a hole at any time at which the line's own connection may have ended counts.
 */
function mayBeMissing(
  match: Match,
  { missing, clockOffsetUs }: MatchContext,
): match is Extract<Match, { kind: 'matched' }> {
  if (match.kind !== 'matched') return false;
  if (match.best.parts.some(({ kind }) => kind === 'access-log')) return false;
  const isSure = match.confidence >= ANCHOR_CONFIDENCE;
  const { fromUs, toUs } = (isSure ? writtenSpan : possibleTimes)(match.line, clockOffsetUs);
  return missing.some((gap) => gap.fromUs < toUs && gap.toUs > fromUs);
}

function settleAll(options: readonly Option[]): readonly Match[] {
  const leaderOf = leadersOf(options);
  const leaders = options.filter((option) => leaderOf.get(option) === option);
  const answers = new Map<LogLine, Match>();
  for (const group of rivalGroups(leaders)) for (const answer of settleGroup(group)) answers.set(answer.line, answer);
  for (const [option, leader] of leaderOf) {
    if (leader !== option) answers.set(option.line, follow(option, answers.get(leader.line)));
  }
  return [...answers.values()];
}

/** What is ambiguous is scored again with the connection numbers of what is sure; the same options when nothing is. */
function withSerials(options: readonly Option[], answers: ReadonlyMap<LogLine, Match>): readonly Option[] {
  const isOpen = ({ line }: Option): boolean => answers.get(line)?.kind === 'ambiguous';
  if (!options.some(isOpen)) return options;
  const order = new SerialOrder();
  for (const { line } of options) {
    const answer = answers.get(line);
    if (answer?.kind === 'matched' && answer.confidence >= ANCHOR_CONFIDENCE) order.note(line, answer.best.stream);
  }
  return options.map((option) => (isOpen(option) ? inOrder(option, order) : option));
}

/** Answers this sure place the connection numbers around them. */
const ANCHOR_CONFIDENCE = 0.9;

function inOrder(option: Option, order: SerialOrder): Option {
  const candidates = option.candidates.map((candidate): Candidate => {
    const part = order.partOf(option.line, candidate.stream);
    if (part === null) return candidate;
    return { ...candidate, score: candidate.score + part.weight, parts: [...candidate.parts, part] };
  });
  return { ...option, candidates: candidates.sort((a, b) => b.score - a.score) };
}

function candidatesOf(line: LogLine, index: StreamIndex, context: MatchContext): Option | UnmatchedReason {
  const { leg } = line;
  if (leg === null) return 'not-tcp';
  if (leg === 'upstream' && line.entry.upstream?.unixPath != null) return 'unix-socket';
  if (leg === 'client' && line.client === 'unix:') return 'unix-socket';
  const { streams, addressUnseen } = index.find(line, possibleTimes(line, context.clockOffsetUs));
  const candidates: Candidate[] = [];
  for (const stream of streams) {
    if (isTooYoung(line, stream, context)) continue;
    for (const ending of endingsFor(line, leg, stream)) {
      const candidate = score(line, leg, stream, ending, { ...context, addressUnseen });
      if (candidate !== null && candidate.score >= MIN_SCORE) candidates.push(candidate);
    }
  }
  if (candidates.length === 0) return 'no-stream-in-window';
  candidates.sort((a, b) => b.score - a.score);
  return { line, candidates, addressUnseen };
}

/** Its SYN came after a line had shown that the line's connection number was given. */
function isTooYoung({ entry, leg }: LogLine, stream: TcpStream, { serials, clockOffsetUs }: MatchContext): boolean {
  if (leg !== 'client' || entry.connectionNumber === null || !stream.sawSyn) return false;
  const byUs = serials?.acceptedByUs(entry.pid, entry.connectionNumber) ?? null;
  return byUs !== null && stream.firstUs > byUs + clockOffsetUs + STAMP_SPAN_US;
}

/** A stamp's second, and what it may be early (nginx-error-log section 5, timer_resolution). */
const STAMP_SPAN_US = 5_000_000;

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
  return { kind: 'ambiguous', line, candidates: option.candidates.slice(0, SHOWN_MAX), reason: 'several-fit' };
}
