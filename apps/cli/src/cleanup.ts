/** Things to undo at the end, last first, also when the end comes while they are still being started. */

export class Cleanup {
  readonly #actions: (() => Promise<void>)[] = [];
  #running: Promise<void> | null = null;

  /** Remembers how to undo what was just done; undoes it at once when the end has already come. */
  async defer(undo: () => Promise<void>): Promise<void> {
    if (this.#running !== null) await undo();
    else this.#actions.push(undo);
  }

  /** Undoes everything; one failure does not keep the rest from being undone, the first is thrown. Idempotent. */
  run(): Promise<void> {
    this.#running ??= this.#undoAll();
    return this.#running;
  }

  async #undoAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const undo of this.#actions.splice(0).reverse()) {
      await undo().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}
