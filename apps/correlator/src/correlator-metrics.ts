/** What the correlator counts. Labels come from closed sets only: never an address, a URL or a message. */
import type { Incident } from '@resetscope/diagnosis';
import type { WorkerEvents } from '@resetscope/jobs';
import { Counter, Gauge, Histogram, type Logger, Registry } from '@resetscope/telemetry';
import { UnloggedMetrics } from './unlogged-metrics.ts';

/** Seconds; the goal is 0.15 at the median and 0.5 at the 99th percentile. */
const LATENCY_BUCKETS = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5, 10];

export class CorrelatorMetrics implements WorkerEvents {
  readonly registry: Registry = new Registry();
  readonly unlogged: UnloggedMetrics;
  private readonly log: Logger;
  private readonly resets = this.counter('resetscope_resets_total', 'Resets explained, by verdict', [
    'leg',
    'reset_by',
    'phase',
    'cause',
    'outcome',
  ]);
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
  private readonly jobs = this.counter('resetscope_jobs_total', 'Jobs of the queue, by what became of them', [
    'result',
  ]);
  private readonly latency = new Histogram({
    name: 'resetscope_incident_latency_seconds',
    help: 'From the reset on the wire to the incident in the store',
    buckets: LATENCY_BUCKETS,
    registers: [this.registry],
  });
  private readonly depth = new Gauge({
    name: 'resetscope_queue_jobs',
    help: 'Jobs in the queue, by state',
    labelNames: ['state'],
    registers: [this.registry],
  });

  constructor(log: Logger) {
    this.log = log;
    this.unlogged = new UnloggedMetrics(this.registry, log);
  }

  answered(incident: Incident, latencyUs: number | null): void {
    this.lines.inc({ status: incident.status });
    if (incident.status === 'matched') this.resetExplained(incident);
    else this.unmatched.inc({ reason: incident.reason ?? 'unknown' });
    if (latencyUs !== null) this.latency.observe(latencyUs / 1_000_000);
  }

  /** earlier: the verdict until now. */
  amendedTo(incident: Incident, earlier: Incident | null): void {
    if (!isSameVerdict(incident, earlier)) this.amended.inc();
    if (incident.status === 'matched' && earlier?.status !== 'matched') this.resetExplained(incident);
  }

  queueDepth(states: Readonly<Record<string, number>>): void {
    for (const [state, count] of Object.entries(states)) this.depth.set({ state }, count);
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

  connectionFailed(error: Error): void {
    this.log.warn({ error: error.message }, 'Redis is away; waiting for it');
  }

  private resetExplained(incident: Incident): void {
    this.resets.inc({
      leg: incident.leg ?? 'none',
      reset_by: incident.reset?.by ?? 'none',
      phase: incident.phase ?? 'none',
      cause: incident.cause ?? 'none',
      outcome: incident.harm,
    });
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
