/**
 * Lines that came in datagrams and wait for their consumer. Bounded: nobody can be asked to wait, so what does not fit is
 * dropped, the newest first, and counted.
 */
import type { SourceLine } from './source-line.ts';

/** Most bytes of lines that wait: a minute of Redis being away at 1,000 lines of 250 bytes a second. */
const MAX_WAITING_LEN = 16 * 1024 * 1024;
/** Held for a line besides its bytes (measured: some 200 bytes of objects). */
const LINE_OVERHEAD_LEN = 256;
/** Lines handed out at once, as many as a read of a file gives. */
const BATCH_MAX = 1500;

export class DatagramQueue {
  readonly #maxLen: number;
  #lines: SourceLine[] = [];
  #len = 0;
  #isClosed = false;
  #wake: () => void = () => undefined;

  constructor(maxLen: number = MAX_WAITING_LEN) {
    this.#maxLen = maxLen;
  }

  /** Bytes of the lines that wait. */
  get len(): number {
    return this.#lines.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  }

  get oldest(): SourceLine | undefined {
    return this.#lines[0];
  }

  /** False: there was no room. */
  push(line: SourceLine): boolean {
    const len = line.bytes.byteLength + LINE_OVERHEAD_LEN;
    if (this.#len + len > this.#maxLen) return false;
    this.#len += len;
    this.#lines.push(line);
    this.#wake();
    return true;
  }

  /** The next lines, when there are any; none once the queue is closed and empty. They keep their room until done(). */
  async peek(): Promise<readonly SourceLine[]> {
    if (this.#lines.length === 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#lines.slice(0, BATCH_MAX);
  }

  /** The first `count` lines have been taken care of. */
  done(count: number): void {
    for (const { bytes } of this.#lines.slice(0, count)) this.#len -= bytes.byteLength + LINE_OVERHEAD_LEN;
    this.#lines = this.#lines.slice(count);
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }
}
