/** Calendar fields to seconds since the Unix epoch, without a clock and without `Date`. No leap seconds (POSIX). */

/** A wall-clock second as written in a log, in a zone the writer does not name. */
export interface LogStamp {
  readonly year: number;
  /** 1..12 */
  readonly month: number;
  /** 1..31 */
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Days before the month of a year that starts in March, by H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** Seconds since the Unix epoch if the stamp were UTC. */
export function stampAsUtcSeconds(stamp: LogStamp): number {
  const days = daysFromCivil(stamp.year, stamp.month, stamp.day);
  return days * 86_400 + stamp.hour * 3600 + stamp.minute * 60 + stamp.second;
}

const MONTH_LEN = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Every field in range; 29 February passes in any year, second 60 (leap second) too. */
export function isPlausibleStamp(stamp: LogStamp): boolean {
  const monthLen = MONTH_LEN[stamp.month - 1] ?? 0;
  const dayFits = stamp.day >= 1 && stamp.day <= monthLen;
  return stamp.year >= 1970 && dayFits && stamp.hour <= 23 && stamp.minute <= 59 && stamp.second <= 60;
}
