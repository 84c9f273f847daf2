/** Incidents by cause: how many a second, and how the last hour went. */
import { html, type SafeHtml } from '@resetscope/report';
import { MINUTE_US } from '../time-range.ts';
import { type SeenState, sumOf } from '../watcher-state.ts';
import { type Column, figures } from './figures.ts';
import { trend } from './trend.ts';

const COLUMNS: readonly Column[] = [
  { head: 'Cause' },
  { head: 'Last hour, by minute' },
  { head: 'Per second now', isNumber: true },
  { head: 'In 5 min', isNumber: true },
  { head: 'In the hour', isNumber: true },
];

/** Causes shown; the rest is added up. */
const SHOWN = 12;

export function resetsSection({ causes, nowUs }: SeenState): SafeHtml | null {
  if (causes === null) return null;
  if (causes.length === 0) return html`<p class="caption">No reset in the last hour.</p>`;
  const row = (name: SafeHtml | string, minutes: readonly number[]) => [
    name,
    trend({ groupId: '', bucketUs: 0, fromUs: 0, counts: minutes }, 1, 'the last hour'),
    rateText(perSecond(minutes, nowUs)),
    sumOf(minutes.slice(-5)).toLocaleString('en-US'),
    sumOf(minutes).toLocaleString('en-US'),
  ];
  const rows = causes
    .slice(0, SHOWN)
    .map(({ cause, title, minutes }) =>
      row(html`<a href="/?${String(new URLSearchParams({ range: '1h', cause, state: 'any' }))}">${title}</a>`, minutes),
    );
  const rest = causes.slice(SHOWN);
  const others =
    rest.length === 0 ? [] : [row(`${rest.length} other causes`, addUp(rest.map(({ minutes }) => minutes)))];
  const all = causes.length === 1 ? [] : [row(html`<b>All</b>`, addUp(causes.map(({ minutes }) => minutes)))];
  return figures('Incidents by cause', COLUMNS, [...rows, ...others, ...all]);
}

/** Over the last 60 s: the minute that is now, and of the one before the share that is not older. */
export function perSecond(minutes: readonly number[], nowUs: number): number {
  const begun = (nowUs % MINUTE_US) / MINUTE_US;
  return ((minutes.at(-1) ?? 0) + (1 - begun) * (minutes.at(-2) ?? 0)) / 60;
}

function rateText(rate: number): string {
  return rate === 0 ? '0' : rate < 0.1 ? rate.toFixed(3) : rate.toFixed(1);
}

function addUp(all: readonly (readonly number[])[]): readonly number[] {
  return (all[0] ?? []).map((_, minute) => sumOf(all.map((minutes) => minutes[minute] ?? 0)));
}
