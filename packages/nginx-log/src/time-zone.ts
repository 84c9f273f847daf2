/**
 * From an error-log stamp, which is nginx's local time without an offset (nginx-error-log.md 1.1), to instants.
 * Does not guess the zone; the caller names it. Zone rules come from Intl (ICU data of the JavaScript engine).
 */
import { type LogStamp, stampAsUtcSeconds } from './civil-time.ts';

/** The instants a stamp can mean, start of its second, in microseconds since the Unix epoch. */
export interface StampInstants {
  readonly earliestUs: number;
  /** Equal to `earliestUs` except in the hour that daylight saving repeats (or skips, which nginx never writes). */
  readonly latestUs: number;
}

const DAY_SECONDS = 86_400;
const FIXED_OFFSET = /^([+-])([01]\d|2[0-3]):?([0-5]\d)$/;

/** Formatters cost about 100 us each to make (measured). Keys are zone names from the configuration, so few. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterFor(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(zone, made);
  return made;
}

/** Seconds of `+08:00`, `-0330`, `UTC`, `Z`; null when the zone is named by place. */
function fixedOffsetSeconds(zone: string): number | null {
  if (zone === 'UTC' || zone === 'Z' || zone === 'GMT') return 0;
  const match = FIXED_OFFSET.exec(zone);
  if (match === null) return null;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60;
  return match[1] === '-' ? -seconds : seconds;
}

/** Zone offset east of UTC, in seconds, at an instant. */
function offsetAt(epochSeconds: number, zone: string): number {
  const field: Record<string, number> = {};
  for (const part of formatterFor(zone).formatToParts(epochSeconds * 1000)) field[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = field;
  return stampAsUtcSeconds({ year, month, day, hour, minute, second }) - epochSeconds;
}

/** An IANA name the engine knows (`Asia/Shanghai`), an offset (`+08:00`), `UTC`, `GMT` or `Z`. */
export function isTimeZone(zone: string): boolean {
  if (fixedOffsetSeconds(zone) !== null) return true;
  try {
    formatterFor(zone);
    return true;
  } catch {
    return false;
  }
}

/** The one or two instants at which a clock in `zone` showed `stamp`. Throws RangeError when `isTimeZone(zone)` is false. */
export function stampToEpochUs(stamp: LogStamp, zone: string): StampInstants {
  const asUtc = stampAsUtcSeconds(stamp);
  const fixed = fixedOffsetSeconds(zone);
  if (fixed !== null) return { earliestUs: (asUtc - fixed) * 1e6, latestUs: (asUtc - fixed) * 1e6 };
  if (!isTimeZone(zone)) {
    throw new RangeError(`expected a time zone such as Europe/Berlin, +08:00 or UTC, got ${JSON.stringify(zone)}`);
  }
  // One day to either side brackets a transition; no zone changes its offset twice within two days.
  const instants = [offsetAt(asUtc - DAY_SECONDS, zone), offsetAt(asUtc + DAY_SECONDS, zone)].map((o) => asUtc - o);
  const shown = instants.filter((t) => t + offsetAt(t, zone) === asUtc);
  const chosen = shown.length > 0 ? shown : instants;
  return { earliestUs: Math.min(...chosen) * 1e6, latestUs: Math.max(...chosen) * 1e6 };
}
