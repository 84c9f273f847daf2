/**
 * Gathers jobs that are ready at about the same time into one batch per node: the first waits a moment for others, and while
 * one batch is being correlated the next one fills. A job's promise settles with its own answer. A batch that fails is run
 * again one by one: the job that it failed on must not take the others with it.
 */
import { isOutage } from './outage.ts';

export interface Batched<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

export interface BatchLimits {
  /** Items of a batch at most. */
  readonly max: number;
  /** Milliseconds that the first item waits for others. */
  readonly gatherMs: number;
}

/** run: answers in the order of the items. */
export class LineBatches<Item, Answer> {
  private readonly run: (key: string, items: readonly Item[]) => Promise<readonly Answer[]>;
  private readonly limits: BatchLimits;
  private readonly waiting = new Map<string, Batched<Item, Answer>[]>();
  private readonly busy = new Set<string>();

  constructor(limits: BatchLimits, run: (key: string, items: readonly Item[]) => Promise<readonly Answer[]>) {
    this.limits = limits;
    this.run = run;
  }

  add(key: string, item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const queue = this.waiting.get(key) ?? [];
      queue.push({ item, resolve, reject });
      this.waiting.set(key, queue);
      if (this.busy.has(key)) return;
      this.busy.add(key);
      setTimeout(() => void this.next(key), this.limits.gatherMs);
    });
  }

  private async next(key: string): Promise<void> {
    const queue = this.waiting.get(key) ?? [];
    const batch = queue.splice(0, this.limits.max);
    if (queue.length === 0) this.waiting.delete(key);
    await this.settle(key, batch);
    if (this.waiting.has(key)) setImmediate(() => void this.next(key));
    else this.busy.delete(key);
  }

  private async settle(key: string, batch: readonly Batched<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.run(
        key,
        batch.map(({ item }) => item),
      );
      batch.forEach(({ resolve, reject }, i) => {
        const answer = answers[i];
        if (answer === undefined) reject(new Error('the batch has no answer for this job'));
        else resolve(answer);
      });
    } catch (error) {
      if (batch.length === 1 || isOutage(error)) for (const { reject } of batch) reject(error);
      else for (const one of batch) await this.settle(key, [one]);
    }
  }
}
