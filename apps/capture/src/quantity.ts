/** Sizes and durations as people write them on a command line. */
import { ClearError } from '@resetscope/telemetry';

const BYTES: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };
const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86400 };

/** `256m`, `1g`, `65536`: bytes. @throws ClearError RS_USAGE */
export function parseBytes(flag: string, text: string): number {
  return parseQuantity(flag, text, BYTES, 'a size like 256m');
}

/** `15m`, `90s`, `1h`: seconds. @throws ClearError RS_USAGE */
export function parseSeconds(flag: string, text: string): number {
  return parseQuantity(flag, text, SECONDS, 'a duration like 15m');
}

function parseQuantity(flag: string, text: string, units: Readonly<Record<string, number>>, expected: string): number {
  const match = /^(\d{1,12})([a-z]?)$/i.exec(text);
  const unit = units[match?.[2]?.toLowerCase() ?? ''];
  if (match === null || unit === undefined || Number(match[1]) === 0) {
    throw new ClearError('RS_USAGE', `${flag}: expected ${expected}, got ${JSON.stringify(text)}`);
  }
  return Number(match[1]) * unit;
}
