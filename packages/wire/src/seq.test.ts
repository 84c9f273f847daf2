import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { seqDiff } from './seq.ts';

const seq = fc.integer({ min: 0, max: 0xffffffff });

describe('seqDiff', () => {
  test.each([
    { name: 'equal', a: 7, b: 7, diff: 0 },
    { name: 'after', a: 8, b: 7, diff: 1 },
    { name: 'before', a: 7, b: 8, diff: -1 },
    { name: 'after the wrap', a: 0, b: 0xffffffff, diff: 1 },
    { name: 'before the wrap', a: 0xfffffff0, b: 0x10, diff: -32 },
    { name: 'half the space away is before', a: 0x80000000, b: 0, diff: -(2 ** 31) },
  ])('$name', ({ a, b, diff }) => expect(seqDiff(a, b)).toBe(diff));

  test('moving by a distance and measuring it agree', () => {
    fc.assert(
      fc.property(seq, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (start, distance) => {
        expect(seqDiff((start + distance) >>> 0, start)).toBe(distance);
      }),
    );
  });
});
