/** Frames of blocks that overlap, brought into one order of time while holding only those that may still be overtaken. */
import type { RingFrame } from './ring-frame.ts';

export class TimeOrder {
  private waiting: RingFrame[] = [];

  /** Frames of a block, in any order; their bytes stay with the block. */
  add(frames: readonly RingFrame[]): void {
    this.waiting = [...this.waiting, ...frames].sort((a, b) => a.tsUs - b.tsUs);
  }

  /** Those before beforeUs, in order of time. No block may be added later that begins before it. */
  take(beforeUs: number): readonly RingFrame[] {
    const end = this.waiting.findIndex(({ tsUs }) => tsUs >= beforeUs);
    return this.waiting.splice(0, end === -1 ? this.waiting.length : end);
  }
}
