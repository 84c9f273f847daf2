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
  const times = Array.from({ length: 10_000 }, wallClockUs);
  const milliseconds = new Set(times.map((us) => Math.floor(us / 1000)));
  expect(new Set(times).size).toBeGreaterThan(milliseconds.size);
});
