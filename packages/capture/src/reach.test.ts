import { expect, test } from '@jest/globals';
import { movedReach } from './reach.ts';

test.each([
  { name: 'goes on', before: 100, reached: 150, nowUs: 200, reach: 150 },
  { name: 'does not go back for a late packet', before: 180, reached: 150, nowUs: 200, reach: 180 },
  { name: 'goes back with the clock', before: 9000, reached: 150, nowUs: 200, reach: 150 },
])('$name', ({ before, reached, nowUs, reach }) => {
  expect(movedReach(before, reached, nowUs)).toBe(reach);
});
