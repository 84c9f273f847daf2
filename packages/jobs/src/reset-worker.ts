/**
 * Runs a handler for each job of the queue `resets`. A handler may ask to be run again later (the packets are not there
 * yet), which costs no attempt, or give the job up; one that throws is tried again with growing pauses and becomes a dead
 * letter at last.
 */
import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import { parseResetJob, type ResetJob } from './reset-job.ts';
import { RESET_QUEUE, RESET_QUEUE_PREFIX } from './reset-queue.ts';

/** What a handler says of a job. */
export type HandlerResult =
  | 'done'
  /** Run it again in `afterMs` milliseconds; no attempt is consumed. */
  | { readonly kind: 'again'; readonly afterMs: number }
  /** Trying again is in vain: a dead letter at once. */
  | { readonly kind: 'dead'; readonly reason: string };

export interface JobRun {
  /** When the job was added, milliseconds since the Unix epoch. */
  readonly addedAtMs: number;
  /** How often the job has been started, this time included: 1 the first time. */
  readonly started: number;
}

/** @throws to have the job tried again later, and after the last attempt kept as a dead letter. */
export type ResetHandler = (job: ResetJob, run: JobRun) => Promise<HandlerResult>;

/** Told what happens to jobs; one method per thing. */
export interface WorkerEvents {
  jobDone(): void;
  jobPostponed(): void;
  /** A handler threw; the job will be tried again. */
  jobRetried(id: string, error: Error): void;
  /** The job is a dead letter now. */
  jobDead(id: string, reason: string): void;
  /** The worker was too busy to keep a job its own: another may run it too, which changes nothing. */
  lockLost(): void;
  /** Redis trouble; the worker goes on by itself when Redis is back. */
  connectionFailed(error: Error): void;
}

export interface WorkerOptions {
  /** Jobs run at the same time. */
  readonly concurrency: number;
  readonly events: WorkerEvents;
}

export interface ResetWorker {
  /** Waits for the jobs being run; the connection given stays open. */
  close(): Promise<void>;
}

/**
 * A worker that was killed gives its jobs back when a check finds their lock run out: about LOCK_MS + STALLED_CHECK_MS later.
 * Jobs are short, so the lock may be shorter than BullMQ's 30 s.
 */
const LOCK_MS = 10_000;
const STALLED_CHECK_MS = 5_000;
/** BullMQ tells it as an error like any other (src/classes/lock-manager.ts). */
const LOST_LOCK = /^could not renew lock for job/;
/** Lost workers a job survives before it is suspected of killing them. */
const MAX_STALLED = 5;

/** Resolves when the worker takes jobs. The worker duplicates `redis` for its blocking reads. */
export async function startResetWorker(
  redis: Redis | Cluster,
  handler: ResetHandler,
  options: WorkerOptions,
): Promise<ResetWorker> {
  const { events } = options;
  const worker = new Worker<ResetJob, void>(RESET_QUEUE, (job, token) => runJob(job, token, handler, events), {
    connection: redis,
    prefix: RESET_QUEUE_PREFIX,
    concurrency: options.concurrency,
    lockDuration: LOCK_MS,
    stalledInterval: STALLED_CHECK_MS,
    maxStalledCount: MAX_STALLED,
  });
  worker.on('completed', () => events.jobDone());
  worker.on('error', (error) => (LOST_LOCK.test(error.message) ? events.lockLost() : events.connectionFailed(error)));
  worker.on('failed', (job, error) => {
    const id = job?.id ?? 'unknown';
    if (job?.finishedOn === undefined) events.jobRetried(id, error);
    else events.jobDead(id, error.message);
  });
  await worker.waitUntilReady();
  return { close: () => worker.close() };
}

async function runJob(
  job: Job<ResetJob, void>,
  token: string | undefined,
  handler: ResetHandler,
  events: WorkerEvents,
): Promise<void> {
  const parsed = parseResetJob(job.data);
  if (parsed.kind !== 'job') throw new UnrecoverableError(parsed.reason);
  const result = await handler(parsed.job, { addedAtMs: job.timestamp, started: job.attemptsStarted });
  if (result === 'done') return;
  if (result.kind === 'dead') throw new UnrecoverableError(result.reason);
  await job.moveToDelayed(Date.now() + result.afterMs, token);
  events.jobPostponed();
  throw new DelayedError();
}
