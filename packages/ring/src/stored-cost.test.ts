import { expect, test } from '@jest/globals';
import { storedCost } from './stored-cost.ts';

/** jemalloc(3), size classes: 8 KB steps from 32 KB to 64 KB and so on. That the sum holds for Redis: ring-writer.test.ts. */
test.each([
  { blockLen: 0, indexLen: 0, cost: 700 },
  { blockLen: 40_960, indexLen: 100, cost: 40_960 + 112 + 700 },
  { blockLen: 40_961, indexLen: 100, cost: 49_152 + 112 + 700 },
  { blockLen: 65_536, indexLen: 16, cost: 65_536 + 16 + 700 },
])('storedCost $blockLen $indexLen', ({ blockLen, indexLen, cost }) => {
  expect(storedCost(blockLen, indexLen)).toBe(cost);
});
