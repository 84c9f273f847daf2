/** pcapng timestamps: 64-bit counts in a unit the interface chooses (draft-ietf-opsawg-pcapng section 4.2, if_tsresol, if_tsoffset). */
import type { TimestampUs } from './captured-frame.ts';

/** Floors a 64-bit count to microseconds since the epoch. */
export type TimeScale = (high: number, low: number) => TimestampUs;

/** if_tsresol without the option: 10^-6 s. */
export const DEFAULT_TSRESOL = 6;

const US_PER_SECOND = 1_000_000;
/** Largest divisor with remainder * 2^32 still exact in a double (2^53). */
const MAX_EXACT_DIVISOR = 2 ** 21;

/** `tsresol`: the option's byte, bit 7 set: 2^-n s, else 10^-n s. `offsetSeconds`: if_tsoffset.
 *  Doubles where they are exact (units of 1 us to 1 ps), big integers elsewhere. */
export function timeScale(tsresol: number, offsetSeconds: number): TimeScale {
  const offsetUs = offsetSeconds * US_PER_SECOND;
  const exponent = tsresol & 0x7f;
  const isPowerOfTwo = (tsresol & 0x80) !== 0;
  const divisor = isPowerOfTwo ? Number.NaN : 10 ** (exponent - DEFAULT_TSRESOL);
  if (divisor >= 1 && divisor <= MAX_EXACT_DIVISOR) return divisionScale(divisor, offsetUs);
  const unitsPerSecond = (isPowerOfTwo ? 2n : 10n) ** BigInt(exponent);
  return (high, low) => {
    const count = (BigInt(high) << 32n) | BigInt(low);
    return Number((count * BigInt(US_PER_SECOND)) / unitsPerSecond) + offsetUs;
  };
}

/** Long division in base 2^32. */
function divisionScale(divisor: number, offsetUs: number): TimeScale {
  return (high, low) => {
    const quotient = Math.floor(high / divisor);
    const remainder = high - quotient * divisor;
    return quotient * 2 ** 32 + Math.floor((remainder * 2 ** 32 + low) / divisor) + offsetUs;
  };
}
