import { describe, expect, test } from '@jest/globals';
import { LineBatches } from './line-batches.ts';

/** Runs that end when told to. */
class Runs {
  readonly seen: { readonly key: string; readonly items: readonly number[] }[] = [];
  private readonly ends: (() => void)[] = [];
  private readonly starts: (() => void)[] = [];

  readonly run = async (key: string, items: readonly number[]): Promise<readonly string[]> => {
    this.seen.push({ key, items });
    this.starts.shift()?.();
    await new Promise<void>((resolve) => this.ends.push(resolve));
    return items.map((item) => `${key}${item}`);
  };

  /** Resolves when the next run has begun. */
  next(): Promise<void> {
    return new Promise((resolve) => this.starts.push(resolve));
  }

  end(): void {
    this.ends.shift()?.();
  }
}

describe('LineBatches', () => {
  test('items of one moment are one batch; those that come meanwhile are the next', async () => {
    const runs = new Runs();
    const batches = new LineBatches<number, string>({ max: 10, gatherMs: 0 }, runs.run);
    const begun = runs.next();
    const first = [batches.add('a', 1), batches.add('a', 2)];
    await begun;
    const later = [batches.add('a', 3), batches.add('a', 4)];
    expect(runs.seen).toEqual([{ key: 'a', items: [1, 2] }]);
    const again = runs.next();
    runs.end();
    expect(await Promise.all(first)).toEqual(['a1', 'a2']);
    await again;
    runs.end();
    expect(await Promise.all(later)).toEqual(['a3', 'a4']);
    expect(runs.seen.map(({ items }) => items)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test('the first waits for those that come in other turns of the event loop', async () => {
    const sizes: number[] = [];
    const batches = new LineBatches<number, number>({ max: 10, gatherMs: 300 }, async (_key, items) => {
      sizes.push(items.length);
      return items;
    });
    const first = batches.add('a', 1);
    await new Promise((resolve) => setImmediate(resolve));
    const second = batches.add('a', 2);
    expect(await Promise.all([first, second])).toEqual([1, 2]);
    expect(sizes).toEqual([2]);
  });

  test('keys do not wait for each other', async () => {
    const runs = new Runs();
    const batches = new LineBatches<number, string>({ max: 10, gatherMs: 0 }, runs.run);
    const begun = [runs.next(), runs.next()];
    const answers = [batches.add('a', 1), batches.add('b', 2)];
    await Promise.all(begun);
    expect(runs.seen.map(({ key }) => key)).toEqual(['a', 'b']);
    runs.end();
    runs.end();
    expect(await Promise.all(answers)).toEqual(['a1', 'b2']);
  });

  test('a batch has a limit', async () => {
    const sizes: number[] = [];
    const batches = new LineBatches<number, number>({ max: 3, gatherMs: 0 }, async (_key, items) => {
      sizes.push(items.length);
      return items;
    });
    expect(await Promise.all([1, 2, 3, 4, 5, 6, 7].map((n) => batches.add('a', n)))).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(sizes).toEqual([3, 3, 1]);
  });

  test('a batch that fails fails for its items only', async () => {
    const batches = new LineBatches<number, number>({ max: 1, gatherMs: 0 }, async (_key, items) => {
      if (items[0] === 1) throw new Error('no ring');
      return items;
    });
    const [bad, good] = [batches.add('a', 1), batches.add('a', 2)];
    await expect(bad).rejects.toThrow('no ring');
    expect(await good).toBe(2);
    expect(await batches.add('a', 3)).toBe(3);
  });

  test("a batch that fails is run one by one, so that its neighbours live; an outage is everybody's", async () => {
    const sizes: number[] = [];
    let error = new Error('poisoned');
    const batches = new LineBatches<number, number>({ max: 10, gatherMs: 0 }, async (_key, items) => {
      sizes.push(items.length);
      if (items.includes(2)) throw error;
      return items;
    });
    const settle = () => Promise.allSettled([1, 2, 3].map((n) => batches.add('a', n)));
    expect((await settle()).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    error = new Error('Connection is closed.');
    expect((await settle()).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(sizes).toEqual([3, 1, 1, 1, 3]);
  });

  test('an answer that is missing is an error, not silence', async () => {
    const batches = new LineBatches<number, number>({ max: 10, gatherMs: 0 }, async (_key, items) => items.slice(1));
    const [first, second] = [batches.add('a', 1), batches.add('a', 2)];
    expect(await first).toBe(2);
    await expect(second).rejects.toThrow('the batch has no answer for this job');
  });
});
