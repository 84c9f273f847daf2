/**
 * The life of a job: wait for the ring to reach the line, first verdict at once, a second look after the grace period when
 * late packets may change it. What has happened is read from the incident store, not from memory, so a job may be run by
 * any worker, any number of times.
 */
import type { IncidentStore, StoredIncident } from '@resetscope/incidents';
import { AccessLines, type HandlerResult, type JobRun, type ResetHandler, type ResetJob } from '@resetscope/jobs';
import { RingReader } from '@resetscope/ring';
import type { Cluster, Redis } from 'ioredis';
import { Claims } from './claims.ts';
import { type Correlated, correlate, type LineAnswer, type PendingLine, type RingAccess } from './correlate.ts';
import type { CorrelatorMetrics } from './correlator-metrics.ts';
import { withKeptLeg } from './kept-leg.ts';
import { LegBudget } from './leg-budget.ts';
import { LineBatches } from './line-batches.ts';
import { liveLine } from './live-lines.ts';
import { NodeClock } from './node-clock.ts';
import { OpenLines } from './open-lines.ts';
import { isOutage } from './outage.ts';
import { TakenEnds } from './taken-ends.ts';
import { withEarlierReach } from './trust.ts';
import { ToldByLines } from './unlogged-told.ts';

/** How long a job waits for what. */
export interface Pace {
  /** Milliseconds in place for the ring to reach the line, before the job goes back to the queue. */
  readonly reachWaitMs: number;
  /** Pause before a postponed job asks again. */
  readonly notYetMs: number;
  /** Starts after which a job is answered with what there is. */
  readonly notYetStarts: number;
  /** Pause before a line that several connections fit gets its verdict: lines like it may be under way. */
  readonly settleMs: number;
  /** Pause before the second look. */
  readonly graceMs: number;
}

/**
 * A block takes 100 ms to reach the ring; a capture that stands still is waited for some 10 s; late packets are given 2 s
 * (Zeek and Arkime wait 5 s before they close a connection).
 */
const LIVE_PACE: Pace = { reachWaitMs: 1000, notYetMs: 500, notYetStarts: 8, settleMs: 100, graceMs: 2000 };

/** A job so long in the queue has waited for lines like its own. */
const SETTLED_MS = 250;

/** Further looks for an access line that has not come, in graces after the verdict: `flush=5s` is common, 20 s are the end. */
const ACCESS_LOOKS_AT: readonly number[] = [3, 10];

/** Lines matched together: equal lines can be told apart only together, and the queue hands out their jobs one by one. */
const BATCH = { max: 400, gatherMs: 15 } as const;

/** Pause after Redis could not be asked: its outage costs a job no attempt, however long it is. */
const OUTAGE_MS = 1000;

const NO_ENTRY = 'expected a line of an nginx error log, got another text';

export interface HandlerParts {
  /** Of the claims: that of queue and incidents. */
  readonly redis: Redis | Cluster;
  /** Default: the same. */
  readonly ringRedis?: Redis | Cluster;
  readonly store: IncidentStore;
  readonly timezone: string;
  readonly metrics: CorrelatorMetrics;
  /** Default: one of its own. */
  readonly told?: ToldByLines;
  /** Default LIVE_PACE. */
  readonly pace?: Pace;
}

export class JobHandler {
  readonly handle: ResetHandler = (job, run) => this.run(job, run).catch((error) => this.postpone(error));
  private readonly parts: HandlerParts;
  private readonly pace: Pace;
  private readonly told: ToldByLines;
  /** Of all nodes: a storm of one slows this process. */
  private readonly legBudget = new LegBudget();
  private readonly nodes = new Map<string, RingAccess>();
  private readonly batches: LineBatches<PendingLine, LineAnswer>;

  constructor(parts: HandlerParts) {
    this.parts = parts;
    this.pace = parts.pace ?? LIVE_PACE;
    this.told = parts.told ?? new ToldByLines(parts.redis);
    this.batches = new LineBatches(BATCH, (node, pending) => correlate(pending, this.accessTo(node)));
  }

