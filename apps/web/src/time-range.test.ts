import { describe, expect, test } from '@jest/globals';
import { boundsOf, DEFAULT_RANGE, rangeParameters, rangeWords, readTimeRange, trendShape } from './time-range.ts';

const HOUR_US = 3_600_000_000;
const NOW_US = 1_795_334_115_000_000;
const SEVEN_US = Date.UTC(2026, 10, 22, 7) * 1000;

describe('reading', () => {
  test.each([
    { name: 'nothing', given: ['', '', ''], words: 'the last 24 hours' },
    { name: 'a span', given: ['1h', '', ''], words: 'the last hour' },
    { name: 'all', given: ['all', '', ''], words: 'all time' },
    { name: 'nonsense', given: ['99y', 'x', '2026-99-99T00:00'], words: 'the last 24 hours' },
    { name: 'from', given: ['', '2026-11-22T07:00', ''], words: 'from 2026-11-22 07:00 UTC' },
    { name: 'to', given: ['', '', '2026-11-22T07:00:30Z'], words: 'to 2026-11-22 07:00 UTC' },
    {
      name: 'from and to, over a span',
      given: ['7d', '2026-11-22T07:00', '2026-11-22T08:30'],
      words: 'from 2026-11-22 07:00 to 2026-11-22 08:30 UTC',
    },
  ])('$name', ({ given: [range = '', from = '', to = ''], words }) => {
    const read = readTimeRange(range, from, to);
    expect(rangeWords(read)).toBe(words);
    const parameters = new Map(rangeParameters(read));
    const again = readTimeRange(
      parameters.get('range') ?? '',
      parameters.get('from') ?? '',
      parameters.get('to') ?? '',
    );
    expect(rangeWords(again)).toBe(words);
  });
});

test.each([
  { name: 'a span ends now', range: readTimeRange('6h', '', ''), bounds: { fromUs: NOW_US - 6 * HOUR_US, toUs: null } },
  { name: 'all', range: readTimeRange('all', '', ''), bounds: { fromUs: 0, toUs: null } },
  { name: 'custom', range: readTimeRange('', '', '2026-11-22T07:00'), bounds: { fromUs: 0, toUs: SEVEN_US } },
])('bounds: $name', ({ range, bounds }) => {
  expect(boundsOf(range, NOW_US)).toEqual(bounds);
});

test.each([
  { range: readTimeRange('15m', '', ''), shape: { resolution: 'minute', buckets: 16, perBar: 1 } },
  { range: readTimeRange('1h', '', ''), shape: { resolution: 'minute', buckets: 61, perBar: 2 } },
  { range: readTimeRange('6h', '', ''), shape: { resolution: 'ten-minutes', buckets: 37, perBar: 1 } },
  { range: DEFAULT_RANGE, shape: { resolution: 'hour', buckets: 25, perBar: 1 } },
  { range: readTimeRange('7d', '', ''), shape: { resolution: 'hour', buckets: 169, perBar: 6 } },
  { range: readTimeRange('all', '', ''), shape: { resolution: 'hour', buckets: 169, perBar: 6 } },
])('$shape.buckets buckets of $shape.resolution', ({ range, shape }) => {
  expect(trendShape(range, NOW_US)).toEqual(shape);
});
