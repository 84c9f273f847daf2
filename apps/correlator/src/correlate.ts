/**
 * One batch of lines of one node, matched together against the ring. Lines that arrive together are assigned together,
 * because one reset explains one line; connections that earlier lines have claimed are out.
 */
import { type AccessLog, analyse, type Incident, type LogLine, type Match, Retries } from '@resetscope/diagnosis';
import type { TcpStream } from '@resetscope/flow';
import type { StoredIncident } from '@resetscope/incidents';
import type { AccessLines, ResetJob } from '@resetscope/jobs';
import type { Coverage, RingReader } from '@resetscope/ring';
import { accessLogOf } from './access-entries.ts';
import { type Answer, answerOf } from './answer.ts';
import { BothLegs } from './both-legs.ts';
import { type Claims, claimantOf } from './claims.ts';
import { correlateInTime } from './clock-correction.ts';
import type { LegBudget } from './leg-budget.ts';
import { inWrittenOrder, movedBy, timeGroups, windowOfAll, writtenUs } from './line-time.ts';
import type { NodeClock } from './node-clock.ts';
import type { OpenLines } from './open-lines.ts';
import { Ownership } from './ownership.ts';
import { lostIn, missingOf } from './ring-answer.ts';
import { type RingCandidates, readCandidates } from './ring-candidates.ts';
import type { TakenEnds } from './taken-ends.ts';
import { unchangedLines } from './unchanged-lines.ts';

/** A line to match, and the job it came with. */
export interface PendingLine {
  readonly job: ResetJob;
  readonly line: LogLine;
  /** Its verdict, at a later look: there is time for the other leg of its request. */
  readonly earlier: StoredIncident | null;
}

export interface Correlated extends Answer {
  /** Id of the unlogged incident that the connection was stored under before its line came; it must go. */
  readonly replaces: string | null;
  /** The tailer looks for the access line of its request, and has not seen it yet. */
  readonly isAccessAwaited: boolean;
}

export interface RingAccess {
  readonly ring: RingReader;
  /** Of the node. */
  readonly clock: NodeClock;
  readonly claims: Claims;
  readonly taken: TakenEnds;
  readonly openLines: OpenLines;
  /** The line of another job of the node, in its own time. */
  readonly lineOf: (job: ResetJob) => LogLine | null;
  readonly accessLines: AccessLines;
  readonly legBudget: LegBudget;
  /** Told of every match. */
  readonly noteMatches: (matches: readonly Match[]) => Promise<void>;
}

/** What a line gets: an answer, or at a later look in a storm nothing that it has not. */
export type LineAnswer = Correlated | 'unchanged';

/** One answer per line, in the order given. @throws RingUnavailableError, and whatever Redis answers to a claim. */
export async function correlate(pending: readonly PendingLine[], access: RingAccess): Promise<readonly LineAnswer[]> {
  const answers = new Map<PendingLine, LineAnswer>();
  for (const item of await unchangedLines(pending, access)) answers.set(item, 'unchanged');
  for (const group of timeGroups(pending.filter((item) => !answers.has(item)))) {
    const found = await correlateInTime(group, access, (some, offsetUs) => correlateGroup(some, offsetUs, access));
    for (const [i, item] of group.entries()) answers.set(item, found[i] as Correlated);
  }
  return pending.map((item) => answers.get(item) as LineAnswer);
}