  async close(): Promise<void> {
    await Promise.all([...this.nodes.values()].map(({ ring }) => ring.close()));
  }

  private async run(job: ResetJob, run: JobRun): Promise<HandlerResult> {
    const line = liveLine(job, this.parts.timezone);
    if (line === null) return { kind: 'dead', reason: NO_ENTRY };
    const { ring, clock } = this.accessTo(job.node);
    const reached = await ring.waitForReach(job.readAtUs + clock.offsetUs, this.pace.reachWaitMs);
    if (!reached && run.started < this.pace.notYetStarts) return { kind: 'again', afterMs: this.pace.notYetMs };
    const earlier = await this.parts.store.get(job.id);
    const answer = await this.batches.add(job.node, { job, line, earlier });
    if (answer === 'unchanged') {
      this.parts.metrics.lookSpared();
      return 'done';
    }
    if (earlier === null && isUnsettled(answer, run)) return { kind: 'again', afterMs: this.pace.settleMs };
    await this.keep(job, answer, earlier);
    if (earlier === null) return { kind: 'again', afterMs: this.pace.graceMs };
    return answer.isAccessAwaited ? this.laterLook(earlier) : 'done';
  }

  /** For an access line that nginx still holds in its buffer. */
  private laterLook({ createdAtUs }: StoredIncident): HandlerResult {
    const ageMs = nowUs() / 1000 - createdAtUs / 1000;
    const atMs = ACCESS_LOOKS_AT.map((graces) => graces * this.pace.graceMs).find((ms) => ms > ageMs);
    return atMs === undefined ? 'done' : { kind: 'again', afterMs: Math.ceil(atMs - ageMs) };
  }

  /** @throws what is no outage */
  private postpone(error: unknown): HandlerResult {
    if (!isOutage(error)) throw error;
    this.parts.metrics.connectionFailed(error);
    return { kind: 'again', afterMs: OUTAGE_MS };
  }

  private async keep(job: ResetJob, answer: Correlated, earlier: StoredIncident | null): Promise<void> {
    const { store, metrics } = this.parts;
    const { incident: found, resetTsUs, evidence, replaces } = await withKeptLeg(answer, earlier, store);
    const incident = withEarlierReach(found, earlier?.incident ?? null);
    // The second look never takes a verdict back: packets may have left the ring since the first.
    if (earlier !== null && earlier.incident.status === 'matched' && incident.status !== 'matched') return;
    const createdAtUs = nowUs();
    const { id, node, grouped = 0 } = job;
    const outcome = await store.put({ id, node, createdAtUs, resetTsUs, incident, evidence, grouped });
    if (replaces !== null && (await store.takeBack(replaces))) metrics.unlogged.unloggedReplaced();
    if (outcome === 'created') metrics.answered(incident, id, resetTsUs === null ? null : createdAtUs - resetTsUs);
    if (outcome === 'amended') metrics.amendedTo(incident, id, earlier?.incident ?? null);
  }

  private accessTo(node: string): RingAccess {
    const known = this.nodes.get(node);
    if (known !== undefined) return known;
    const { redis, ringRedis = redis, timezone } = this.parts;
    const access: RingAccess = {
      ring: new RingReader(ringRedis, node),
      clock: new NodeClock(),
      claims: new Claims(redis, node),
      taken: new TakenEnds(),
      openLines: new OpenLines(redis, node),
      lineOf: (job) => liveLine(job, timezone),
      accessLines: new AccessLines(redis, node),
      legBudget: this.legBudget,
      noteMatches: (matches) => this.told.note(node, matches),
    };
    this.nodes.set(node, access);
    return access;
  }
}

/** The first verdict of a line among its likes, which the queue hands out one by one. */
function isUnsettled({ incident }: Correlated, { addedAtMs, started }: JobRun): boolean {
  const isOpen = incident.status === 'ambiguous' && incident.reason === 'several-fit';
  return isOpen && started < SETTLING_STARTS && Date.now() - addedAtMs < SETTLED_MS;
}

/** Whatever the clocks of tailer and correlator say. */
const SETTLING_STARTS = 4;

function nowUs(): number {
  return Date.now() * 1000;
}
