import { expect, test } from '@jest/globals';
import { parseDuration, parseTime, timeText } from './time-flag.ts';

/** 2026-11-22 06:35:12 UTC. */
const STAMP_US = 1_795_329_312_000_000;
const offsetUs = (us: number) => new Date(us / 1000).getTimezoneOffset() * 60e6;

test.each([
  { text: '1795329312', us: STAMP_US },
  { text: '1795329312.000001', us: STAMP_US + 1 },
  { text: '1795329312.7284019', us: STAMP_US + 728_401 },
  { text: '2026-11-22T06:35:12Z', us: STAMP_US },
  { text: '2026-11-22T06:35:12.5Z', us: STAMP_US + 500_000 },
  { text: '2026-11-22t07:35:12.728401+01:00', us: STAMP_US + 728_401 },
  { text: '2026-11-22 05:35:12-0100', us: STAMP_US },
  { text: '2026-11-22 06:35:12', us: STAMP_US + offsetUs(STAMP_US) },
  { text: '2026/11/22 06:35:12', us: STAMP_US + offsetUs(STAMP_US) },
])('the time $text', ({ text, us }) => {
  expect(parseTime('from', text)).toBe(us);
});

test.each(['', 'now', '-5', '2026-11-22', '2026-13-22T06:35:12Z', '2026-02-31T06:35:12Z', '2026-11-22T25:00:00Z'])(
  '%j is no time',
  (text) => {
    expect(() => parseTime('from', text)).toThrow(/^--from: expected a time like /);
  },
);

test.each([
  { text: '60', us: 60e6 },
  { text: '90s', us: 90e6 },
  { text: '5M', us: 300e6 },
  { text: '1h', us: 3600e6 },
])('the duration $text', ({ text, us }) => {
  expect(parseDuration('last', text)).toBe(us);
});

test.each(['', '0', '-1s', '1d', '1.5m', 's'])('%j is no duration', (text) => {
  expect(() => parseDuration('last', text)).toThrow('--last: expected a duration like 60s or 5m');
});

test('a time as text', () => {
  expect(timeText(STAMP_US + 42)).toBe('2026-11-22T06:35:12.000042Z');
});
