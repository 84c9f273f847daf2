/**
 * The ladder as inline SVG: two or three lifelines from left to right, time downwards, notes beside or below. Colours come from the
 * page's style sheet. Classes: rs-ladder, rs-wide, rs-narrow, rs-life, rs-head, rs-row, rs-reset, rs-folded, rs-band, rs-arrow, rs-tip,
 * rs-text, rs-flags, rs-len, rs-seq, rs-raw, rs-time, rs-note, rs-idle.
 */
import { durationText } from '@resetscope/diagnosis';
import { type HtmlValue, html, type SafeHtml } from './html.ts';
import { idleGapUs } from './ladder.ts';
import { drawArrow, drawWords, type LaneRow, laneOf } from './ladder-lane.ts';
import type { LadderLayout } from './ladder-layout.ts';
import { visibleText } from './visible-text.ts';
import { cutText, wrapText } from './wrap-text.ts';

export interface LadderWords {
  /** What stands at the lifelines, from left to right: a line or two each. */
  readonly heads: readonly (readonly string[])[];
  /** Name of the drawing, and what it shows in a sentence: read out by screen readers. */
  readonly title: string;
  readonly description: string;
}

const HEAD_HEIGHT = 56;
const HEAD_LINE_HEIGHT = 15;
const ROW_HEIGHT = 38;
/** From the top of a row to its arrow. */
const ARROW_DOWN = 24;
const IDLE_HEIGHT = 40;
const NOTE_LINE_HEIGHT = 16;
const FOOT_HEIGHT = 12;

interface Placed {
  readonly row: LaneRow;
  /** Silence drawn above the row; null for none. */
  readonly gapUs: number | null;
  readonly noteLines: readonly string[];
  /** y of the arrow. */
  readonly y: number;
  readonly height: number;
}

/** Empty markup without rows. */
export function ladderSvg(rows: readonly LaneRow[], words: LadderWords, layout: LadderLayout): SafeHtml {
  if (rows.length === 0) return html``;
  const placed = place(rows, layout);
  const last = placed.at(-1);
  const height = (last === undefined ? HEAD_HEIGHT : last.y - ARROW_DOWN + last.height) + FOOT_HEIGHT;
  return html`<svg class="rs-ladder ${layout.name}" viewBox="0 0 ${layout.width} ${height}" width="${layout.width}" height="${height}" role="img" xmlns="http://www.w3.org/2000/svg" font-size="12"><title>${visibleText(words.title)}</title><desc>${visibleText(words.description)}</desc>
${placed.map((one) => drawBand(one, layout))}
${drawHeads(words.heads, layout)}
${drawLifelines(placed, layout, height)}
${drawColumns(placed, layout)}
${placed.map((one) => drawRow(one, layout))}
</svg>`;
}

function place(rows: readonly LaneRow[], { note }: LadderLayout): readonly Placed[] {
  let top = HEAD_HEIGHT;
  return rows.map((row, at): Placed => {
    const gapUs = idleGapUs(rows[at - 1], row);
    if (gapUs !== null) top += IDLE_HEIGHT;
    const noteLines = row.note === '' ? [] : wrapText(visibleText(row.note), note.chars);
    const y = top + ARROW_DOWN;
    const noteEnd = ARROW_DOWN + note.down + noteLines.length * NOTE_LINE_HEIGHT - 8;
    const height = Math.max(ROW_HEIGHT, noteLines.length === 0 ? 0 : noteEnd);
    top += height;
    return { row, gapUs, noteLines, y, height };
  });
}

/** Width of an address's character at 11.5 units. */
const HEAD_LETTER_WIDTH = 6.2;

