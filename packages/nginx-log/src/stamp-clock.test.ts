import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type LogStamp, StampClock } from './index.ts';

function stamp(text: string): LogStamp {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = text.split(/\D/).map(Number);
  return { year, month, day, hour, minute, second };
}

/** The instants of stamps read one after the other, as ISO 8601. */
function read(zone: string, ...stamps: readonly string[]): readonly string[] {
  const clock = new StampClock(zone);
  return stamps.map((text) => new Date(clock.toUs(stamp(text), null) / 1000).toISOString().replace('.000Z', 'Z'));
}

test.each([
  {
    name: 'the hour that Berlin repeats',
    zone: 'Europe/Berlin',
    stamps: [
      '2026/10/25 01:59:59',
      '2026/10/25 02:10:00',
      '2026/10/25 02:59:59',
      '2026/10/25 02:00:00',
      '2026/10/25 02:10:00',
      '2026/10/25 03:00:00',
    ],
    utc: [
      '2026-10-24T23:59:59Z',
      '2026-10-25T00:10:00Z',
      '2026-10-25T00:59:59Z',
      '2026-10-25T01:00:00Z',
      '2026-10-25T01:10:00Z',
      '2026-10-25T02:00:00Z',
    ],
  },
  {
    name: 'a worker whose stamp is a little older is in no other hour',
    zone: 'Europe/Berlin',
    stamps: ['2026/10/25 02:10:04', '2026/10/25 02:10:00'],
    utc: ['2026-10-25T00:10:04Z', '2026-10-25T00:10:00Z'],
  },
  {
    name: 'the half hour that Lord Howe repeats',
    zone: 'Australia/Lord_Howe',
    stamps: ['2026/04/05 01:59:59', '2026/04/05 01:30:00'],
    utc: ['2026-04-04T14:59:59Z', '2026-04-04T15:00:00Z'],
  },
  {
    name: 'the hour that Berlin leaves out',
    zone: 'Europe/Berlin',
    stamps: ['2026/03/29 01:59:59', '2026/03/29 03:00:00'],
    utc: ['2026-03-29T00:59:59Z', '2026-03-29T01:00:00Z'],
  },
  {
    name: 'midnight and the turn of the year',
    zone: 'Asia/Kathmandu',
    stamps: ['2026/12/31 23:59:59', '2027/01/01 00:00:00'],
    utc: ['2026-12-31T18:14:59Z', '2026-12-31T18:15:00Z'],
  },
])('$name', ({ zone, stamps, utc }) => {
  expect(read(zone, ...stamps)).toEqual(utc);
});

test('a log that is never silent for long is read through any change of the clocks', () => {
  const changes = ['2026-10-25T01:00:00Z', '2026-03-29T01:00:00Z', '2026-11-01T06:00:00Z', '2026-04-04T15:00:00Z'];
  const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Shanghai'];
  const steps = fc.array(fc.integer({ min: 0, max: 1200 }), { minLength: 10, maxLength: 60 });
  fc.assert(
    fc.property(fc.constantFrom(...changes), fc.constantFrom(...zones), steps, (change, timeZone, between) => {
      const clock = new StampClock(timeZone);
      let seconds = Date.parse(change) / 1000 - 9000;
      for (const step of between) {
        seconds += step;
        const local = new Date(seconds * 1000).toLocaleString('sv-SE', { timeZone });
        expect(clock.toUs(stamp(local), null)).toBe(seconds * 1e6);
      }
    }),
    { numRuns: 200 },
  );
});

test.each([
  { local: '2026/11/22 07:59:09', collected: '2026-11-22T06:59:09.728Z', utc: '2026-11-22T06:59:09Z' },
  { local: '2026/11/22 07:59:09', collected: '2026-11-22T02:16:30.000Z', utc: '2026-11-22T02:14:09Z' },
  { local: '2026/11/22 07:59:09', collected: '2026-11-22T07:59:08.999Z', utc: '2026-11-22T07:59:09Z' },
])('the zone of $local, collected $collected', ({ local, collected, utc }) => {
  expect(new StampClock('America/New_York').toUs(stamp(local), Date.parse(collected) * 1000)).toBe(
    Date.parse(utc) * 1000,
  );
});
