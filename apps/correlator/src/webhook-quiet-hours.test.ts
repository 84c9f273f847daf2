import { expect, test } from '@jest/globals';
import { parseQuietHours, quietUntilMs } from './webhook-quiet-hours.ts';

test.each([
  { text: 'never', quiet: { kind: 'never' } },
  { text: 'always', quiet: { kind: 'always' } },
  { text: '22:00-07:30', quiet: { kind: 'daily', fromMinute: 1320, toMinute: 450, timezone: 'UTC' } },
  { text: '22:00-24:00', quiet: null },
  { text: '22-7', quiet: null },
  { text: '07:00-07:00', quiet: null },
  { text: '', quiet: null },
])('$text', ({ text, quiet }) => {
  expect(parseQuietHours(text, 'UTC')).toEqual(quiet);
});

test.each([
  {
    name: 'late evening',
    hours: '22:00-07:00',
    zone: 'UTC',
    now: '2026-11-22T23:00:00Z',
    until: '2026-11-23T07:00:00Z',
  },
  {
    name: 'early morning',
    hours: '22:00-07:00',
    zone: 'UTC',
    now: '2026-11-22T06:59:59Z',
    until: '2026-11-22T07:00:00Z',
  },
  { name: 'its end is not in it', hours: '22:00-07:00', zone: 'UTC', now: '2026-11-22T07:00:00Z', until: null },
  { name: 'day time', hours: '22:00-07:00', zone: 'UTC', now: '2026-11-22T12:00:00Z', until: null },
  {
    name: 'within a day',
    hours: '12:00-13:00',
    zone: 'UTC',
    now: '2026-11-22T12:00:00Z',
    until: '2026-11-22T13:00:00Z',
  },
  {
    name: 'a zone whose day is tomorrow',
    hours: '00:00-06:00',
    zone: '+13:00',
    now: '2026-11-22T12:00:00Z',
    until: '2026-11-22T17:00:00Z',
  },
  {
    name: 'a zone whose day is yesterday',
    hours: '18:00-09:00',
    zone: '-11:00',
    now: '2026-11-22T06:00:00Z',
    until: '2026-11-22T20:00:00Z',
  },
  {
    name: 'a night of 25 hours',
    hours: '22:00-07:00',
    zone: 'Europe/Berlin',
    now: '2026-10-24T21:00:00Z',
    until: '2026-10-25T06:00:00Z',
  },
])('$name', ({ hours, zone, now, until }) => {
  const untilMs = quietUntilMs(parseQuietHours(hours, zone)!, Date.parse(now));
  expect(untilMs === null ? null : new Date(untilMs).toISOString()).toBe(
    until === null ? null : until.replace('Z', '.000Z'),
  );
});

test('never and always', () => {
  expect(quietUntilMs({ kind: 'never' }, 0)).toBeNull();
  expect(quietUntilMs({ kind: 'always' }, 0)).toBe(Number.POSITIVE_INFINITY);
});