/** Names of two lines: role above address. The last one ends at its lifeline, so that it stays inside. */
function drawHeads(heads: LadderWords['heads'], { lifelines, frame, timeX }: LadderLayout): SafeHtml {
  const span = (lifelines.at(-1) ?? 0) - (lifelines[0] ?? 0);
  const chars = Math.floor(span / 2 / HEAD_LETTER_WIDTH);
  const anchorOf = (at: number): string => (at === 0 ? 'start' : at === lifelines.length - 1 ? 'end' : 'middle');
  const head = (lines: readonly string[], at: number): SafeHtml => {
    const x = lifelines[at] ?? 0;
    const spans = lines.map(
      (line, n) => html`<tspan x="${x}" y="${17 + n * HEAD_LINE_HEIGHT}">${cutText(visibleText(line), chars)}</tspan>`,
    );
    return html`<text class="rs-head" text-anchor="${anchorOf(at)}">${spans}</text>`;
  };
  const units = frame.x === timeX ? null : html`<tspan x="${frame.x}" y="17">frame</tspan>`;
  return html`<text class="rs-time" text-anchor="end">${units}<tspan x="${timeX}" y="17">ms</tspan></text>${heads.map(head)}`;
}

/** From head to foot, dashed where nothing happened. */
function drawLifelines(placed: readonly Placed[], { lifelines }: LadderLayout, height: number): readonly SafeHtml[] {
  const gaps = placed.filter((one) => one.gapUs !== null).map(({ y }) => y - ARROW_DOWN - IDLE_HEIGHT);
  const starts = [HEAD_HEIGHT - 14, ...gaps.map((gap) => gap + IDLE_HEIGHT)];
  const ends = [...gaps, height - 4];
  const line = (x: number, from: number, to: number, dash: HtmlValue): SafeHtml =>
    html`<path class="rs-life" d="M${x} ${from}V${to}"${dash}/>`;
  return lifelines.flatMap((x) => [
    ...starts.map((from, at) => line(x, from, ends[at] ?? height, null)),
    ...gaps.map((gap) => line(x, gap, gap + IDLE_HEIGHT, html` stroke-dasharray="2 5"`)),
  ]);
}

/** Frame numbers and times, a column each. */
function drawColumns(placed: readonly Placed[], { frame, timeX }: LadderLayout): SafeHtml {
  const numbers = placed.map(({ row, y }) =>
    row.frame === null
      ? null
      : html`<tspan x="${frame.x}" y="${y + 4 - frame.up}">${frame.up > 0 && '#'}${row.frame}</tspan>`,
  );
  const times = placed.map(({ row, y }) => html`<tspan x="${timeX}" y="${y + 4}">${millis(row.atUs)}</tspan>`);
  return html`<text class="rs-time" text-anchor="end">${numbers}</text><text class="rs-time" text-anchor="end">${times}</text>`;
}

/** `0.378`, `4,872.1`: three decimals while they can be read. */
function millis(atUs: number): string {
  const ms = atUs / 1000;
  return Math.abs(ms) < 1000 ? ms.toFixed(3) : ms.toFixed(1);
}

function drawBand({ row, y, height }: Placed, { width }: LadderLayout): SafeHtml | null {
  if (row.kind !== 'reset') return null;
  return html`<rect class="rs-band" x="0" y="${y - ARROW_DOWN + 3}" width="${width}" height="${height}" rx="5"/>`;
}

function drawRow(placed: Placed, layout: LadderLayout): SafeHtml {
  const { row, y, gapUs } = placed;
  const kind = row.kind === 'packet' ? '' : ` rs-${row.kind}`;
  const lane = laneOf(row, layout);
  return html`${gapUs !== null && drawIdle(gapUs, y - ARROW_DOWN - IDLE_HEIGHT / 2, layout)}<g class="rs-row${kind}">${drawArrow(row, y, lane)}${drawWords(row, y, lane, layout)}${drawNote(placed, layout)}</g>
`;
}

function drawIdle(gapUs: number, y: number, { lifelines }: LadderLayout): SafeHtml {
  const middle = ((lifelines[0] ?? 0) + (lifelines.at(-1) ?? 0)) / 2;
  return html`<text class="rs-idle" x="${middle}" y="${y + 4}" text-anchor="middle">… ${durationText(gapUs)} idle …</text>`;
}

function drawNote({ noteLines, y }: Placed, { note }: LadderLayout): SafeHtml | null {
  if (noteLines.length === 0) return null;
  const spans = noteLines.map(
    (line, at) => html`<tspan x="${note.x}" y="${y + note.down + at * NOTE_LINE_HEIGHT}">${line}</tspan>`,
  );
  return html`<text class="rs-note">${spans}</text>`;
}
