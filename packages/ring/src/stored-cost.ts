/** What a block costs of the ring's budget: what Redis allocates for it, not only its length. */

/** Two hash entries and one of a sorted set, with the block's id three times (measured with MEMORY USAGE, stored-cost.test.ts). */
const ENTRY_BYTES = 700;

/** Bytes of memory for a block and its index of these lengths. */
export function storedCost(blockLen: number, indexLen: number): number {
  return allocatedLen(blockLen) + allocatedLen(indexLen) + ENTRY_BYTES;
}

/** jemalloc's size class: four steps for every doubling (jemalloc(3), "size classes"). */
function allocatedLen(length: number): number {
  const step = 2 ** Math.max(4, Math.ceil(Math.log2(Math.max(length, 1))) - 3);
  return Math.ceil(length / step) * step;
}
