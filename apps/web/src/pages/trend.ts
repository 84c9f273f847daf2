/** A sparkline: how many incidents of a group in each hour of the last day. */
import { html, type SafeHtml } from '@resetscope/report';

const HOURS = 24;
const HOUR_US = 3_600_000_000;
const BAR = { width: 4, gap: 1, height: 20 } as const;

/** Incidents per hour, oldest hour first; the last entry is the hour that ends now. */
export function hourlyCounts(timesUs: readonly number[], nowUs: number): readonly number[] {
  const counts = Array<number>(HOURS).fill(0);
  for (const tsUs of timesUs) {
    const hour = HOURS - 1 - Math.floor(Math.max(0, nowUs - tsUs) / HOUR_US);
    if (hour >= 0) counts[hour] = (counts[hour] ?? 0) + 1;
  }
  return counts;
}

export function trend(timesUs: readonly number[], nowUs: number): SafeHtml {
  const counts = hourlyCounts(timesUs, nowUs);
  const most = Math.max(1, ...counts);
  const day = counts.reduce((sum, count) => sum + count, 0);
  const bars = counts.map((count, at) => {
    const height = count === 0 ? 1 : Math.max(3, Math.round((count / most) * BAR.height));
    const tone = count === 0 ? 'none' : 'some';
    return html`<rect class="${tone}" x="${at * (BAR.width + BAR.gap)}" y="${BAR.height - height}" width="${BAR.width}" height="${height}"/>`;
  });
  const label = `${day} in the last 24 hours, ${most} in the busiest hour`;
  const width = HOURS * (BAR.width + BAR.gap);
  return html`<svg class="trend" viewBox="0 0 ${width} ${BAR.height}" width="${width}" height="${BAR.height}" role="img" aria-label="${label}"><title>${label}</title>${bars}</svg>`;
}
