/** Bytes of a record that has not arrived whole: kept as copies, joined once, so that small chunks cost no more than large ones. */
import { joinBytes } from './join-bytes.ts';

export class ByteQueue {
  readonly #parts: Uint8Array[] = [];
  /** Bytes kept. */
  length = 0;

  /** Copies: the source may be reused. */
  keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#parts.push(new Uint8Array(bytes));
    this.length += bytes.length;
  }

  /** Everything kept with `last` behind it; the queue is empty afterwards. Returns `last` itself where nothing was kept. */
  takeWith(last: Uint8Array): Uint8Array {
    if (this.length === 0) return last;
    const joined = joinBytes([...this.#parts, last]);
    this.#parts.length = 0;
    this.length = 0;
    return joined;
  }
}
