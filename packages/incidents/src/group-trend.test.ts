import { expect, test } from '@jest/globals';
import { TrendWindow } from './group-trend.ts';

const MINUTE_US = 60_000_000;

test('the fields of the newest buckets, oldest first; a slot comes round again', () => {
  const window = new TrendWindow('29f0', 'minute', 3, 62 * MINUTE_US + 1);
  expect(window.fields).toEqual(['29f0:m60', '29f0:m0', '29f0:m1']);
});

test('a slot that counts another bucket, or nothing, counts as 0', () => {
  const window = new TrendWindow('29f0', 'minute', 3, 62 * MINUTE_US + 1);
  expect(window.read(['60:4', '0:9', null])).toEqual({
    groupId: '29f0',
    bucketUs: MINUTE_US,
    fromUs: 60 * MINUTE_US,
    counts: [4, 0, 0],
  });
});

test.each([
  { resolution: 'minute' as const, slots: 61 },
  { resolution: 'ten-minutes' as const, slots: 145 },
  { resolution: 'hour' as const, slots: 169 },
])('never more than the $slots buckets kept per $resolution', ({ resolution, slots }) => {
  expect(new Set(new TrendWindow('29f0', resolution, 1e9, 1e15).fields).size).toBe(slots);
  expect(new TrendWindow('29f0', resolution, 0, 1e15).fields).toHaveLength(1);
});
