/**
 * Saves checkpoints one after the other. What changes while a save is under way is saved by the next one, so that a slow
 * disk makes checkpoints rarer and reading no slower.
 */
import type { Checkpoint, CheckpointStore } from './checkpoint.ts';
import type { FollowEvents } from './follow-events.ts';

export class CheckpointSaver {
  readonly #store: CheckpointStore;
  readonly #current: () => Checkpoint;
  readonly #events: FollowEvents;
  #running: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;
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
    this.#queued ??= this.#running.then(() => {
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

  async #write(): Promise<void> {
    await this.#store.save(this.#current());
    this.#savedAtMs = Date.now();
    this.#events.checkpointSaved();
  }
}
