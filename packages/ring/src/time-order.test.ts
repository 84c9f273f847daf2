import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RingFrame } from './ring-frame.ts';
import { TimeOrder } from './time-order.ts';

const frame = (tsUs: number): RingFrame => ({
  frameNumber: 0,
  tsUs,
  linkType: 1,
  wireLen: 0,
  bytes: new Uint8Array(0),
  ifIndex: 1,
  annotations: null,
});

test('blocks that overlap come out in one order, and no frame waits longer than it must', () => {
  const block = fc.tuple(fc.nat(50), fc.array(fc.nat(30), { minLength: 1 }));
  fc.assert(
    fc.property(fc.array(block), (parts) => {
      const blocks = parts
        .map(([first, times]) => times.map((t) => first + t))
        .sort((a, b) => Math.min(...a) - Math.min(...b));
      const order = new TimeOrder();
      const seen: number[] = [];
      for (const times of blocks) {
        const firstUs = Math.min(...times);
        seen.push(...order.take(firstUs).map(({ tsUs }) => tsUs));
        order.add(times.map(frame));
      }
      seen.push(...order.take(Number.POSITIVE_INFINITY).map(({ tsUs }) => tsUs));
      expect(seen).toEqual(blocks.flat().sort((a, b) => a - b));
    }),
  );
});
