/** When groups whose connections normally end so are not told of. */
import { stampToEpochUs } from '@resetscope/nginx-log';

export type QuietHours =
  | { readonly kind: 'never' }
  | { readonly kind: 'always' }
  /** Every day from one time of day to another, which is of the next day when it is not later. */
  | { readonly kind: 'daily'; readonly fromMinute: number; readonly toMinute: number; readonly timezone: string };

const MINUTES_PER_HOUR = 60;
const DAY_MS = 86_400_000;

/** `never`, `always` or `22:00-07:00`; null for anything else. timezone: one that isTimeZone accepts. */
export function parseQuietHours(text: string, timezone: string): QuietHours | null {
  if (text === 'never' || text === 'always') return { kind: text };
  const [, from, to] = /^((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)$/.exec(text) ?? [];
  if (from === undefined || to === undefined || from === to) return null;
  return { kind: 'daily', fromMinute: minuteOf(from), toMinute: minuteOf(to), timezone };
}

/** End of the quiet hours that are now, milliseconds since the Unix epoch; Infinity: there is none; null: it is not quiet now. */
export function quietUntilMs(quiet: QuietHours, nowMs: number): number | null {
  if (quiet.kind === 'never') return null;
  if (quiet.kind === 'always') return Number.POSITIVE_INFINITY;
  const { fromMinute, toMinute, timezone } = quiet;
  // The day in that zone is the day in UTC, the one before or the one after; quiet hours may have begun the day before it.
  for (const days of [-2, -1, 0, 1]) {
    const fromMs = instantMs(nowMs + days * DAY_MS, fromMinute, timezone);
    const toMs = instantMs(nowMs + (toMinute > fromMinute ? days : days + 1) * DAY_MS, toMinute, timezone);
    if (fromMs <= nowMs && nowMs < toMs) return toMs;
  }
  return null;
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * MINUTES_PER_HOUR + minutes;
}

/** When clocks in the zone show this minute of the (UTC) day that `dayMs` is in. */
function instantMs(dayMs: number, minute: number, timezone: string): number {
  const day = new Date(dayMs);
  const stamp = {
    year: day.getUTCFullYear(),
    month: day.getUTCMonth() + 1,
    day: day.getUTCDate(),
    hour: Math.floor(minute / MINUTES_PER_HOUR),
    minute: minute % MINUTES_PER_HOUR,
    second: 0,
  };
  return stampToEpochUs(stamp, timezone).earliestUs / 1000;
}
