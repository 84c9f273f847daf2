import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { timeScale } from './time-scale.ts';

describe('timeScale', () => {
  test.each([
    { name: 'microseconds', tsresol: 6, high: 0x00064473, low: 0x4e1e1c40, us: 0x00064473 * 2 ** 32 + 0x4e1e1c40 },
    { name: 'seconds', tsresol: 0, high: 0, low: 1_764_000_000, us: 1_764_000_000_000_000 },
    { name: 'milliseconds', tsresol: 3, high: 0, low: 1234, us: 1_234_000 },
    { name: 'nanoseconds are floored', tsresol: 9, high: 0, low: 1999, us: 1 },
    { name: 'half a second in 2^-20', tsresol: 0x94, high: 0, low: 2 ** 19, us: 500_000 },
    { name: 'an absurd unit', tsresol: 0x7f, high: 0xffffffff, low: 0xffffffff, us: 0 },
  ])('$name', ({ tsresol, high, low, us }) => expect(timeScale(tsresol, 0)(high, low)).toBe(us));

  test('the offset is in seconds and may be negative', () => expect(timeScale(6, -2)(0, 3_000_000)).toBe(1_000_000));

  test('decimal units floor exactly, one count below a microsecond too', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 6, max: 16 }),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        (exponent, anyCount) => {
          const unit = 10n ** BigInt(exponent - 6);
          const us = anyCount / unit;
          fc.pre(us > 0n && us <= BigInt(Number.MAX_SAFE_INTEGER));
          const toUs = timeScale(exponent, 0);
          const at = (count: bigint): number => toUs(Number(count >> 32n), Number(count & 0xffffffffn));
          expect(at(us * unit)).toBe(Number(us));
          expect(at(us * unit - 1n)).toBe(Number(us) - 1);
        },
      ),
    );
  });
});
