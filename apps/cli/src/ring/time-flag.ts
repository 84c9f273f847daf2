/** Times and durations as people write them on a command line. */
import { ClearError } from '@resetscope/telemetry/clear-error';

const SECONDS = /^(\d{1,11})(?:\.(\d{1,6})\d*)?$/;
/** ISO 8601, or as nginx stamps its log lines. */
const DATE = /^(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,6})\d*)?(Z|[+-]\d\d:?\d\d)?$/i;

/** Microseconds since the epoch; without a zone it is this host's. @throws ClearError RS_USAGE */
export function parseTime(flag: string, text: string): number {
  const [, seconds, fraction] = SECONDS.exec(text) ?? [];
  const us = seconds === undefined ? parseDate(text) : Number(seconds) * 1e6 + microseconds(fraction);
  if (us !== null) return us;
  const expected = 'a time like 2026-11-22T06:35:12.5Z, "2026/11/22 06:35:12" or seconds since 1970';
  throw new ClearError('RS_USAGE', `--${flag}: expected ${expected}, got ${JSON.stringify(text)}`);
}

function parseDate(text: string): number | null {
  const [, year, month, day, hour, minute, second, fraction, zone = ''] = DATE.exec(text) ?? [];
  if (year === undefined) return null;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone.toUpperCase()}`);
  const isDay = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  return Number.isNaN(ms) || !isDay ? null : ms * 1000 + microseconds(fraction);
}

function microseconds(fraction = ''): number {
  return Number(fraction.padEnd(6, '0'));
}

const UNITS: Readonly<Record<string, number>> = { '': 1e6, s: 1e6, m: 60e6, h: 3600e6 };

/** `60s`, `5m`, `1h`, `60`: microseconds. @throws ClearError RS_USAGE */
export function parseDuration(flag: string, text: string): number {
  const [, count, unit = ''] = /^(\d{1,9})([smh]?)$/i.exec(text) ?? [];
  const unitUs = UNITS[unit.toLowerCase()];
  if (count !== undefined && unitUs !== undefined && Number(count) > 0) return Number(count) * unitUs;
  throw new ClearError('RS_USAGE', `--${flag}: expected a duration like 60s or 5m, got ${JSON.stringify(text)}`);
}

/** UTC, to the microsecond. */
export function timeText(us: number): string {
  const fraction = String(Math.floor(us) % 1e6).padStart(6, '0');
  return `${new Date(Math.floor(us / 1e6) * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}
