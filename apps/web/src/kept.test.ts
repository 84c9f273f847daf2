import { describe, expect, test } from '@jest/globals';
import { waitUntil } from '@resetscope/testkit';
import { Kept } from './kept.ts';

const LONG_MS = 1e9;

/** Counts its loads; each resolves with its number. */
function counter(): { loads: number; load: () => Promise<number> } {
  const state = { loads: 0, load: async () => ++state.loads };
  return state;
}

describe('a kept value', () => {
  test('is read once, however many ask at once', async () => {
    const { load } = counter();
    const kept = new Kept(load, { everyMs: LONG_MS, maxAgeMs: LONG_MS });
    expect(await Promise.all([kept.get(), kept.get()])).toEqual([1, 1]);
    expect(await kept.get()).toBe(1);
  });

  test('is read again when it is too old', async () => {
    const { load } = counter();
    const kept = new Kept(load, { everyMs: LONG_MS, maxAgeMs: 0 });
    expect([await kept.get(), await kept.get()]).toEqual([1, 2]);
  });

  test('is read again after a change, behind the scenes', async () => {
    const state = counter();
    const kept = new Kept(state.load, { everyMs: 0, maxAgeMs: LONG_MS });
    await kept.get();
    kept.changed();
    expect(await kept.get()).toBe(1);
    await waitUntil(async () => (await kept.get()) === 2, { what: 'the new value' });
    kept.close();
  });

  test('nobody has asked: a change reads nothing', () => {
    const state = counter();
    new Kept(state.load, { everyMs: 0, maxAgeMs: LONG_MS }).changed();
    expect(state.loads).toBe(0);
  });

  test('forgotten while it is read: the next one gets a newer one', async () => {
    const { load } = counter();
    const kept = new Kept(load, { everyMs: LONG_MS, maxAgeMs: LONG_MS });
    const before = kept.get();
    kept.forget();
    expect([await before, await kept.get(), await kept.get()]).toEqual([1, 2, 2]);
  });

  test('a failure is told to who asked, and not kept', async () => {
    let fails = true;
    const kept = new Kept(async () => (fails ? Promise.reject(new Error('away')) : 1), {
      everyMs: 0,
      maxAgeMs: LONG_MS,
    });
    await expect(kept.get()).rejects.toThrow('away');
    fails = false;
    expect(await kept.get()).toBe(1);
  });
});
