/**
 * Saves checkpoints one after the other. What changes while a save is under way, or rests, is saved by the next one, so that a
 * slow disk makes checkpoints rarer and reading no slower.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Checkpoint, CheckpointStore } from './checkpoint.ts';
import type { FollowEvents } from './follow-events.ts';

/** After a save the saver rests this many times as long as it took: catching up is reading, not saving (a tenth faster, measured). */
const REST_FACTOR = 4;
const MAX_REST_MS = 100;

export class CheckpointSaver {
  readonly #store: CheckpointStore;
  readonly #current: () => Checkpoint;
  readonly #events: FollowEvents;
  #running: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;
  #restUntilMs = 0;
  #savedAtMs: number | undefined;

  constructor(store: CheckpointStore, current: () => Checkpoint, events: FollowEvents) {
    this.#store = store;
    this.#current = current;
    this.#events = events;
  }

  /** When a checkpoint was last saved, milliseconds since the Unix epoch. */
  get savedAtMs(): number | undefined {
    return this.#savedAtMs;
  }

  /** Resolves when the checkpoint as it is now, or a newer one, is saved, or could not be, which is told as an event. */
  save(): Promise<void> {
    this.#queued ??= this.#rested().then(() => {
      this.#queued = undefined;
      this.#running = this.#write().catch((error) => this.#events.checkpointFailed(error));
      return this.#running;
    });
    return this.#queued;
  }

  /** The first one. @throws what the store says. */
  async saveFirst(): Promise<void> {
    this.#running = this.#write();
    await this.#running;
  }

  async #rested(): Promise<void> {
    await this.#running;
    const restMs = this.#restUntilMs - performance.now();
    if (restMs > 0) await pause(restMs);
  }

  async #write(): Promise<void> {
    const startedMs = performance.now();
    try {
      await this.#store.save(this.#current());
    } finally {
      const endedMs = performance.now();
      this.#restUntilMs = endedMs + Math.min(MAX_REST_MS, REST_FACTOR * (endedMs - startedMs));
    }
    this.#savedAtMs = Date.now();
    this.#events.checkpointSaved();
  }
}
