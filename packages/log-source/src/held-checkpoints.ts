/**
 * A checkpoint store that can be held: while lines that were read are still being put together (a group, a record in
 * pieces), what is on disk stays where it was, so that a crash reads those lines again instead of losing them.
 */
import type { Checkpoint, CheckpointStore, LoadedCheckpoint } from '@resetscope/follow';

export class HeldCheckpoints implements CheckpointStore {
  readonly #inner: CheckpointStore;
  readonly #holders = new Set<string>();
  /** Asked to be saved while held. */
  #waiting: Checkpoint | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(inner: CheckpointStore) {
    this.#inner = inner;
  }

  load(): Promise<LoadedCheckpoint> {
    return this.#inner.load();
  }

  save(checkpoint: Checkpoint): Promise<void> {
    if (this.#holders.size === 0) return this.#write(checkpoint);
    this.#waiting = checkpoint;
    return Promise.resolve();
  }

  /** holder: who holds; holding twice is holding once. */
  hold(holder: string): void {
    this.#holders.add(holder);
  }

  /** Saves what was asked for meanwhile, once nobody holds. @throws what the inner store says. */
  async release(holder: string): Promise<void> {
    this.#holders.delete(holder);
    const checkpoint = this.#waiting;
    if (this.#holders.size > 0 || checkpoint === undefined) return;
    this.#waiting = undefined;
    await this.#write(checkpoint);
  }

  /** The inner store is called once at a time. */
  #write(checkpoint: Checkpoint): Promise<void> {
    this.#waiting = undefined;
    const written = this.#writing.then(() => this.#inner.save(checkpoint));
    this.#writing = written.catch(() => undefined);
    return written;
  }
}
