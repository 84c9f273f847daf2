/** The time that a list looks at: one of the usual spans up to now, everything, or from and to as given (UTC). */
import type { TrendResolution } from '@resetscope/incidents';

export const MINUTE_US = 60_000_000;
const HOUR_US = 60 * MINUTE_US;

interface Span {
  readonly name: string;
  /** In words, after "in". */
  readonly words: string;
  readonly spanUs: number;
}

export const SPANS: readonly Span[] = [
  { name: '15m', words: 'the last 15 minutes', spanUs: 15 * MINUTE_US },
  { name: '1h', words: 'the last hour', spanUs: HOUR_US },
  { name: '6h', words: 'the last 6 hours', spanUs: 6 * HOUR_US },
  { name: '24h', words: 'the last 24 hours', spanUs: 24 * HOUR_US },
  { name: '7d', words: 'the last 7 days', spanUs: 7 * 24 * HOUR_US },
];

const [, , , DAY, WEEK] = SPANS as readonly [Span, Span, Span, Span, Span];

export type TimeRange =
  | { readonly kind: 'span'; readonly span: Span }
  | { readonly kind: 'all' }
  /** At least one of them is given; toUs is exclusive. */
  | { readonly kind: 'custom'; readonly fromUs: number | null; readonly toUs: number | null };

/** Somebody who is woken asks about tonight. */
export const DEFAULT_RANGE: TimeRange = { kind: 'span', span: DAY };

/** `?range=1h`, or `?from=2026-11-22T07:00&to=…`, which count more: somebody typed them. What is not understood is the default. */
export function readTimeRange(range: string, from: string, to: string): TimeRange {
  const [fromUs, toUs] = [readUtc(from), readUtc(to)];
  if (fromUs !== null || toUs !== null) return { kind: 'custom', fromUs, toUs };
  if (range === 'all') return { kind: 'all' };
  const span = SPANS.find(({ name }) => name === range);
  return span === undefined ? DEFAULT_RANGE : { kind: 'span', span };
}

/** As `<input type="datetime-local">` sends it, and with seconds or a Z too. */
function readUtc(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z?$/.test(text)) return null;
  const ms = Date.parse(text.endsWith('Z') ? text : `${text}Z`);
  return Number.isNaN(ms) ? null : ms * 1000;
}

/** `2026-11-22T07:00`, for the field of a form. */
export function utcField(tsUs: number | null): string {
  return tsUs === null ? '' : new Date(tsUs / 1000).toISOString().slice(0, 16);
}

/** The parameters that give the range again; empty for the default. */
export function rangeParameters(range: TimeRange): readonly (readonly [name: string, value: string])[] {
  switch (range.kind) {
    case 'all':
      return [['range', 'all']];
    case 'span':
      return range.span === DAY ? [] : [['range', range.span.name]];
    case 'custom':
      return [
        ...(range.fromUs === null ? [] : [['from', utcField(range.fromUs)] as const]),
        ...(range.toUs === null ? [] : [['to', utcField(range.toUs)] as const]),
      ];
  }
}

export interface Bounds {
  readonly fromUs: number;
  /** Exclusive; null: now and later. */
  readonly toUs: number | null;
}

export function boundsOf(range: TimeRange, nowUs: number): Bounds {
  switch (range.kind) {
    case 'all':
      return { fromUs: 0, toUs: null };
    case 'span':
      return { fromUs: nowUs - range.span.spanUs, toUs: null };
    case 'custom':
      return { fromUs: range.fromUs ?? 0, toUs: range.toUs };
  }
}

export function rangeWords(range: TimeRange): string {
  switch (range.kind) {
    case 'all':
      return 'all time';
    case 'span':
      return range.span.words;
    case 'custom':
      return [
        range.fromUs === null ? '' : `from ${utcField(range.fromUs).replace('T', ' ')}`,
        range.toUs === null ? '' : `to ${utcField(range.toUs).replace('T', ' ')}`,
      ]
        .filter((part) => part !== '')
        .join(' ')
        .concat(' UTC');
  }
}

/** Which buckets of a group's trend show a range, and how many of them one bar stands for. */
export interface TrendShape {
  readonly resolution: TrendResolution;
  /** Up to now. */
  readonly buckets: number;
  readonly perBar: number;
}

/** Bars that can still be told apart on a phone, about thirty. */
export function trendShape(range: TimeRange, nowUs: number): TrendShape {
  const { fromUs } = boundsOf(range, nowUs);
  const agoUs = Math.min(nowUs - fromUs, WEEK.spanUs);
  // One more than the time takes: now is inside a bucket.
  if (agoUs <= 15 * MINUTE_US) return { resolution: 'minute', buckets: 16, perBar: 1 };
  if (agoUs <= HOUR_US) return { resolution: 'minute', buckets: 61, perBar: 2 };
  if (agoUs <= 6 * HOUR_US) return { resolution: 'ten-minutes', buckets: 37, perBar: 1 };
  if (agoUs <= DAY.spanUs) return { resolution: 'hour', buckets: 25, perBar: 1 };
  return { resolution: 'hour', buckets: 169, perBar: 6 };
}
