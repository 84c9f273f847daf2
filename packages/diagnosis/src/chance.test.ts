import { describe, expect, test } from '@jest/globals';
import { chanceOf } from './chance.ts';

describe('chanceOf', () => {
  test.each([
    { count: 0, expected: 5, chance: 1 },
    { count: 1, expected: 0, chance: 0 },
    { count: 1, expected: 0.65, chance: 0.478 },
    { count: 2, expected: 0.1, chance: 0.0047 },
    { count: 5, expected: 0.65, chance: 0.00056 },
    { count: 3, expected: 1000, chance: 1 },
  ])('$count or more where $expected are expected: $chance', ({ count, expected, chance }) => {
    expect(chanceOf(count, expected)).toBeCloseTo(chance, 3);
  });
});
