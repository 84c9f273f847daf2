import { expect, test } from '@jest/globals';
import type { Checkpoint, CheckpointStore } from './checkpoint.ts';
import { CheckpointSaver } from './checkpoint-saver.ts';
import { countingEvents, type EventCounts } from './testing/follow-run.ts';

/** A store whose saves end when the test says so; a checkpoint is told by the number of its finished files. */
class SlowStore implements CheckpointStore {
  readonly saved: number[] = [];
  #end: ((error?: Error) => void) | undefined;

  async load(): Promise<{ readonly kind: 'none' }> {
    return { kind: 'none' };
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#end = (error) => (error === undefined ? resolve() : reject(error));
    });
    this.saved.push(checkpoint.finished.length);
  }

  /** Resolves once a save is under way. */
  async begun(): Promise<void> {
    while (this.#end === undefined) await new Promise(setImmediate);
  }

  /** Ends the save under way, once one is. */
  async end(error?: Error): Promise<void> {
    await this.begun();
    this.#end?.(error);
    this.#end = undefined;
  }
}

function setUp() {
  const store = new SlowStore();
  const counts: EventCounts = {};
  const state = { count: 0 };
  const current = (): Checkpoint => ({ files: [], finished: Array(state.count).fill({ len: 0, hash: '' }) });
  return { store, counts, state, saver: new CheckpointSaver(store, current, countingEvents(counts)) };
}

test('what changes during a save is saved once, by the next', async () => {
  const { store, state, saver, counts } = setUp();
  state.count = 1;
  const first = saver.save();
  await store.begun();
  state.count = 2;
  const second = saver.save();
  state.count = 3;
  const third = saver.save();
  await store.end();
  await first;
  expect(store.saved).toEqual([1]);
  await store.end();
  await Promise.all([second, third]);
  expect(store.saved).toEqual([1, 3]);
  expect(counts.checkpointSaved).toBe(2);
});

test('a failure is told and the next save is made', async () => {
  const { store, state, saver, counts } = setUp();
  const failing = saver.save();
  await store.end(new Error('disk full'));
  await failing;
  expect(counts).toEqual({ checkpointFailed: 1 });
  expect(saver.savedAtMs).toBeUndefined();
  state.count = 1;
  const next = saver.save();
  await store.end();
  await next;
  expect(store.saved).toEqual([1]);
  expect(saver.savedAtMs).toBeDefined();
});

test('the first save throws', async () => {
  const { store, saver } = setUp();
  const first = saver.saveFirst();
  const end = store.end(new Error('no such folder'));
  await expect(first).rejects.toThrow('no such folder');
  await end;
});
