/**
 * One log into the queue. The checkpoint of a batch moves only after Redis has its jobs; while Redis is away nothing is
 * read, because the log itself is the buffer.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Follower, LineBatch } from '@resetscope/follow';
import { addResetJobs, type ResetJob, type ResetQueue } from '@resetscope/jobs';
import type { LineKind } from '@resetscope/nginx-log';
import { classify, isInfoLine, type LineClass } from './classify.ts';
import type { TailerMetrics } from './metrics.ts';

/** Pause before a batch that Redis refused (out of memory, read only) is sent again. */
const RETRY_MS = 1000;

export interface LogTailOptions {
  readonly follower: Follower;
  readonly queue: ResetQueue;
  readonly node: string;
  readonly metrics: TailerMetrics;
}

interface PendingJob {
  readonly lineKind: LineKind;
  readonly job: ResetJob;
}

export class LogTail {
  readonly #options: LogTailOptions;
  readonly #stopped = new AbortController();

  constructor(options: LogTailOptions) {
    this.#options = options;
  }

  /** Resolves after stop(). */
  async run(): Promise<void> {
    for await (const batch of this.#options.follower.batches()) {
      const isQueued = await this.#deliver(this.#jobsOf(batch));
      if (!isQueued) return;
      // not waited for: a slow disk must not delay the next line
      void batch.commit();
    }
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#options.follower.stop();
  }

  #jobsOf(batch: LineBatch): readonly PendingJob[] {
    const { node, metrics } = this.#options;
    const jobs: PendingJob[] = [];
    const counts = new Map<LineClass, number>();
    for (const line of batch.lines) {
      const classified = classify(line, node);
      counts.set(classified.kind, (counts.get(classified.kind) ?? 0) + 1);
      if (classified.kind === 'job') jobs.push(classified);
    }
    metrics.linesRead(counts);
    if (batch.lines.some((line) => isInfoLine(line.bytes))) metrics.infoRead();
    return jobs;
  }

  /** False when stopped before Redis took the jobs: their lines are read again after the next start. */
  async #deliver(pending: readonly PendingJob[]): Promise<boolean> {
    if (pending.length === 0) return true;
    const { queue, metrics } = this.#options;
    const jobs = pending.map(({ job }) => job);
    while (!(await this.#offer(queue, jobs))) {
      await pause(RETRY_MS, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      if (this.#stopped.signal.aborted) return false;
    }
    metrics.redisBack();
    const nowUs = Date.now() * 1000;
    for (const { lineKind, job } of pending) metrics.jobQueued(lineKind, Math.max(0, nowUs - job.readAtUs) / 1e6);
    return true;
  }

  /** Whether Redis took the jobs. */
  async #offer(queue: ResetQueue, jobs: readonly ResetJob[]): Promise<boolean> {
    try {
      await addResetJobs(queue, jobs);
      return true;
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#options.metrics.queueFailed(error);
      return false;
    }
  }
}
