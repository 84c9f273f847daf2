/** Jobs that will not be run again by themselves: listed for a person, who may have them run again. */
import type { ResetQueue } from './reset-queue.ts';

export interface DeadLetter {
  readonly id: string;
  /** What was wrong with the job, or how its last run failed. */
  readonly reason: string;
  /** Milliseconds since the Unix epoch. */
  readonly failedAtMs: number;
  /** As it was found; may break the schema, which may be why it is dead. */
  readonly payload: unknown;
}

/** Jobs put back at the same time. */
const RETRIED_AT_ONCE = 100;

/** The newest first, at most `limit`. */
export async function deadLetters(queue: ResetQueue, limit: number): Promise<readonly DeadLetter[]> {
  if (limit <= 0) return [];
  const jobs = await queue.getJobs('failed', 0, limit - 1, false);
  return jobs.map((job) => ({
    id: job.id ?? '',
    reason: job.failedReason ?? 'unknown',
    failedAtMs: job.finishedOn ?? job.timestamp,
    payload: job.data,
  }));
}

export interface RetriedLetters {
  readonly retried: readonly string[];
  /** Not among the dead letters: never were, already running, or forgotten. */
  readonly missing: readonly string[];
}

/** Puts dead letters back into the queue with all their attempts. `all`: those that are dead now. */
export async function retryDeadLetters(queue: ResetQueue, ids: readonly string[] | 'all'): Promise<RetriedLetters> {
  const wanted = ids === 'all' ? await queue.getRanges(['failed'], 0, -1) : ids;
  const retried: string[] = [];
  const missing: string[] = [];
  for (let at = 0; at < wanted.length; at += RETRIED_AT_ONCE) {
    const some = wanted.slice(at, at + RETRIED_AT_ONCE);
    const outcomes = await Promise.all(some.map((id) => retry(queue, id)));
    some.forEach((id, i) => {
      (outcomes[i] === true ? retried : missing).push(id);
    });
  }
  return { retried, missing };
}

async function retry(queue: ResetQueue, id: string): Promise<boolean> {
  const job = await queue.getJob(id);
  if (job === undefined || !(await job.isFailed())) return false;
  await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
  return true;
}
