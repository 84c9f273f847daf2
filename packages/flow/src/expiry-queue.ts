/** Things that wait equally long, on a clock that may go back as far: the first in is the first due. */

/** Entries taken that may stand before the first waiting one until the queue is copied (chosen). */
const TAKEN_MAX = 4096;

interface Entry<T> {
  readonly item: T;
  readonly addedUs: number;
}

export class ExpiryQueue<T> {
  private readonly waitUs: number;
  private readonly entries: Entry<T>[] = [];
  private first = 0;

  constructor(waitUs: number) {
    this.waitUs = waitUs;
  }

  add(item: T, nowUs: number): void {
    this.entries.push({ item, addedUs: nowUs });
  }

  /** Removes and returns the first one that is due; null when none is. */
  takeDue(nowUs: number): T | null {
    const entry = this.entries[this.first];
    if (entry === undefined || Math.abs(nowUs - entry.addedUs) < this.waitUs) return null;
    this.first++;
    if (this.first >= TAKEN_MAX) {
      this.entries.splice(0, this.first);
      this.first = 0;
    }
    return entry.item;
  }
}
