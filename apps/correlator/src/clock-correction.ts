/**
 * Lines matched in the capture's clock: in their own time first, or moved by what is known of the clocks of their node. When none of
 * them fits, it is looked whether connections fit them at another time.
 */
import { unmatchedText } from '@resetscope/diagnosis';
import type { RingReader } from '@resetscope/ring';
import type { Correlated, PendingLine } from './correlate.ts';
import { movedBy } from './line-time.ts';
import { lookAlikes } from './look-alikes.ts';
import type { NodeClock } from './node-clock.ts';

/** Matches lines whose times are in the capture's clock; offsetUs: what they were moved by. Answers in their order. */
export type CorrelateAt = (pending: readonly PendingLine[], offsetUs: number) => Promise<readonly Correlated[]>;

export interface ClockAccess {
  readonly ring: RingReader;
  readonly clock: NodeClock;
}

/** Lines of a group that are looked into when none of it fits. */
const MAX_LOOKED_INTO = 3;

/** One answer per line, in the order given. */
export async function correlateInTime(
  pending: readonly PendingLine[],
  { ring, clock }: ClockAccess,
  correlateAt: CorrelateAt,
): Promise<readonly Correlated[]> {
  const group = new TimedGroup(pending, correlateAt);
  const believedUs = clock.offsetUs;
  const missing = await group.tryAt(pending, believedUs);
  if (group.hasMatch) clock.fitted(group.quickestUs);
  if (group.hasMatch || missing.length === 0) return group.inOrder;
  const left = believedUs === 0 ? missing : await group.tryAt(missing, 0);
  const nearest = new Map<PendingLine, number>();
  for (const item of missing.slice(0, MAX_LOOKED_INTO)) {
    const differencesUs = left.includes(item) ? await lookAlikes(item.line, ring) : [];
    const [nearestUs] = differencesUs.toSorted((a, b) => Math.abs(a) - Math.abs(b));
    if (nearestUs !== undefined) nearest.set(item, nearestUs);
    clock.misfitted(item.job.id, differencesUs);
  }
  if (clock.offsetUs !== believedUs && clock.offsetUs !== 0) {
    await group.tryAt(left, clock.offsetUs);
    if (group.hasMatch) clock.fitted(group.quickestUs);
  }
  if (clock.isDoubtful) for (const [item, us] of nearest) group.doubt(item, us);
  return group.inOrder;
}

/** Lines and their answers so far. */
class TimedGroup {
  private readonly pending: readonly PendingLine[];
  private readonly correlateAt: CorrelateAt;
  private readonly answers = new Map<PendingLine, Correlated>();

  constructor(pending: readonly PendingLine[], correlateAt: CorrelateAt) {
    this.pending = pending;
    this.correlateAt = correlateAt;
  }

  get inOrder(): readonly Correlated[] {
    return this.pending.map((item) => this.answers.get(item) as Correlated);
  }

  get hasMatch(): boolean {
    return this.inOrder.some(({ incident }) => incident.status === 'matched');
  }

  /** From the reset to the reading of the line that was read soonest. */
  get quickestUs(): number | null {
    const delays = this.inOrder.flatMap(({ incident }) => incident.trust.readDelayUs ?? []);
    return delays.length === 0 ? null : Math.min(...delays);
  }

  /** Returns those that fit nothing, and might at another time. */
  async tryAt(items: readonly PendingLine[], offsetUs: number): Promise<readonly PendingLine[]> {
    if (items.length === 0) return [];
    const found = await this.correlateAt(
      items.map((item) => ({ ...item, line: movedBy(item.line, offsetUs) })),
      offsetUs,
    );
    for (const [i, item] of items.entries()) this.answers.set(item, found[i] as Correlated);
    return items.filter((item) => mayFitElsewhere(item, this.answers.get(item)));
  }

  /** Says of a line that fits nothing that it would at another time, and how far away that is. */
  doubt(item: PendingLine, differenceUs: number): void {
    const answer = this.answers.get(item);
    if (!mayFitElsewhere(item, answer)) return;
    const { incident } = answer;
    const trust = { ...incident.trust, clockOffsetSeconds: differenceUs / 1_000_000 };
    const doubted = { ...incident, reason: 'clock', sentence: unmatchedText('clock'), trust } as const;
    this.answers.set(item, { ...answer, incident: doubted });
  }
}

/** Reasons that a wrong clock looks like. */
const LOOKS_LIKE_CLOCK: ReadonlySet<string | null> = new Set([
  'no-stream-in-window',
  'no-such-reset',
  'capture-not-there',
]);

function mayFitElsewhere({ line }: PendingLine, answer: Correlated | undefined): answer is Correlated {
  if (line.readAtUs === null || answer?.incident.status !== 'unmatched') return false;
  return LOOKS_LIKE_CLOCK.has(answer.incident.reason);
}
