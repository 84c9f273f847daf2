import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { IndexOrder } from './index-order.ts';

/** Indexes in the order in which they are written; a negative one is left out. */
function written(ended: readonly number[], limit: number): readonly number[] {
  const rows: number[] = [];
  const order = new IndexOrder<number>((row) => rows.push(row), limit);
  for (const index of ended) order.add(Math.abs(index), index < 0 ? null : index);
  return rows;
}

describe('IndexOrder', () => {
  test.each([
    { name: 'in order already', ended: [0, 1, 2], limit: 9, expected: [0, 1, 2] },
    { name: 'what began first ends last', ended: [2, 1, 0], limit: 9, expected: [0, 1, 2] },
    { name: 'nobody waits for what is left out', ended: [2, -1, 0], limit: 9, expected: [0, 2] },
    { name: 'too many wait for the first: it comes late', ended: [1, 2, 3, 4, 0], limit: 2, expected: [1, 2, 3, 4, 0] },
  ])('$name', ({ ended, limit, expected }) => {
    expect(written(ended, limit)).toEqual(expected);
  });

  test('loses nothing, and keeps the order while the limit allows', () => {
    const ends = fc.integer({ min: 1, max: 60 }).chain((count) => {
      const indexes = Array.from({ length: count }, (_, at) => at);
      return fc.shuffledSubarray(indexes, { minLength: count, maxLength: count });
    });
    fc.assert(
      fc.property(ends, fc.integer({ min: 0, max: 70 }), (ended, limit) => {
        const rows = written(ended, limit);
        const sorted = ended.toSorted((a, b) => a - b);
        expect(rows.toSorted((a, b) => a - b)).toEqual(sorted);
        if (limit >= ended.length) expect(rows).toEqual(sorted);
      }),
    );
  });
});
