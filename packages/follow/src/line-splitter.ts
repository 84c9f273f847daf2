/**
 * Bytes to lines. A line ends with `\n`; what comes after the last one waits. Nothing is decoded, so a character split
 * over two reads does no harm.
 */

export interface SplitLine {
  readonly offset: number;
  readonly nextOffset: number;
  /** A view into the chunk where the line lies in one chunk, else a copy. */
  readonly bytes: Uint8Array;
  readonly cut: number;
}

export interface Split {
  readonly lines: readonly SplitLine[];
  readonly nulSkipped: number;
}

const NEWLINE = 0x0a;
const NOTHING = new Uint8Array(0);

export class LineSplitter {
  readonly #maxLineLen: number;
  #scanned: number;
  #lineStart: number;
  /** The first bytes of the unfinished line, at most maxLineLen. */
  #held: Uint8Array = NOTHING;
  /** True length of the unfinished line so far. */
  #heldLen = 0;

  /** offset: where the first chunk begins in its file. */
  constructor(maxLineLen: number, offset: number) {
    this.#maxLineLen = maxLineLen;
    this.#scanned = offset;
    this.#lineStart = offset;
  }

  /** Offset after the last byte pushed. */
  get scanned(): number {
    return this.#scanned;
  }

  /** Bytes of the line that has not ended yet. */
  get tornLen(): number {
    return this.#heldLen;
  }

  push(chunk: Uint8Array): Split {
    const lines: SplitLine[] = [];
    let nulSkipped = 0;
    for (let at = 0; at < chunk.byteLength; ) {
      if (this.#heldLen === 0) {
        const start = at + leadingNuls(chunk, at);
        nulSkipped += start - at;
        this.#lineStart = this.#scanned + start;
        at = start;
      }
      const newline = chunk.indexOf(NEWLINE, at);
      if (newline < 0) {
        this.#hold(chunk.subarray(at));
        break;
      }
      lines.push(this.#finish(chunk.subarray(at, newline), this.#scanned + newline + 1));
      at = newline + 1;
    }
    this.#scanned += chunk.byteLength;
    return { lines, nulSkipped };
  }

  #hold(bytes: Uint8Array): void {
    this.#held = concat(this.#held, bytes.subarray(0, this.#maxLineLen - this.#held.byteLength));
    this.#heldLen += bytes.byteLength;
  }

  #finish(tail: Uint8Array, nextOffset: number): SplitLine {
    const room = this.#maxLineLen - this.#held.byteLength;
    const bytes = this.#heldLen === 0 ? tail.subarray(0, room) : concat(this.#held, tail.subarray(0, room));
    const cut = this.#heldLen + tail.byteLength - bytes.byteLength;
    this.#held = NOTHING;
    this.#heldLen = 0;
    return { offset: this.#lineStart, nextOffset, bytes, cut };
  }
}

function leadingNuls(chunk: Uint8Array, from: number): number {
  let at = from;
  while (chunk[at] === 0) at++;
  return at - from;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.byteLength + b.byteLength);
  whole.set(a);
  whole.set(b, a.byteLength);
  return whole;
}
