import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assign, FORBIDDEN } from './assignment.ts';

function costOf(cost: readonly (readonly number[])[], chosen: readonly number[]): number {
  return chosen.reduce((sum, column, row) => sum + (column === -1 ? FORBIDDEN : (cost[row]?.[column] ?? FORBIDDEN)), 0);
}

/** Every way to give each row its own column. */
function cheapest(
  cost: readonly (readonly number[])[],
  columns: number,
  row = 0,
  used: readonly number[] = [],
): number {
  if (row === cost.length) return 0;
  let best = Number.POSITIVE_INFINITY;
  for (let column = 0; column < columns; column++) {
    if (used.includes(column)) continue;
    best = Math.min(best, (cost[row]?.[column] ?? FORBIDDEN) + cheapest(cost, columns, row + 1, [...used, column]));
  }
  return best;
}

const matrices = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 2 })).chain(([rows, more]) =>
  fc.array(
    fc.array(fc.oneof(fc.integer({ min: -20, max: 20 }), fc.constant(FORBIDDEN)), {
      minLength: rows + more,
      maxLength: rows + more,
    }),
    { minLength: rows, maxLength: rows },
  ),
);

describe('assign', () => {
  test('costs what the best of all assignments costs, and gives no column twice', () => {
    fc.assert(
      fc.property(matrices, (cost) => {
        const columns = cost[0]?.length ?? 0;
        const chosen = assign(cost, columns);
        const given = chosen.filter((column) => column !== -1);
        expect(new Set(given).size).toBe(given.length);
        expect(costOf(cost, chosen)).toBeCloseTo(cheapest(cost, columns), 3);
      }),
      { numRuns: 500 },
    );
  });

  test('a row with forbidden columns only gets none', () => {
    expect(
      assign(
        [
          [FORBIDDEN, FORBIDDEN],
          [1, FORBIDDEN],
        ],
        2,
      ),
    ).toEqual([-1, 0]);
  });

  test('no rows, no answers', () => {
    expect(assign([], 3)).toEqual([]);
  });

  test('gives way where another row has no choice', () => {
    expect(
      assign(
        [
          [-5, -4],
          [-3, FORBIDDEN],
        ],
        2,
      ),
    ).toEqual([1, 0]);
  });
});
