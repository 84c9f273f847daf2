/** Times with year and zone, as collectors and nginx's `$time_iso8601` and `$time_local` write them. */
import { isPlausibleStamp, stampAsUtcSeconds } from './civil-time.ts';

const ISO8601 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(?:Z|([+-]\d\d):?(\d\d))$/;
const COMMON_LOG = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d\d)(\d\d)$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `2026-11-22T07:59:09.123456789+01:00` in microseconds since the epoch, nanoseconds floored; null for anything else, and after 2255. */
export function parseIso8601(text: string): number | null {
  const match = ISO8601.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction = '', zoneHours, zoneMinutes] = match;
  const fractionUs = Number(fraction.slice(1, 7).padEnd(6, '0'));
  const seconds = epochSeconds([year, month, day, hour, minute, second].map(Number), zoneHours, zoneMinutes);
  return seconds === null ? null : exactUs(seconds * 1e6 + fractionUs);
}

/** `22/Nov/2026:07:59:09 +0100` in microseconds since the epoch; null for anything else. */
export function parseCommonLogTime(text: string): number | null {
  const match = COMMON_LOG.exec(text);
  if (match === null) return null;
  const [, day, monthName = '', year, hour, minute, second, zoneHours, zoneMinutes] = match;
  const month = MONTHS.indexOf(monthName) + 1;
  const seconds = epochSeconds([year, month, day, hour, minute, second].map(Number), zoneHours, zoneMinutes);
  return seconds === null ? null : exactUs(seconds * 1e6);
}

/** Microseconds are exact in a double until 2255. */
function exactUs(us: number): number | null {
  return Number.isSafeInteger(us) ? us : null;
}

/** fields: year to second. Null when one is out of range. */
function epochSeconds(fields: readonly number[], zoneHours = '+00', zoneMinutes = '00'): number | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields;
  const stamp = { year, month, day, hour, minute, second };
  if (!isPlausibleStamp(stamp)) return null;
  const zone = Number(zoneHours) * 3600 + (zoneHours.startsWith('-') ? -60 : 60) * Number(zoneMinutes);
  return stampAsUtcSeconds(stamp) - zone;
}
