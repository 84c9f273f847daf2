/** A sparkline: how many incidents a group had in each part of the time asked about. */
import type { GroupTrend } from '@resetscope/incidents';
import { html, type SafeHtml } from '@resetscope/report';

/** Of a drawing, in its own units; the style sheet scales it. */
const BAR = { width: 4, gap: 1, height: 24 } as const;

/** Adds up neighbours; the last bar ends now, the first may stand for less. */
export function barsOf(counts: readonly number[], perBar: number): readonly number[] {
  const bars = Array<number>(Math.ceil(counts.length / perBar)).fill(0);
  counts.forEach((count, at) => {
    const bar = bars.length - 1 - Math.floor((counts.length - 1 - at) / perBar);
    bars[bar] = (bars[bar] ?? 0) + count;
  });
  return bars;
}

/** words: the time it covers, `the last hour`. One path, because a page has fifty of them. */
export function trend({ counts }: GroupTrend, perBar: number, words: string): SafeHtml {
  const bars = barsOf(counts, perBar);
  const most = Math.max(1, ...bars);
  const steps = bars.map((count, at) => {
    if (count === 0) return '';
    const height = Math.max(2, Math.round((count / most) * BAR.height));
    return `M${at * (BAR.width + BAR.gap)} ${BAR.height}v-${height}h${BAR.width}v${height}z`;
  });
  const width = bars.length * (BAR.width + BAR.gap) - BAR.gap;
  const sum = counts.reduce((total, count) => total + count, 0);
  const label = `${sum.toLocaleString('en-US')} in ${words}, ${most.toLocaleString('en-US')} in the busiest part`;
  return html`<svg class="trend" viewBox="0 0 ${width} ${BAR.height + 1}" preserveAspectRatio="none" role="img" aria-label="${label}"><path class="base" d="M0 ${BAR.height + 0.5}h${width}"/><path class="bars" d="${steps.join('')}"/></svg>`;
}
