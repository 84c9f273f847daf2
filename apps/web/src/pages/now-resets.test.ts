import { expect, test } from '@jest/globals';
import { perSecond } from './now-resets.ts';

const MINUTE_US = 60_000_000;

test.each([
  { name: 'half a minute after the first', minutes: [0, 0, 150], atSeconds: 30, rate: 2.5 },
  { name: 'steady, in the middle of a minute', minutes: [600, 600, 300], atSeconds: 30, rate: 10 },
  { name: 'steady, as a minute begins', minutes: [600, 600, 0], atSeconds: 0, rate: 10 },
  { name: 'over', minutes: [600, 0, 0], atSeconds: 30, rate: 0 },
  { name: 'nothing yet', minutes: [], atSeconds: 30, rate: 0 },
])('resets a second over the last minute: $name', ({ minutes, atSeconds, rate }) => {
  expect(perSecond(minutes, 1000 * MINUTE_US + atSeconds * 1_000_000)).toBe(rate);
});
