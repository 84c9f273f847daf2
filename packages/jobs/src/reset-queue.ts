/** The queue `resets` as its producers and watchers see it. Consuming is reset-worker.ts, dead letters are dead-letters.ts. */
import { Queue } from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import { type ResetJob, resetJobSchema } from './reset-job.ts';

export const RESET_QUEUE = 'resets';

/** The braces are a hash tag: all keys of the queue live on one shard of a Redis Cluster. */
export const RESET_QUEUE_PREFIX = '{resetscope:queue}';

const JOB_NAME = 'reset';

/**
 * Finished jobs stay a while, because their ids are what makes a replay harmless. A tailer killed before its checkpoint
 * replays at most one batch (256 KiB of log, some 1,500 lines); ten thousand ids outlast that several times over.
 */
const KEEP_DONE = { age: 24 * 3600, count: 10_000 } as const;

/** Dead letters: a week, bounded, because each holds a whole line. */
const KEEP_DEAD = { age: 7 * 24 * 3600, count: 10_000 } as const;

/** A handler that throws is tried 5 times: after 1, 2, 4 and 8 seconds. */
const ATTEMPTS = 5;
const BACKOFF = { type: 'exponential', delay: 1000 } as const;

export type ResetQueue = Queue<ResetJob, void, typeof JOB_NAME>;

/**
 * The connection stays the caller's, and stays open after `queue.close()`.
 * onError: told of connection trouble; commands wait for Redis to come back rather than fail.
 */
export function openResetQueue(redis: Redis | Cluster, onError: (error: Error) => void): ResetQueue {
  const queue: ResetQueue = new Queue(RESET_QUEUE, {
    connection: redis,
    prefix: RESET_QUEUE_PREFIX,
    defaultJobOptions: { attempts: ATTEMPTS, backoff: BACKOFF, removeOnComplete: KEEP_DONE, removeOnFail: KEEP_DEAD },
  });
  queue.on('error', onError);
  return queue;
}

/**
 * Adds all jobs in one round trip; resolves when Redis has them. A job whose id the queue already knows is not added
 * again. @throws ZodError for a job that breaks the schema, and whatever Redis answers (out of memory, read only).
 */
export async function addResetJobs(queue: ResetQueue, jobs: readonly ResetJob[]): Promise<void> {
  if (jobs.length === 0) return;
  await queue.addBulk(
    jobs.map((job) => ({ name: JOB_NAME, data: resetJobSchema.parse(job), opts: { jobId: job.id } })),
  );
}

export interface QueueDepth {
  readonly waiting: number;
  readonly active: number;
  /** Jobs that asked to be run again later, or failed and are tried again. */
  readonly delayed: number;
  /** Dead letters. */
  readonly failed: number;
  /** Age of the job that has waited longest, milliseconds; 0 when none waits. */
  readonly oldestWaitingMs: number;
}

export async function queueDepth(queue: ResetQueue): Promise<QueueDepth> {
  const [counts, oldest] = await Promise.all([
    queue.getJobCounts('waiting', 'active', 'delayed', 'failed'),
    queue.getJobs('waiting', 0, 0, true),
  ]);
  const addedAtMs = oldest[0]?.timestamp;
  return {
    waiting: counts['waiting'] ?? 0,
    active: counts['active'] ?? 0,
    delayed: counts['delayed'] ?? 0,
    failed: counts['failed'] ?? 0,
    oldestWaitingMs: addedAtMs === undefined ? 0 : Math.max(0, Date.now() - addedAtMs),
  };
}