/** pending: near each other in time, in the order in which nginx wrote them, moved by offsetUs to the capture's clock. */
async function correlateGroup(
  pending: readonly PendingLine[],
  offsetUs: number,
  access: RingAccess,
): Promise<readonly Correlated[]> {
  const all = inWrittenOrder([...pending, ...(await companions(pending, offsetUs, access))]);
  const lines = all.map(({ line }) => line);
  const accessFound = await access.accessLines.read(all.map(({ job }) => job.id));
  const accessLog = accessLogOf(lines, accessFound);
  const own = new Set(all.map(claimantOf));
  const candidates = await readCandidates(lines, access.ring, { accessLog, taken: access.taken, own });
  const coverage = await access.ring.coverage();
  const ownership = await Ownership.of(own, candidates.streams, access);
  const matchOpen = (): readonly Answered[] =>
    answersTo(pending, all, match(lines, candidates, ownership.open, { coverage, accessLog, offsetUs }));
  let answered = matchOpen();
  // Another correlator may claim between looking and claiming; each time fewer connections are left, so this ends.
  while (!(await ownership.settle(answered))) answered = matchOpen();
  await access.claims.suspect(answered.flatMap(({ match }) => suspects(match)));
  await access.openLines.note(
    jobsOf(answered, isOpen),
    jobsOf(answered, (found) => !isOpen(found)),
  );
  await access.noteMatches(answered.map(({ match }) => match));
  const asked = new Set(all.filter((_, i) => accessFound[i] != null));
  const legs = new BothLegs(access.ring, access.legBudget, accessLog);
  const { streams } = candidates;
  const facts = { streams, retries: new Retries(streams.map(({ stream }) => stream)), coverage };
  const answers: Correlated[] = [];
  for (const found of answered) {
    const { item, match, incident } = found;
    const answer = answerOf(found, item.line, facts);
    answers.push({
      ...(item.earlier !== null ? await legs.complete(answer, match, streams) : answer),
      replaces: match.kind === 'matched' ? ownership.replacedBy(match.best.stream) : null,
      isAccessAwaited: asked.has(item) && incident.access === undefined,
    });
  }
  return answers;
}

/** Open lines of about the same time: they are matched with the pending ones, and get no answer. */
async function companions(
  pending: readonly PendingLine[],
  offsetUs: number,
  { openLines, lineOf }: RingAccess,
): Promise<readonly PendingLine[]> {
  const own = new Set(pending.map(({ job }) => job.id));
  const readUs = pending.map(({ job }) => job.readAtUs);
  const reading = { fromUs: Math.min(...readUs) - COMPANY_US, toUs: Math.max(...readUs) + COMPANY_US };
  const writing = pending.map(({ line }) => writtenUs(line));
  const [firstUs, lastUs] = [Math.min(...writing) - COMPANY_US, Math.max(...writing) + COMPANY_US];
  return (await openLines.readIn(reading, COMPANIONS_MAX)).flatMap((job) => {
    const unmoved = own.has(job.id) ? null : lineOf(job);
    if (unmoved === null) return [];
    const line = movedBy(unmoved, offsetUs);
    return writtenUs(line) < firstUs || writtenUs(line) > lastUs ? [] : [{ job, line, earlier: null }];
  });
}

/** Equal lines further apart hardly want the same reset. */
const COMPANY_US = 2_000_000;
/** Each costs as much as a pending line. */
const COMPANIONS_MAX = 400;

/** Of those that were pending. matches: of all lines. */
function answersTo(
  pending: readonly PendingLine[],
  all: readonly PendingLine[],
  matches: readonly Matched[],
): readonly Answered[] {
  const byItem = new Map(all.map((item, i) => [item, matches[i] as Matched]));
  return pending.map((item) => ({ item, ...(byItem.get(item) as Matched) }));
}

/** A line of its kind may still show which connection it speaks of. */
function isOpen({ match }: Answered): boolean {
  return match.kind === 'ambiguous' && match.reason === 'several-fit';
}

function jobsOf(answered: readonly Answered[], wanted: (found: Answered) => boolean): readonly ResetJob[] {
  return answered.filter(wanted).map(({ item }) => item.job);
}

/** Connections of which one is the line's. */
function suspects(match: Match): readonly TcpStream[] {
  return match.kind === 'ambiguous' ? match.candidates.map(({ stream }) => stream) : [];
}

interface Matched {
  readonly match: Match;
  readonly incident: Incident;
}

interface Answered extends Matched {
  readonly item: PendingLine;
}

/** What besides packets there is. */
interface Known {
  readonly coverage: Coverage | null;
  readonly accessLog: AccessLog | null;
  readonly offsetUs: number;
}

function match(
  lines: readonly LogLine[],
  { surroundings }: RingCandidates,
  open: readonly TcpStream[],
  { coverage, accessLog, offsetUs }: Known,
): readonly Matched[] {
  const lostPackets = lostIn(windowOfAll(lines), coverage);
  const missing = missingOf(coverage);
  return analyse({ lines, streams: open, surroundings, accessLog, clockOffsetUs: offsetUs, lostPackets, missing })
    .results;
}
