import { expect, test } from '@jest/globals';
import { barsOf, trend } from './trend.ts';

test.each([
  { name: 'one each', counts: [1, 2, 3], perBar: 1, bars: [1, 2, 3] },
  { name: 'neighbours added up, full at the end', counts: [1, 2, 3, 4, 5], perBar: 2, bars: [1, 5, 9] },
  { name: 'none', counts: [], perBar: 2, bars: [] },
])('$name', ({ counts, perBar, bars }) => {
  expect(barsOf(counts, perBar)).toEqual(bars);
});

test('the drawing says what it shows', () => {
  const svg = trend({ groupId: '', bucketUs: 1, fromUs: 0, counts: [4, 0, 1200] }, 1, 'the last hour').toString();
  expect(svg).toContain('aria-label="1,204 in the last hour, 1,200 in the busiest part"');
  expect(svg).toContain('d="M0 24v-2h4v2zM10 24v-24h4v24z"');
});
