import { expect, test } from '@jest/globals';
import { wallClockUs } from './wall-clock.ts';

test('lies within the millisecond that Date.now() says', () => {
  for (let round = 0; round < 1000; round++) {
    const beforeMs = Date.now();
    const us = wallClockUs();
    const afterMs = Date.now();
    expect(us).toBeGreaterThanOrEqual(beforeMs * 1000);
    expect(us).toBeLessThan((afterMs + 1) * 1000);
    expect(Number.isInteger(us)).toBe(true);
  }
});

test('tells moments of one millisecond apart', () => {
  const seen = new Set<number>();
  const startMs = Date.now();
  while (Date.now() < startMs + 20) seen.add(wallClockUs());
  expect(seen.size).toBeGreaterThan(40);
});
