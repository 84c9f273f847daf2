import { expect, test } from '@jest/globals';
import { sizeWords, spanWords } from './span-words.ts';

test.each([
  { us: -1, words: '0 ms' },
  { us: 45_400, words: '45 ms' },
  { us: 59_999_999, words: '59 s' },
  { us: 60_000_000, words: '1 min' },
  { us: 3_600_000_000, words: '1 h' },
  { us: 12_000_000_000, words: '3 h 20 min' },
  { us: 180_000_000_000, words: '2 d 2 h' },
])('$us us are $words', ({ us, words }) => {
  expect(spanWords(us)).toBe(words);
});

test.each([
  { bytes: 0, words: '0 KB' },
  { bytes: 1025, words: '2 KB' },
  { bytes: 3_565_158, words: '3.4 MB' },
])('$bytes bytes are $words', ({ bytes, words }) => {
  expect(sizeWords(bytes)).toBe(words);
});
