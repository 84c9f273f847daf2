import { expect, test } from '@jest/globals';
import { hourlyCounts, trend } from './trend.ts';

const NOW_US = 1_795_334_115_000_000;
const HOUR_US = 3_600_000_000;

test('incidents by hour, the last hour last, what is older left out', () => {
  const times = [0, 1, HOUR_US - 1, HOUR_US, 23 * HOUR_US, 24 * HOUR_US, -5].map((agoUs) => NOW_US - agoUs);
  const counts = hourlyCounts(times, NOW_US);
  expect(counts).toHaveLength(24);
  expect([counts[0], counts[22], counts[23]]).toEqual([1, 1, 4]);
});

test('the drawing says what it shows', () => {
  const svg = trend([NOW_US, NOW_US - HOUR_US], NOW_US).toString();
  expect(svg).toContain('aria-label="2 in the last 24 hours, 1 in the busiest hour"');
  expect(svg.match(/<rect class="some"/g)).toHaveLength(2);
});
