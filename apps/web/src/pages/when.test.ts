import { expect, test } from '@jest/globals';
import { age, formatAge, formatUtc } from './when.ts';

test.each([
  { seconds: -5, words: 'moments ago' },
  { seconds: 59, words: 'moments ago' },
  { seconds: 60, words: '1 min ago' },
  { seconds: 3599, words: '59 min ago' },
  { seconds: 3600, words: '1 h ago' },
  { seconds: 90_000, words: '1 d ago' },
])('formatAge of $seconds s', ({ seconds, words }) => {
  expect(formatAge(seconds * 1_000_000)).toBe(words);
});

test('the moment is UTC to the millisecond', () => {
  expect(formatUtc(1_795_334_115_050_717)).toBe('2026-11-22 07:55:15.050');
  expect(formatUtc(Number.NaN)).toBe('?');
});

test('an age carries its moment', () => {
  expect(age(1_795_334_115_050_717, 1_795_334_295_050_717).toString()).toBe(
    '<time datetime="2026-11-22T07:55:15.050Z" title="2026-11-22 07:55:15.050 UTC" data-age>3 min ago</time>',
  );
});
