import { expect, test } from '@jest/globals';
import { LegBudget } from './leg-budget.ts';

test('some at once, then some a second, and never more than at first', () => {
  let nowMs = 0;
  const budget = new LegBudget({ burst: 3, perSecond: 2 }, () => nowMs);
  const taken = (): number => [1, 2, 3, 4, 5].filter(() => budget.take()).length;
  expect(taken()).toBe(3);
  expect(taken()).toBe(0);
  nowMs = 1000;
  expect(taken()).toBe(2);
  nowMs = 60_000;
  expect(taken()).toBe(3);
});
