/**
 * Puts rows into the order of their stream indexes. Connections end in another order than they begin; what has ended waits
 * for what has not, up to a limit: beyond it the waiting ones go first, and the late one follows out of order.
 */
export class IndexOrder<Row> {
  readonly #write: (row: Row) => void;
  readonly #limit: number;
  readonly #waiting = new Map<number, Row | null>();
  /** Every index below is written, left out, or not waited for. */
  #next = 0;

  /** limit: rows that wait at once. */
  constructor(write: (row: Row) => void, limit: number) {
    this.#write = write;
    this.#limit = limit;
  }

  /** Each index once. row: null when there is none to write. */
  add(index: number, row: Row | null): void {
    if (index < this.#next) {
      if (row !== null) this.#write(row);
      return;
    }
    this.#waiting.set(index, row);
    if (this.#waiting.size > this.#limit) while (!this.#waiting.has(this.#next)) this.#next++;
    for (let next = this.#waiting.get(this.#next); next !== undefined; next = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next++);
      if (next !== null) this.#write(next);
    }
  }
}
