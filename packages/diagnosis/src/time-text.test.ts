import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rfc3339 } from './time-text.ts';

test('is what Date writes, with microseconds, as long as numbers hold them', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date('2255-01-01T00:00:00Z'), noInvalidDate: true }),
      fc.integer({ min: 0, max: 999 }),
      (date, us) => {
        const text = rfc3339(date.getTime() * 1000 + us);
        expect(text.slice(0, 23)).toBe(date.toISOString().slice(0, 23));
        expect(text.slice(23)).toBe(`${String(us).padStart(3, '0')}Z`);
      },
    ),
  );
});

test.each([
  [0, '1970-01-01T00:00:00.000000Z'],
  [951_782_400_000_000, '2000-02-29T00:00:00.000000Z'],
  [1_795_329_312_728_401, '2026-11-22T06:35:12.728401Z'],
  [4_107_542_399_999_999, '2100-02-28T23:59:59.999999Z'],
  [4_107_542_400_000_000, '2100-03-01T00:00:00.000000Z'],
  [-1, '1969-12-31T23:59:59.999999Z'],
])('%d us is %s', (us, text) => {
  expect(rfc3339(us)).toBe(text);
});
