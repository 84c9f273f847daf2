/**
 * Which counters of the sources under test an input has moved, and how far: the signal that keeps an input. Without
 * register.mjs there are no counters, and nothing is ever new.
 */

declare global {
  var resetscopeFuzz: { take(count: number): Uint8Array; all(): Uint8Array } | undefined;
}

/** Hit counts that tell alike: 1, 2, 3, 4-7, 8-15, 16-31, 32-127, 128 and more (AFL's buckets, one bit each). */
const BUCKETS: Uint8Array = Uint8Array.from({ length: 256 }, (_, hits) => {
  const limits = [0, 1, 2, 3, 7, 15, 31, 127, 255];
  return hits === 0 ? 0 : 1 << (limits.findIndex((limit) => hits <= limit) - 1);
});

export class Coverage {
  /** Blocks reached at least once. */
  blocks = 0;
  readonly #counters: Uint8Array = globalThis.resetscopeFuzz?.all() ?? new Uint8Array(0);
  readonly #seen: Uint8Array = new Uint8Array(this.#counters.length);

  /** All blocks there are. */
  get total(): number {
    return this.#counters.length;
  }

  /** Forgets what was counted since the last call of `takeNew`. */
  clear(): void {
    this.#counters.fill(0);
  }

  /** Did the last run reach a block for the first time, or in a new bucket? Clears the counters. */
  takeNew(): boolean {
    const counters = this.#counters;
    const seen = this.#seen;
    let isNew = false;
    for (let i = 0; i < counters.length; i++) {
      const hits = counters[i] as number;
      if (hits === 0) continue;
      counters[i] = 0;
      const bucket = BUCKETS[hits] as number;
      const before = seen[i] as number;
      if ((before & bucket) !== 0) continue;
      if (before === 0) this.blocks++;
      seen[i] = before | bucket;
      isNew = true;
    }
    return isNew;
  }
}
