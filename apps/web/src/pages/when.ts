/** Times on the pages: in UTC as sent; app.js makes them local, with UTC as the tooltip, and keeps the ages fresh. */
import { html, type SafeHtml } from '@resetscope/report';

/** `2026-11-22 07:55:15.378`. */
export function formatUtc(tsUs: number): string {
  const date = new Date(tsUs / 1000);
  return Number.isNaN(date.getTime()) ? '?' : date.toISOString().slice(0, 23).replace('T', ' ');
}

const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
];

/** `moments ago`, `3 min ago`, `2 d ago`. app.js has the same words. */
export function formatAge(ageUs: number): string {
  const seconds = ageUs / 1_000_000;
  for (const [unit, name] of UNITS) if (seconds >= unit) return `${Math.floor(seconds / unit)} ${name} ago`;
  return 'moments ago';
}

/** The age, with the moment as its tooltip. */
export function age(tsUs: number, nowUs: number): SafeHtml {
  const utc = formatUtc(tsUs);
  return html`<time datetime="${utc.replace(' ', 'T')}Z" title="${utc} UTC" data-age>${formatAge(nowUs - tsUs)}</time>`;
}

/** The moment itself, to the second. */
export function moment(tsUs: number): SafeHtml {
  const utc = formatUtc(tsUs);
  return html`<time datetime="${utc.replace(' ', 'T')}Z" title="${utc} UTC" data-moment>${utc.slice(0, 19)}</time>`;
}
