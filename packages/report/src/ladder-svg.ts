/**
 * The ladder as inline SVG: originator left, responder right, time downwards, notes on the right. Colours come from the
 * page: classes below with currentColor, so that dark and light themes work; without a stylesheet it is black on nothing.
 * Classes: rs-ladder, rs-life, rs-head, rs-row, rs-reset, rs-folded, rs-arrow, rs-text, rs-numbers, rs-time, rs-note, rs-idle.
 */
import { durationText, type LadderRow } from '@resetscope/diagnosis';
import { type HtmlValue, html, type SafeHtml } from './html.ts';
import { idleGapUs } from './ladder.ts';
import type { LadderHeads } from './ladder-heads.ts';
import { drawArrow, drawMargin, drawWords, MARGIN_AT } from './ladder-lane.ts';
import { visibleText } from './visible-text.ts';
import { wrapText } from './wrap-text.ts';

/** User units; 12 units of text are about 12 CSS pixels at the drawing's natural width. */
const AT = { left: 140, right: 612, note: 632, width: 960 } as const;
const HEAD_HEIGHT = 44;
const ROW_HEIGHT = 38;
const IDLE_HEIGHT = 40;
const NOTE_LINE_HEIGHT = 16;
const FOOT_HEIGHT = 16;

/** Characters of a note line that fit at 12.5 units. */
const NOTE_CHARS = 46;

interface Placed {
  readonly row: LadderRow;
  /** Silence drawn above the row; null for none. */
  readonly gapUs: number | null;
  readonly noteLines: readonly string[];
  /** y of the arrow. */
  readonly y: number;
}

/** Empty markup without rows. `label` is read out by screen readers. */
export function ladderSvg(rows: readonly LadderRow[], heads: LadderHeads, label: string): SafeHtml {
  if (rows.length === 0) return html``;
  const { placed, height } = place(rows);
  return html`<svg class="rs-ladder" viewBox="0 0 ${AT.width} ${height}" width="${AT.width}" height="${height}" role="img" aria-label="${visibleText(label)}" xmlns="http://www.w3.org/2000/svg" font-size="12">
${drawHeads(heads)}
${drawLifelines(placed, height)}
${placed.map(drawRow)}
</svg>`;
}

function place(rows: readonly LadderRow[]): { readonly placed: readonly Placed[]; readonly height: number } {
  let top = HEAD_HEIGHT;
  const placed = rows.map((row, at): Placed => {
    const gapUs = idleGapUs(rows[at - 1], row);
    if (gapUs !== null) top += IDLE_HEIGHT;
    const noteLines = row.note === '' ? [] : wrapText(visibleText(row.note), NOTE_CHARS);
    const y = top + 24;
    top += Math.max(ROW_HEIGHT, noteLines.length * NOTE_LINE_HEIGHT + 10);
    return { row, gapUs, noteLines, y };
  });
  return { placed, height: top + FOOT_HEIGHT };
}

function drawHeads(heads: LadderHeads): SafeHtml {
  const head = (x: number, anchor: string, name: string): SafeHtml =>
    html`<text class="rs-head" x="${x}" y="22" text-anchor="${anchor}" font-weight="600">${visibleText(name)}</text>`;
  return html`<text class="rs-time" x="${MARGIN_AT.frame}" y="22" text-anchor="end">frame</text>
<text class="rs-time" x="${MARGIN_AT.time}" y="22" text-anchor="end">ms</text>
${head(AT.left, 'start', heads.originator)}
${head(AT.right, 'end', heads.responder)}`;
}

/** Both lines from head to foot, dashed where nothing happened. */
function drawLifelines(placed: readonly Placed[], height: number): readonly SafeHtml[] {
  const gaps = placed.filter((one) => one.gapUs !== null).map(({ y }) => y - 24 - IDLE_HEIGHT);
  const starts = [HEAD_HEIGHT - 12, ...gaps.map((gap) => gap + IDLE_HEIGHT)];
  const ends = [...gaps, height - 6];
  const line = (x: number, from: number, to: number, dash: HtmlValue): SafeHtml =>
    html`<line class="rs-life" x1="${x}" y1="${from}" x2="${x}" y2="${to}" stroke="currentColor"${dash}/>`;
  return [AT.left, AT.right].flatMap((x) => [
    ...starts.map((from, at) => line(x, from, ends[at] ?? height, null)),
    ...gaps.map((gap) => line(x, gap, gap + IDLE_HEIGHT, html` stroke-dasharray="2 5"`)),
  ]);
}

function drawRow(placed: Placed): SafeHtml {
  const { row, y, gapUs } = placed;
  const kind = row.kind === 'packet' ? '' : ` rs-${row.kind}`;
  return html`${gapUs === null ? null : drawIdle(gapUs, y - 24 - IDLE_HEIGHT / 2)}
<g class="rs-row${kind}">${drawMargin(row, y)}${drawArrow(row, y, AT)}${drawWords(row, y, AT, numbersOf(row))}${drawNote(placed)}</g>`;
}

function drawIdle(gapUs: number, y: number): SafeHtml {
  const middle = (AT.left + AT.right) / 2;
  return html`<text class="rs-idle" x="${middle}" y="${y + 4}" text-anchor="middle">… ${durationText(gapUs)} idle …</text>`;
}

function numbersOf({ seq, ack, len }: LadderRow): string {
  return `seq ${seq}  ack ${ack}${len > 0 ? `  len ${len}` : ''}`;
}

function drawNote({ noteLines, y }: Placed): SafeHtml | null {
  if (noteLines.length === 0) return null;
  const spans = noteLines.map(
    (line, at) => html`<tspan x="${AT.note}" dy="${at === 0 ? 0 : NOTE_LINE_HEIGHT}">${line}</tspan>`,
  );
  return html`<text class="rs-note" y="${y + 4}">${spans}</text>`;
}
