/**
 * What the correlator counts. Labels come from closed sets only: never an address, a URL or a message. The id of an incident
 * is an exemplar of what it was counted in.
 */
import type { Incident } from '@resetscope/diagnosis';
import type { QueueDepth, WorkerEvents } from '@resetscope/jobs';
import { Counter, exemplarRegistry, Gauge, Histogram, type Logger, type Registry } from '@resetscope/telemetry';
import { TransactionMetrics } from './transaction-metrics.ts';
import { UnloggedMetrics } from './unlogged-metrics.ts';

/** Seconds; the goal is 0.15 at the median and 0.5 at the 99th percentile. */
const LATENCY_BUCKETS = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5, 10];

export class CorrelatorMetrics implements WorkerEvents {
  readonly registry: Registry = exemplarRegistry();
  readonly unlogged: UnloggedMetrics;
  private readonly log: Logger;
  private readonly resets: Counter = new Counter({
    name: 'resetscope_resets_total',
    help: 'Resets explained, by verdict',
    labelNames: ['leg', 'reset_by', 'phase', 'cause', 'outcome'],
    registers: [this.registry],
    enableExemplars: true,
  });
  private readonly lines = this.counter('resetscope_lines_total', 'Lines answered, by status of the first verdict', [
    'status',
  ]);
  private readonly unmatched = this.counter('resetscope_unmatched_total', 'Lines without one connection, by reason', [
    'reason',
  ]);
  private readonly amended = this.counter(
    'resetscope_amended_total',
    'Verdicts changed by packets that came later',
    [],
  );
  private readonly spared = this.counter(
    'resetscope_second_looks_spared_total',
    'Second looks left out in a storm, because nothing of the connection came after its end',
    [],
  );
  private readonly jobs = this.counter('resetscope_jobs_total', 'Jobs of the queue, by what became of them', [
    'result',
  ]);
  private readonly latency: Histogram = new Histogram({
    name: 'resetscope_incident_latency_seconds',
    help: 'From the reset on the wire to the incident in the store',
    buckets: LATENCY_BUCKETS,
    registers: [this.registry],
    enableExemplars: true,
  });
  private readonly depth = new Gauge({
    name: 'resetscope_queue_jobs',
    help: 'Jobs in the queue, by state',
    labelNames: ['state'],
    registers: [this.registry],
  });
  private readonly oldestJob = new Gauge({
    name: 'resetscope_queue_oldest_job_seconds',
    help: 'Age of the job that has waited longest, 0 when none waits',
    registers: [this.registry],
  });
  private readonly transactions = new TransactionMetrics(this.registry);

  constructor(log: Logger) {
    this.log = log;
    this.unlogged = new UnloggedMetrics(this.registry, log, this.transactions);
  }

  answered(incident: Incident, incidentId: string, latencyUs: number | null): void {
    this.lines.inc({ status: incident.status });
    if (incident.status === 'matched') this.resetExplained(incident, incidentId);
    else this.unmatched.inc({ reason: incident.reason ?? 'unknown' });
    if (latencyUs !== null)
      this.latency.observe({ value: latencyUs / 1_000_000, exemplarLabels: { incident_id: incidentId } });
  }

  /** earlier: the verdict until now. */
  amendedTo(incident: Incident, incidentId: string, earlier: Incident | null): void {
    if (!isSameVerdict(incident, earlier)) this.amended.inc();
    if (incident.status === 'matched' && earlier?.status !== 'matched') this.resetExplained(incident, incidentId);
  }

  lookSpared(): void {
    this.spared.inc();
  }

  queueDepth({ waiting, active, delayed, failed, oldestWaitingMs }: QueueDepth): void {
    for (const [state, count] of Object.entries({ waiting, active, delayed, failed })) this.depth.set({ state }, count);
    this.oldestJob.set(oldestWaitingMs / 1000);
  }

  jobDone(): void {
    this.jobs.inc({ result: 'done' });
  }

  jobPostponed(): void {
    this.jobs.inc({ result: 'postponed' });
  }

  jobRetried(id: string, error: Error): void {
    this.jobs.inc({ result: 'retried' });
    this.log.warn({ id, error: error.message }, 'job failed and will be tried again');
  }

  jobDead(id: string, reason: string): void {
    this.jobs.inc({ result: 'dead' });
    this.log.error({ id, reason }, 'job is a dead letter');
  }

  lockLost(): void {
    this.jobs.inc({ result: 'lock-lost' });
  }

  connectionFailed(error: Error): void {
    this.log.warn({ error: error.message }, 'Redis is away; waiting for it');
  }

  private resetExplained(incident: Incident, incidentId: string): void {
    const labels = {
      leg: incident.leg ?? 'none',
      reset_by: incident.reset?.by ?? 'none',
      phase: incident.phase ?? 'none',
      cause: incident.cause ?? 'none',
      outcome: incident.harm,
    };
    this.resets.inc({ labels, exemplarLabels: { incident_id: incidentId } });
    this.transactions.hit(incident, incidentId);
  }

  private counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }
}

/** The other leg and the access line of an incident come later and change no verdict. */
function isSameVerdict(incident: Incident, earlier: Incident | null): boolean {
  const told = (one: Incident | null): string =>
    JSON.stringify([one?.status, one?.reason, one?.stream, one?.cause, one?.outcome, one?.confidence, one?.sentence]);
  return told(incident) === told(earlier);
}
