/**
 * One batch of lines of one node, matched together against the ring. Lines that arrive together are assigned together,
 * because one reset explains one line; connections that earlier lines have claimed are out.
 */
import { analyse, type Incident, type LogLine, type Match } from '@resetscope/diagnosis';
import type { TcpStream } from '@resetscope/flow';
import { evidenceNotes, evidencePcapng, ladderRows } from '@resetscope/report';
import type { Coverage, RingReader } from '@resetscope/ring';
import { type Claims, claimantOf } from './claims.ts';
import { timeGroups, windowOfAll } from './line-time.ts';
import { coverageReason, lostIn, withReason } from './ring-answer.ts';
import { type RingCandidates, readCandidates } from './ring-candidates.ts';

/** A line to match, and the job it came with. */
export interface PendingLine {
  readonly jobId: string;
  readonly line: LogLine;
}

export interface Correlated {
  readonly incident: Incident;
  readonly resetTsUs: number | null;
  /** pcapng of the connection; null without a match. */
  readonly evidence: Uint8Array | null;
}

export interface RingAccess {
  readonly ring: RingReader;
  readonly claims: Claims;
}

/** One answer per line, in the order given. @throws RingUnavailableError, and whatever Redis answers to a claim. */
export async function correlate(pending: readonly PendingLine[], access: RingAccess): Promise<readonly Correlated[]> {
  const answers = new Map<PendingLine, Correlated>();
  for (const group of timeGroups(pending)) {
    const found = await correlateGroup(group, access);
    for (const [i, item] of group.entries()) answers.set(item, found[i] as Correlated);
  }
  return pending.map((item) => answers.get(item) as Correlated);
}

/** pending: near each other in time, in the order in which nginx wrote them. */
async function correlateGroup(pending: readonly PendingLine[], access: RingAccess): Promise<readonly Correlated[]> {
  const coverage = await access.ring.coverage();
  const candidates = await readCandidates(
    pending.map(({ line }) => line),
    access.ring,
  );
  const ownership = await Ownership.of(pending, candidates, access.claims);
  let matches = match(pending, candidates, ownership.open, coverage);
  // Another correlator may claim between looking and claiming; each time fewer connections are left, so this ends.
  while (!(await ownership.settle(pending, matches))) matches = match(pending, candidates, ownership.open, coverage);
  return matches.map((found, i) => correlated(found, pending[i] as PendingLine, candidates, coverage));
}

interface Matched {
  readonly match: Match;
  readonly incident: Incident;
}

function match(
  pending: readonly PendingLine[],
  { surroundings }: RingCandidates,
  open: readonly TcpStream[],
  coverage: Coverage | null,
): readonly Matched[] {
  const lines = pending.map(({ line }) => line);
  const lostPackets = lostIn(windowOfAll(lines), coverage);
  return analyse({ lines, streams: open, surroundings, accessLog: null, clockOffsetUs: 0, lostPackets }).results;
}

function correlated(
  { match, incident }: Matched,
  { line }: PendingLine,
  { streams }: RingCandidates,
  coverage: Coverage | null,
): Correlated {
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
      if (await this.claims.claim(stream, claimant)) this.owners.set(stream, claimant);
      else {
        this.owners.delete(stream);
        isSettled = false;
      }
    }
    return isSettled;
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
