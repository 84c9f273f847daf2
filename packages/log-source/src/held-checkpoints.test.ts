import { describe, expect, test } from '@jest/globals';
import type { Checkpoint, CheckpointStore, LoadedCheckpoint } from '@resetscope/follow';
import { HeldCheckpoints } from './held-checkpoints.ts';

const checkpoint = (offset: number): Checkpoint => {
  const mark = { len: 0, hash: '' };
  return { files: [{ fileId: 'f', head: mark, offset, before: mark }], finished: [] };
};

class Notebook implements CheckpointStore {
  readonly saved: number[] = [];
  isFull = false;
  #isSaving = false;

  async load(): Promise<LoadedCheckpoint> {
    return { kind: 'none' };
  }

  async save({ files }: Checkpoint): Promise<void> {
    if (this.#isSaving) throw new Error('called twice at a time');
    this.#isSaving = true;
    await Promise.resolve();
    this.#isSaving = false;
    if (this.isFull) throw new Error('disk full');
    this.saved.push(files[0]?.offset ?? -1);
  }
}

describe('HeldCheckpoints', () => {
  test('saves at once while nobody holds', async () => {
    const inner = new Notebook();
    const store = new HeldCheckpoints(inner);
    await store.save(checkpoint(1));
    expect(inner.saved).toEqual([1]);
    expect(await store.load()).toEqual({ kind: 'none' });
  });

  test('keeps the newest until the last holder has let go', async () => {
    const inner = new Notebook();
    const store = new HeldCheckpoints(inner);
    store.hold('a');
    store.hold('a');
    store.hold('b');
    await store.save(checkpoint(1));
    await store.save(checkpoint(2));
    await store.release('a');
    expect(inner.saved).toEqual([]);
    await store.release('b');
    await store.release('b');
    expect(inner.saved).toEqual([2]);
  });

  test('never saves two at a time, and in order', async () => {
    const inner = new Notebook();
    const store = new HeldCheckpoints(inner);
    store.hold('a');
    await store.save(checkpoint(1));
    await Promise.all([store.release('a'), store.save(checkpoint(2)), store.save(checkpoint(3))]);
    expect(inner.saved).toEqual([1, 2, 3]);
  });

  test('a failure is told and ends nothing', async () => {
    const inner = new Notebook();
    const store = new HeldCheckpoints(inner);
    inner.isFull = true;
    await expect(store.save(checkpoint(1))).rejects.toThrow('disk full');
    inner.isFull = false;
    await store.save(checkpoint(2));
    expect(inner.saved).toEqual([2]);
  });
});
