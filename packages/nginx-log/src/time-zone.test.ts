import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isTimeZone, type LogStamp, stampToEpochUs } from './index.ts';

function stamp(text: string): LogStamp {
  const [year, month, day, hour, minute, second] = text.split(/\D/).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { year, month, day, hour, minute, second };
}

const us = (iso: string): number => Date.parse(iso) * 1000;

describe('stampToEpochUs', () => {
  test.each([
    { local: '2026/11/22 07:59:09', zone: 'UTC', utc: ['2026-11-22T07:59:09Z'] },
    { local: '2026/11/22 07:59:09', zone: '+08:00', utc: ['2026-11-21T23:59:09Z'] },
    { local: '2026/11/22 07:59:09', zone: '-0330', utc: ['2026-11-22T11:29:09Z'] },
    { local: '2026/11/22 07:59:09', zone: 'Asia/Shanghai', utc: ['2026-11-21T23:59:09Z'] },
    { local: '2026/07/01 12:00:00', zone: 'Europe/Berlin', utc: ['2026-07-01T10:00:00Z'] },
    { local: '2026/01/01 00:00:00', zone: 'Asia/Kathmandu', utc: ['2025-12-31T18:15:00Z'] },
    { local: '2024/02/29 23:59:59', zone: 'America/New_York', utc: ['2024-03-01T04:59:59Z'] },
    { local: '2026/10/25 02:30:00', zone: 'Europe/Berlin', utc: ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'] },
    { local: '2026/10/25 01:59:59', zone: 'Europe/Berlin', utc: ['2026-10-24T23:59:59Z'] },
    { local: '2026/10/25 03:00:00', zone: 'Europe/Berlin', utc: ['2026-10-25T02:00:00Z'] },
    { local: '2026/11/01 01:10:00', zone: 'America/New_York', utc: ['2026-11-01T05:10:00Z', '2026-11-01T06:10:00Z'] },
    {
      local: '2026/04/05 01:45:00',
      zone: 'Australia/Lord_Howe',
      utc: ['2026-04-04T14:45:00Z', '2026-04-04T15:15:00Z'],
    },
    { local: '2026/03/29 02:30:00', zone: 'Europe/Berlin', utc: ['2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z'] },
  ])('$local in $zone', ({ local, zone, utc }) => {
    const { earliestUs, latestUs } = stampToEpochUs(stamp(local), zone);
    expect({ earliestUs, latestUs }).toEqual({ earliestUs: us(utc[0]!), latestUs: us(utc.at(-1)!) });
  });

  test('is the inverse of the zone at any second', () => {
    const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Shanghai', 'Australia/Lord_Howe', 'UTC');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_500_000_000 }), zones, (seconds, zone) => {
        const local = new Date(seconds * 1000).toLocaleString('sv-SE', { timeZone: zone });
        const { earliestUs, latestUs } = stampToEpochUs(stamp(local), zone);
        expect([earliestUs, latestUs]).toContain(seconds * 1e6);
        expect(latestUs - earliestUs).toBeLessThanOrEqual(3600e6);
      }),
      { numRuns: 300 },
    );
  });

  test('refuses an unknown zone and says what it expects', () => {
    expect(() => stampToEpochUs(stamp('2026/11/22 07:59:09'), 'Mars/Olympus')).toThrow(
      new RangeError('expected a time zone such as Europe/Berlin, +08:00 or UTC, got "Mars/Olympus"'),
    );
  });
});

test.each([
  ['UTC', true],
  ['Z', true],
  ['+08:00', true],
  ['-1245', true],
  ['Europe/Berlin', true],
  ['+24:00', false],
  ['+08:60', false],
  ['', false],
  ['local', false],
  ['Europe/Atlantis', false],
])('isTimeZone(%j) is %j', (zone, expected) => {
  expect(isTimeZone(zone)).toBe(expected);
});
