/**
 * One batch of lines of one node, matched together against the ring. Lines that arrive together are assigned together,
 * because one reset explains one line; connections that earlier lines have claimed are out.
 */
import { type AccessLog, analyse, type Incident, type LogLine, type Match } from '@resetscope/diagnosis';
import type { TcpStream } from '@resetscope/flow';
import type { AccessLines } from '@resetscope/jobs';
import { evidenceNotes, evidencePcapng, ladderRows } from '@resetscope/report';
import type { Coverage, RingReader } from '@resetscope/ring';
import { accessLogOf } from './access-entries.ts';
import { BothLegs } from './both-legs.ts';
import { type Claims, claimantOf } from './claims.ts';
import { correlateInTime } from './clock-correction.ts';
import type { LegBudget } from './leg-budget.ts';
import { timeGroups, windowOfAll } from './line-time.ts';
import type { NodeClock } from './node-clock.ts';
import { coverageReason, lostIn, withReason } from './ring-answer.ts';
import { type RingCandidates, readCandidates } from './ring-candidates.ts';

/** A line to match, and the job it came with. */
export interface PendingLine {
  readonly jobId: string;
  readonly line: LogLine;
  /** It has a verdict, and time for the other leg of its request. */
  readonly isLaterLook: boolean;
}

export interface Correlated {
  readonly incident: Incident;
  readonly resetTsUs: number | null;
  /** pcapng of the connection; null without a match. */
  readonly evidence: Uint8Array | null;
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
  readonly accessLines: AccessLines;
  readonly legBudget: LegBudget;
  /** Told of every match. */
  readonly noteMatches: (matches: readonly Match[]) => Promise<void>;
}

/** One answer per line, in the order given. @throws RingUnavailableError, and whatever Redis answers to a claim. */
export async function correlate(pending: readonly PendingLine[], access: RingAccess): Promise<readonly Correlated[]> {
  const answers = new Map<PendingLine, Correlated>();
  for (const group of timeGroups(pending)) {
    const found = await correlateInTime(group, access, (some, offsetUs) => correlateGroup(some, offsetUs, access));
    for (const [i, item] of group.entries()) answers.set(item, found[i] as Correlated);
  }
  return pending.map((item) => answers.get(item) as Correlated);
}

/** pending: near each other in time, in the order in which nginx wrote them, moved by offsetUs to the capture's clock. */
async function correlateGroup(
  pending: readonly PendingLine[],
  offsetUs: number,
  access: RingAccess,
): Promise<readonly Correlated[]> {
  const coverage = await access.ring.coverage();
  const lines = pending.map(({ line }) => line);
  const accessFound = await access.accessLines.read(pending.map(({ jobId }) => jobId));
  const accessLog = accessLogOf(lines, accessFound);
  const candidates = await readCandidates(lines, access.ring, accessLog);
  const ownership = await Ownership.of(pending, candidates, access.claims);
  const matchOpen = () => match(lines, candidates, ownership.open, { coverage, accessLog, offsetUs });
  let matches = matchOpen();
  // Another correlator may claim between looking and claiming; each time fewer connections are left, so this ends.
  while (!(await ownership.settle(pending, matches))) matches = matchOpen();
  await access.claims.suspect(matches.flatMap(({ match }) => suspects(match)));
  await access.noteMatches(matches.map(({ match }) => match));
  const legs = new BothLegs(access.ring, access.legBudget, accessLog);
  const answers: Correlated[] = [];
  for (const [i, found] of matches.entries()) {
    const item = pending[i] as PendingLine;
    const answer = correlated(found, item, candidates, coverage);
    answers.push({
      ...(item.isLaterLook ? await legs.complete(answer, found.match, candidates.streams) : answer),
      replaces: found.match.kind === 'matched' ? ownership.replacedBy(found.match.best.stream) : null,
      isAccessAwaited: accessFound[i] != null && found.incident.access === undefined,
    });
  }
  return answers;
}

/** Connections of which one is the line's. */
function suspects(match: Match): readonly TcpStream[] {
  return match.kind === 'ambiguous' ? match.candidates.map(({ stream }) => stream) : [];
}

interface Matched {
  readonly match: Match;
  readonly incident: Incident;
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
  return analyse({ lines, streams: open, surroundings, accessLog, clockOffsetUs: offsetUs, lostPackets }).results;
}

function correlated(
  { match, incident }: Matched,
  { line }: PendingLine,
  { streams }: RingCandidates,
  coverage: Coverage | null,
): Omit<Correlated, 'replaces' | 'isAccessAwaited'> {
  if (match.kind !== 'matched') {
    return { incident: withReason(incident, coverageReason(line, coverage)), resetTsUs: null, evidence: null };
  }
  const { stream, ending } = match.best;
  const notes = evidenceNotes(incident.evidence);
  const frames = streams.find((s) => s.stream === stream)?.frames ?? [];
  return {
    incident: { ...incident, ladder: ladderRows(stream, notes) },
    resetTsUs: ending?.tsUs ?? null,
    evidence: evidencePcapng(frames, notes, incident.sentence),
  };
}

/** Who owns which of the connections read for a group, and which are open to it. */
class Ownership {
  private readonly owners: Map<TcpStream, string | null>;
  private readonly claims: Claims;
  private readonly own: ReadonlySet<string>;
  private readonly replaced = new Map<TcpStream, string>();

  private constructor(owners: Map<TcpStream, string | null>, claims: Claims, own: ReadonlySet<string>) {
    this.owners = owners;
    this.claims = claims;
    this.own = own;
  }

  static async of(pending: readonly PendingLine[], { streams }: RingCandidates, claims: Claims): Promise<Ownership> {
    const all = streams.map(({ stream }) => stream);
    const owners = await claims.owners(all);
    const known = new Map(all.map((stream, i) => [stream, owners[i] ?? null]));
    return new Ownership(known, claims, new Set(pending.map(claimantOf)));
  }

  /** Connections that nobody else has claimed. */
  get open(): readonly TcpStream[] {
    return [...this.owners].filter(([, owner]) => owner === null || this.own.has(owner)).map(([stream]) => stream);
  }

  /** Claims what was matched. False: somebody was faster somewhere, and `open` has become smaller. */
  async settle(pending: readonly PendingLine[], matches: readonly Matched[]): Promise<boolean> {
    const wanted = new Map<TcpStream, string>();
    for (const [i, { match }] of matches.entries()) {
      if (match.kind === 'matched') wanted.set(match.best.stream, claimantOf(pending[i] as PendingLine));
    }
    await this.releaseOthers(wanted);
    let isSettled = true;
    for (const [stream, claimant] of wanted) {
      const claim = await this.claims.claim(stream, claimant);
      if (claim.kind === 'ours') {
        this.owners.set(stream, claimant);
        if (claim.replaces !== null) this.replaced.set(stream, claim.replaces);
      } else {
        this.owners.delete(stream);
        isSettled = false;
      }
    }
    return isSettled;
  }

  /** Id of the unlogged incident that the claim of the connection replaces. */
  replacedBy(stream: TcpStream): string | null {
    return this.replaced.get(stream) ?? null;
  }

  /** A line that late packets have moved to another connection leaves the one it had to others. */
  private async releaseOthers(wanted: ReadonlyMap<TcpStream, string>): Promise<void> {
    const settled = new Set(wanted.values());
    for (const [stream, owner] of this.owners) {
      if (owner === null || !settled.has(owner) || wanted.get(stream) === owner) continue;
      await this.claims.release(stream, owner);
      this.owners.set(stream, null);
    }
  }
}
