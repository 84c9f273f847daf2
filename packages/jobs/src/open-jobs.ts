/**
 * Jobs that have been accepted and have not ended well, for the reconciliation: every accepted line is answered, pending or dead.
 * A job that has its first verdict and waits for its second look is still pending here; the incident store knows better.
 */
import type { Cluster, Redis } from 'ioredis';
import { RESET_QUEUE, RESET_QUEUE_PREFIX, type ResetQueue } from './reset-queue.ts';

export interface OpenJobs {
  /** Waiting, running, or postponed. */
  readonly pending: readonly string[];
  readonly dead: readonly string[];
}

/** Of one moment. Costs some 40 bytes a job. */
export async function openJobs(queue: ResetQueue): Promise<OpenJobs> {
  const [pending, dead] = await Promise.all([
    queue.getRanges(['waiting', 'active', 'delayed', 'prioritized'], 0, -1),
    queue.getRanges(['failed'], 0, -1),
  ]);
  return { pending: [...new Set(pending)], dead };
}

/** Jobs asked about in one call: Redis is busy for less than a millisecond. */
const JOBS_AT_ONCE = 500;

/**
 * Lines that jobs stand for: one each, and those grouped with it.
 *
 * KEYS: jobs (hashes of BullMQ). Returns the number of lines; a job that is gone, or whose payload is no JSON, is one.
 * Reads only, safe to repeat.
 */
const COUNT_LINES = `
local lines = 0
for _, key in ipairs(KEYS) do
  local isRead, job = pcall(cjson.decode, redis.call('HGET', key, 'data') or '')
  local grouped = isRead and type(job) == 'table' and tonumber(job.grouped) or 0
  lines = lines + 1 + grouped
end
return lines
`;

/** redis: that of the queue. */
export async function countLines(redis: Redis | Cluster, ids: readonly string[]): Promise<number> {
  let lines = 0;
  for (let at = 0; at < ids.length; at += JOBS_AT_ONCE) {
    const keys = ids.slice(at, at + JOBS_AT_ONCE).map((id) => `${RESET_QUEUE_PREFIX}:${RESET_QUEUE}:${id}`);
    lines += Number(await redis.eval(COUNT_LINES, keys.length, ...keys));
  }
  return lines;
}
