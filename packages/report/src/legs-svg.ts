/** Both legs of a request as inline SVG: client, nginx, upstream from left to right, time downwards. Classes as in ladder-svg.ts. */
import { durationText } from '@resetscope/diagnosis';
import { html, type SafeHtml } from './html.ts';
import { idleGapUs } from './ladder.ts';
import { drawArrow, drawMargin, drawWords, type Lane, MARGIN_AT } from './ladder-lane.ts';
import type { LegHeads, LegRow } from './legs.ts';
import { visibleText } from './visible-text.ts';

/** User units, as in ladder-svg.ts. */
const AT = { client: 140, nginx: 545, upstream: 950, width: 960 } as const;
const LANES: Readonly<Record<LegRow['leg'], Lane>> = {
  client: { left: AT.client, right: AT.nginx },
  upstream: { left: AT.nginx, right: AT.upstream },
};
const HEAD_HEIGHT = 44;
const ROW_HEIGHT = 34;
const IDLE_HEIGHT = 30;
const FOOT_HEIGHT = 16;

/** Empty markup without rows. `label` is read out by screen readers. */
export function legsSvg(rows: readonly LegRow[], heads: LegHeads, label: string): SafeHtml {
  if (rows.length === 0) return html``;
  let y = HEAD_HEIGHT - 10;
  const drawn = rows.map((row, at) => {
    const gapUs = idleGapUs(rows[at - 1], row);
    if (gapUs !== null) y += IDLE_HEIGHT;
    y += ROW_HEIGHT;
    return html`${gapUs === null ? null : drawIdle(gapUs, y - ROW_HEIGHT)}${drawRow(row, y)}`;
  });
  const height = y + FOOT_HEIGHT;
  return html`<svg class="rs-ladder" viewBox="0 0 ${AT.width} ${height}" width="${AT.width}" height="${height}" role="img" aria-label="${visibleText(label)}" xmlns="http://www.w3.org/2000/svg" font-size="12">
${drawHeads(heads)}
${[AT.client, AT.nginx, AT.upstream].map((x) => drawLifeline(x, height))}
${drawn}
</svg>`;
}

function drawHeads({ client, nginx, upstream }: LegHeads): SafeHtml {
  const head = (x: number, anchor: string, name: string): SafeHtml =>
    html`<text class="rs-head" x="${x}" y="22" text-anchor="${anchor}" font-weight="600">${visibleText(name)}</text>`;
  return html`<text class="rs-time" x="${MARGIN_AT.frame}" y="22" text-anchor="end">frame</text>
<text class="rs-time" x="${MARGIN_AT.time}" y="22" text-anchor="end">ms</text>
${head(AT.client, 'start', client)}
${head(AT.nginx, 'middle', nginx)}
${head(AT.upstream, 'end', upstream)}`;
}

function drawLifeline(x: number, height: number): SafeHtml {
  return html`<line class="rs-life" x1="${x}" y1="${HEAD_HEIGHT - 12}" x2="${x}" y2="${height - 6}" stroke="currentColor"/>`;
}

function drawRow(row: LegRow, y: number): SafeHtml {
  const kind = row.kind === 'packet' ? '' : ` rs-${row.kind}`;
  const lane = LANES[row.leg];
  const numbers = row.len > 0 ? `len ${row.len}` : '';
  return html`<g class="rs-row${kind}">${drawMargin(row, y)}${drawArrow(row, y, lane)}${drawWords(row, y, lane, numbers)}</g>`;
}

function drawIdle(gapUs: number, y: number): SafeHtml {
  return html`<text class="rs-idle" x="${AT.nginx}" y="${y + 4}" text-anchor="middle">… ${durationText(gapUs)} idle …</text>`;
}
