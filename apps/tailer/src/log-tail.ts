/**
 * One log into the queue. The checkpoint of a batch moves only after Redis has its jobs; while Redis is away nothing is
 * read, because the log itself is the buffer. Lines that a storm has grouped hold the checkpoint until their job is there.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { addResetJobs, type ResetJob, type ResetQueue } from '@resetscope/jobs';
import type { LogSource, SourceLine } from '@resetscope/log-source';
import type { LineKind } from '@resetscope/nginx-log';
import type { AccessTail } from './access-tail.ts';
import { classify, type LineClass, type PendingJob } from './classify.ts';
import type { LineWatch } from './line-watch.ts';
import type { TailerMetrics } from './metrics.ts';
import { Storm } from './storm.ts';

/** Pause before a batch that Redis refused (out of memory, read only) is sent again. */
const RETRY_MS = 1000;
/** A group is closed this long after its first line: its job is as late as that. */
const GROUP_MS = 1000;

export interface LogTailOptions {
  /** The log, and what looks at its lines. */
  readonly source: LogSource;
  readonly watch: LineWatch;
  readonly queue: ResetQueue;
  readonly node: string;
  /** Of lines that become jobs. */
  readonly kinds: ReadonlySet<LineKind>;
  /** Lines of one second that become jobs of their own; Infinity: all. */
  readonly stormLinesPerSecond: number;
  readonly metrics: TailerMetrics;
  /** Looks for the access lines of the jobs; null: no access log is followed. */
  readonly access: AccessTail | null;
  /** Gives up waiting for Redis. */
  readonly stopped: AbortSignal;
}

export class LogTail {
  readonly #options: LogTailOptions;
  readonly #storm: Storm;
  /** Set while lines are grouped. */
  #closing: NodeJS.Timeout | undefined;
  #groupedAtMs = 0;

  constructor(options: LogTailOptions) {
    this.#options = options;
    this.#storm = new Storm(options.stormLinesPerSecond);
  }

  /** Resolves when the source has ended and all it gave is in Redis, or when Redis cannot be waited for any longer. */
  async run(): Promise<void> {
    const { source } = this.#options;
    for await (const batch of source.batches()) {
      const own = this.#storm.pass(this.#jobsOf(batch.lines));
      if (this.#storm.isGrouping) this.#keepOpen();
      const isDue = this.#closing !== undefined && performance.now() - this.#groupedAtMs >= GROUP_MS;
      const isQueued = await this.#deliver(isDue ? [...own, ...this.#storm.take()] : own);
      if (!isQueued) return this.#stopClosing();
      // not waited for: a slow disk must not delay the next line
      void batch.commit();
      if (isDue) await this.#letGo();
    }
    await this.#closeGroups();
  }

  /** The checkpoint stays where it is until the groups are in Redis, at the latest when no more lines come. */
  #keepOpen(): void {
    if (this.#closing !== undefined) return;
    this.#options.source.hold();
    this.#groupedAtMs = performance.now();
    this.#closing = setTimeout(() => void this.#closeGroups(), GROUP_MS);
  }

  async #closeGroups(): Promise<void> {
    const groups = this.#storm.take();
    if (groups.length > 0 && !(await this.#deliver(groups))) return;
    await this.#letGo();
  }

  /** Unless lines were grouped meanwhile, which begins a new wait. */
  async #letGo(): Promise<void> {
    this.#stopClosing();
    if (this.#storm.isGrouping) this.#keepOpen();
    else await this.#options.source.release();
  }

  #stopClosing(): void {
    clearTimeout(this.#closing);
    this.#closing = undefined;
  }

  #jobsOf(lines: readonly SourceLine[]): readonly PendingJob[] {
    const { node, kinds, source, metrics, watch } = this.#options;
    const origin = { node, timezone: source.timezone };
    const jobs: PendingJob[] = [];
    const counts = new Map<LineClass, number>();
    for (const line of lines) {
      const classified = classify(line, origin, kinds);
      counts.set(classified.kind, (counts.get(classified.kind) ?? 0) + 1);
      if ('lineKind' in classified) metrics.familyLineRead(classified.lineKind);
      if (classified.kind === 'job') jobs.push(classified);
    }
    metrics.linesRead(source.name, counts, watch.take());
    for (const { doubts } of jobs) metrics.lineDoubted(doubts);
    return jobs;
  }

  /** False when stopped before Redis took the jobs: their lines are read again after the next start. */
  async #deliver(pending: readonly PendingJob[]): Promise<boolean> {
    if (pending.length === 0) return true;
    const { queue, metrics, stopped } = this.#options;
    const jobs = pending.map(({ job }) => job);
    while (!(await this.#offer(queue, jobs))) {
      await pause(RETRY_MS, undefined, { signal: stopped }).catch(() => undefined);
      if (stopped.aborted) return false;
    }
    metrics.redisBack();
    this.#options.access?.ask(pending);
    const nowUs = Date.now() * 1000;
    for (const { lineKind, job } of pending) {
      metrics.jobQueued(lineKind, Math.max(0, nowUs - job.readAtUs) / 1e6, job.grouped ?? 0);
    }
    return true;
  }

  /** Whether Redis took the jobs. */
  async #offer(queue: ResetQueue, jobs: readonly ResetJob[]): Promise<boolean> {
    try {
      await addResetJobs(queue, jobs);
      return true;
    } catch (error) {
      if (!this.#options.stopped.aborted) this.#options.metrics.queueFailed(error);
      return false;
    }
  }
}
