/**
 * Groups a storm before the queue: of the lines that one log wrote in one second, the first ones become jobs of their own;
 * the rest become one job for each likeness, the first line of it, which carries how many more there were. Pure.
 */
import { groupResetJobs } from '@resetscope/jobs';
import type { PendingJob } from './classify.ts';

/** Seconds whose lines are counted at once: the stamps of several workers alternate where one second ends. */
const SECONDS_MAX = 16;
/** Likenesses kept apart; beyond, lines are alike when they are of one kind, of which there are few. */
const LIKENESS_MAX = 64;
/** `YYYY/MM/DD HH:MM:SS`, the second in which nginx wrote the line: it does not depend on when it is read. */
const STAMP_LEN = 19;

interface Group {
  readonly sample: PendingJob;
  /** Lines besides the sample. */
  count: number;
}

export class Storm {
  readonly #linesPerSecond: number;
  /** Jobs of their own, by stamp. */
  readonly #taken = new Map<string, number>();
  readonly #groups = new Map<string, Group>();

  /** linesPerSecond: Infinity groups nothing. */
  constructor(linesPerSecond: number) {
    this.#linesPerSecond = linesPerSecond;
  }

  /** Whether lines are grouped that take() has not handed out. */
  get isGrouping(): boolean {
    return this.#groups.size > 0;
  }

  /** Those of the jobs that stay jobs of their own; the others are grouped. */
  pass(pending: readonly PendingJob[]): readonly PendingJob[] {
    if (this.#linesPerSecond === Number.POSITIVE_INFINITY) return pending;
    return pending.filter((one) => {
      const isOwn = this.#takes(one.job.raw.slice(0, STAMP_LEN));
      if (!isOwn) this.#group(one);
      return isOwn;
    });
  }

  /** The groups so far, each as one job, and forgets them. */
  take(): readonly PendingJob[] {
    const jobs = [...this.#groups.values()].map(({ sample, count }) => ({
      ...sample,
      job: groupResetJobs(sample.job, count),
    }));
    this.#groups.clear();
    return jobs;
  }

  #takes(stamp: string): boolean {
    const taken = this.#taken.get(stamp) ?? 0;
    this.#taken.set(stamp, taken + 1);
    const [oldest] = this.#taken.keys();
    if (this.#taken.size > SECONDS_MAX && oldest !== undefined) this.#taken.delete(oldest);
    return taken < this.#linesPerSecond;
  }

  #group(one: PendingJob): void {
    const isKnown = this.#groups.has(one.likeness) || this.#groups.size < LIKENESS_MAX;
    const key = isKnown ? one.likeness : one.lineKind;
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, { sample: one, count: 0 });
    else group.count++;
  }
}
