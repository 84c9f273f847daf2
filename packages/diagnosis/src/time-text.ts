/** RFC 3339 text of an instant, in UTC with microseconds, without a clock. Civil date from days: Howard Hinnant, chrono algorithms. */

const DAY_US = 86_400_000_000;

export function rfc3339(us: number): string {
  const days = Math.floor(us / DAY_US);
  const rest = us - days * DAY_US;
  const { year, month, day } = civil(days);
  const two = (n: number): string => String(n).padStart(2, '0');
  const seconds = Math.floor(rest / 1_000_000);
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${time}.${String(Math.floor(rest % 1_000_000)).padStart(6, '0')}Z`;
}

/** days since 1970-01-01. */
function civil(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
  };
}
