import { describe, expect, test } from '@jest/globals';
import { parseBytes, parseSeconds } from './quantity.ts';

test.each([
  { text: '256m', bytes: 268_435_456 },
  { text: '1G', bytes: 1_073_741_824 },
  { text: '64k', bytes: 65_536 },
  { text: '65536', bytes: 65_536 },
])('parseBytes $text', ({ text, bytes }) => {
  expect(parseBytes('--ring-bytes', text)).toBe(bytes);
});

test.each([
  { text: '15m', seconds: 900 },
  { text: '90s', seconds: 90 },
  { text: '1h', seconds: 3600 },
  { text: '2d', seconds: 172_800 },
])('parseSeconds $text', ({ text, seconds }) => {
  expect(parseSeconds('--ring-age', text)).toBe(seconds);
});

describe('anything else is a usage error that says what was expected', () => {
  test.each(['', '0', '0m', '-1m', '1.5m', '10x', 'm', '1 m', '1mm'])('%j', (text) => {
    expect(() => parseBytes('--ring-bytes', text)).toThrow(/^--ring-bytes: expected a size like 256m, got /);
    expect(() => parseSeconds('--ring-age', text)).toThrow(/^--ring-age: expected a duration like 15m, got /);
  });
});
