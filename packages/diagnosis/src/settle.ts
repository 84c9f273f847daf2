/**
 * Chooses a connection for each line of a group of rivals: all at once, because one reset explains one line. Where several
 * connections fit equally, order decides, and when even that leaves a free rival the answer is ambiguous.
 */
import type { TcpStream } from '@resetscope/flow';
import { assign, FORBIDDEN } from './assignment.ts';
import type { Candidate, ScorePart } from './candidate.ts';
import type { LogLine } from './log-line.ts';
import type { Match } from './match.ts';
import { unseenScore } from './score.ts';

/** Scores this close are alike. */
const ALIKE = 0.5;
/** Its best explanation taken, a line does not fall back on one that is so much worse: its own packets may be missing. */
const STEP_DOWN_MAX = 3;
/** Weight of keeping the order of lines and resets alike: less than any evidence. */
const ORDER_WEIGHT = 0.2;
/** Ends within a round or two of a worker's event loop (measured on a loaded host: four of four such lines in another order). */
const SIMULTANEOUS_US = 500;
/** Larger groups are solved in slices of this many lines, in order: the assignment costs lines^2 * connections. */
const GROUP_MAX = 1000;
/** Rivals listed in an answer. */
export const SHOWN_MAX = 5;

/** A line and what may explain it. */
export interface Option {
  readonly line: LogLine;
  /** Best first. */
  readonly candidates: readonly Candidate[];
  readonly addressUnseen: boolean;
}

/** What is free is known only when every slice has chosen: a cut makes no line ambiguous. */
export function settleGroup(group: readonly Option[], sliceLines: number = GROUP_MAX): readonly Match[] {
  const ranks = ranksOf(group);
  const chosen = new Map<Option, TcpStream>();
  const taken = new Set<TcpStream>();
  for (let at = 0; at < group.length; at += sliceLines) {
    const slice = settle(group.slice(at, at + sliceLines), taken, ranks);
    for (const [option, stream] of uncrossed(slice)) chosen.set(option, stream);
    for (const stream of chosen.values()) taken.add(stream);
  }
  const takers = new Map([...chosen].map(([option, stream]) => [stream, option]));
  return group.map((option) => answer(option, chosen.get(option), takers));
}

/** Places from 0 to 1, of lines in the log and of connections by their ends. */
interface Ranks {
  readonly line: ReadonlyMap<Option, number>;
  readonly stream: ReadonlyMap<TcpStream, number>;
}

function ranksOf(group: readonly Option[]): Ranks {
  const streams = [...new Set(group.flatMap((o) => o.candidates.map((c) => c.stream)))];
  streams.sort((a, b) => endUs(a) - endUs(b));
  return {
    line: new Map(group.map((option, at) => [option, at / group.length])),
    stream: new Map(streams.map((stream, at) => [stream, at / streams.length])),
  };
}

function settle(options: readonly Option[], taken: ReadonlySet<TcpStream>, ranks: Ranks): readonly Choice[] {
  const free = options.flatMap((o) => o.candidates.map((c) => c.stream)).filter((stream) => !taken.has(stream));
  const streams = [...new Set(free)];
  const columnOf = new Map(streams.map((stream, column) => [stream, column]));
  const cost = options.map((option) => costsOf(option, columnOf, options.length, ranks));
  const columns = assign(cost, streams.length + options.length);
  return options.flatMap((option, row) => {
    const stream = streams[columns[row] ?? -1];
    return stream === undefined ? [] : [[option, stream] as const];
  });
}

type Choice = readonly [option: Option, stream: TcpStream];

/** Of two lines the earlier has the earlier reset, where that explains both hardly worse. choices: in the order of the lines. */
function uncrossed(choices: readonly Choice[]): readonly Choice[] {
  if (!choices.some((choice, at) => at > 0 && isCrossed(choices[at - 1] as Choice, choice))) return choices;
  const scores = new Map(
    choices.map(([option]) => [option, new Map(option.candidates.map((c) => [c.stream, c.score]))]),
  );
  const fit = (option: Option, stream: TcpStream): number => scores.get(option)?.get(stream) ?? Number.NaN;
  const found = [...choices];
  for (let end = found.length - 1; end > 0; end--) {
    for (let at = 0; at < end; at++) {
      const [a, b] = [found[at] as Choice, found[at + 1] as Choice];
      if (!isCrossed(a, b)) continue;
      const loss = fit(...a) + fit(...b) - fit(a[0], b[1]) - fit(b[0], a[1]);
      if (!(loss < ALIKE)) continue;
      found[at] = [a[0], b[1]];
      found[at + 1] = [b[0], a[1]];
    }
  }
  return found;
}

