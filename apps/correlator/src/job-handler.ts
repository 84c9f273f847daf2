/**
 * The life of a job: wait for the ring to reach the line, first verdict at once, a second look after the grace period when
 * late packets may change it. What has happened is read from the incident store, not from memory, so a job may be run by
 * any worker, any number of times.
 */
import type { IncidentStore, StoredIncident } from '@resetscope/incidents';
import type { HandlerResult, JobRun, ResetHandler, ResetJob } from '@resetscope/jobs';
import { RingReader } from '@resetscope/ring';
import type { Redis } from 'ioredis';
import { Claims } from './claims.ts';
import { type Correlated, correlate, type PendingLine } from './correlate.ts';
import type { CorrelatorMetrics } from './correlator-metrics.ts';
import { LineBatches } from './line-batches.ts';
import { liveLine } from './live-lines.ts';

/** How long a job waits for what. */
export interface Pace {
  /** Milliseconds in place for the ring to reach the line, before the job goes back to the queue. */
  readonly reachWaitMs: number;
  /** Pause before a postponed job asks again. */
  readonly notYetMs: number;
  /** Starts after which a job is answered with what there is. */
  readonly notYetStarts: number;
  /** Pause before the second look. */
  readonly graceMs: number;
}

/**
 * A block takes 100 ms to reach the ring; a capture that stands still is waited for some 10 s; late packets are given 2 s
 * (Zeek and Arkime wait 5 s before they close a connection).
 */
const LIVE_PACE: Pace = { reachWaitMs: 1000, notYetMs: 500, notYetStarts: 8, graceMs: 2000 };

/** Lines matched together: equal lines can be told apart only together, and the queue hands out their jobs one by one. */
const BATCH = { max: 400, gatherMs: 15 } as const;

export interface HandlerParts {
  readonly redis: Redis;
  readonly store: IncidentStore;
  readonly timezone: string;
  readonly metrics: CorrelatorMetrics;
  /** Default LIVE_PACE. */
  readonly pace?: Pace;
}

export class JobHandler {
  readonly handle: ResetHandler = (job, run) => this.run(job, run);
  private readonly parts: HandlerParts;
  private readonly pace: Pace;
  private readonly rings = new Map<string, RingReader>();
  private readonly batches: LineBatches<PendingLine, Correlated>;

  constructor(parts: HandlerParts) {
    this.parts = parts;
    this.pace = parts.pace ?? LIVE_PACE;
    this.batches = new LineBatches(BATCH, (node, pending) =>
      correlate(pending, { ring: this.ringOf(node), claims: new Claims(parts.redis, node) }),
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.rings.values()].map((ring) => ring.close()));
  }

  private async run(job: ResetJob, run: JobRun): Promise<HandlerResult> {
    const line = liveLine(job, this.parts.timezone);
    if (line === null) throw new Error('the line of this job is not an nginx error-log entry');
    const reached = await this.ringOf(job.node).waitForReach(job.readAtUs, this.pace.reachWaitMs);
    if (!reached && run.started < this.pace.notYetStarts) return { kind: 'again', afterMs: this.pace.notYetMs };
    const earlier = await this.parts.store.get(job.id);
    const answer = await this.batches.add(job.node, { jobId: job.id, line });
    await this.keep(job, answer, earlier);
    return earlier === null ? { kind: 'again', afterMs: this.pace.graceMs } : 'done';
  }

  private async keep(job: ResetJob, answer: Correlated, earlier: StoredIncident | null): Promise<void> {
    const { store, metrics } = this.parts;
    const { incident, resetTsUs, evidence } = answer;
    // The second look never takes a verdict back: packets may have left the ring since the first.
    if (earlier !== null && earlier.incident.status === 'matched' && incident.status !== 'matched') return;
    const createdAtUs = Math.round((performance.timeOrigin + performance.now()) * 1000);
    const { id, node, grouped = 0 } = job;
    const outcome = await store.put({ id, node, createdAtUs, resetTsUs, incident, evidence, grouped });
    if (outcome === 'created') metrics.answered(incident, resetTsUs === null ? null : createdAtUs - resetTsUs);
    if (outcome === 'amended') metrics.amendedTo(incident, earlier?.incident ?? null);
  }

  private ringOf(node: string): RingReader {
    const known = this.rings.get(node);
    if (known !== undefined) return known;
    const ring = new RingReader(this.parts.redis, node);
    this.rings.set(node, ring);
    return ring;
  }
}