function isCrossed([, first]: Choice, [, second]: Choice): boolean {
  return endUs(first) - endUs(second) >= SIMULTANEOUS_US;
}

/** NaN: it is no candidate. */
function scoreOf({ candidates }: Option, stream: TcpStream): number {
  return candidates.find((c) => c.stream === stream)?.score ?? Number.NaN;
}

function endUs(stream: TcpStream): number {
  return stream.endings[0]?.tsUs ?? stream.lastUs;
}

/** Columns: one per free stream, then one per line that stands for "nothing explains it". */
function costsOf(option: Option, columnOf: ReadonlyMap<TcpStream, number>, rows: number, ranks: Ranks): number[] {
  const row = new Array<number>(columnOf.size + rows).fill(FORBIDDEN, 0, columnOf.size).fill(0, columnOf.size);
  const lowest = (option.candidates[0]?.score ?? 0) - STEP_DOWN_MAX;
  for (const candidate of option.candidates) {
    if (candidate.score + unseenScore(candidate) < lowest) continue;
    const column = columnOf.get(candidate.stream);
    if (column === undefined) continue;
    const away = (ranks.line.get(option) ?? 0) - (ranks.stream.get(candidate.stream) ?? 0);
    row[column] = -candidate.score + ORDER_WEIGHT * away * away;
  }
  return row;
}

/** takers: who took which connection. */
function answer(option: Option, stream: TcpStream | undefined, takers: ReadonlyMap<TcpStream, Option>): Match {
  const { line, candidates } = option;
  const best = candidates.find((c) => c.stream === stream);
  if (best === undefined) return { kind: 'unmatched', line, reason: 'no-such-reset' };
  const others = candidates.filter((c) => c !== best && best.score - c.score < ALIKE);
  const free = others.filter((c) => {
    const taker = takers.get(c.stream);
    return (
      taker === undefined ||
      (line.leg === 'client' && isSimultaneous(c, best) && wouldSwap(taker, c.stream, best.stream))
    );
  });
  if (free.length > 0) {
    return { kind: 'ambiguous', line, candidates: [best, ...others].slice(0, SHOWN_MAX), reason: 'several-fit' };
  }
  return {
    kind: 'matched',
    line,
    best,
    confidence: confidenceOf(option, best, others),
    others: candidates.filter((c) => c !== best).slice(0, SHOWN_MAX),
  };
}

/** Does what the taker has fit it hardly better than the other? */
function wouldSwap(taker: Option, taken: TcpStream, other: TcpStream): boolean {
  return scoreOf(taker, taken) - scoreOf(taker, other) < ALIKE;
}

/** Order says nothing about clients' ends this close: a worker that was away meets them in any order. (An upstream's deaths at one moment are one event, whichever is which.) */
function isSimultaneous(a: Candidate, b: Candidate): boolean {
  return Math.abs(endUs(a.stream) - endUs(b.stream)) < SIMULTANEOUS_US;
}

/** Live: what the time of the reset takes from the answer, when nginx would have written the line long after it or stamped it early. */
function timeDoubt({ readAtUs }: LogLine, { parts }: Candidate): number {
  const time = parts.find(({ kind }) => kind === 'time');
  if (readAtUs === null || time === undefined) return 0;
  return DOUBT_PER_TIME_WEIGHT * Math.max(0, TIME_WEIGHT_USUAL - time.weight);
}

/** A line read within 100 ms of a reset in its second has this weight of time and more (score.ts). */
const TIME_WEIGHT_USUAL = 1.5;
/** A reset 3 s before all that is possible loses 0.2. */
const DOUBT_PER_TIME_WEIGHT = 0.1;

/** Calibrated on recorded cases (test/accuracy): how often an answer with this evidence is the right connection. */
function confidenceOf(option: Option, best: Candidate, others: readonly Candidate[]): number {
  const has = (kind: ScorePart['kind']): boolean => best.parts.some((part) => part.kind === kind);
  const exact = has('access-log');
  const named = has('request');
  const fits = has('phase-fits');
  let confidence = exact ? 0.99 : named ? 0.97 : 0.92;
  if (!fits && !exact) confidence -= 0.15;
  if (option.addressUnseen && !exact) confidence -= 0.1;
  if ((others.length > 0 || has('serial')) && !exact) confidence = Math.min(confidence, 0.8);
  if (!exact) confidence -= timeDoubt(option.line, best);
  return confidence * option.line.legCertainty;
}
