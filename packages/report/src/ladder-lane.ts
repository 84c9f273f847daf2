/** A row of a ladder in SVG: its numbers in the margin, its arrow and its words between two lifelines. */
import type { LadderRow } from '@resetscope/diagnosis';
import { html, type SafeHtml } from './html.ts';
import { visibleText } from './visible-text.ts';
import { cutText } from './wrap-text.ts';

/** x of two lifelines, in user units: that of the originator, and that of the responder. */
export interface Lane {
  readonly left: number;
  readonly right: number;
}

/** x of the right ends of the columns in the margin. */
export const MARGIN_AT: { readonly frame: number; readonly time: number } = { frame: 44, time: 122 };

/** Widest average width of a bold label's letter and of a monospaced digit, at 12 units (measured in Chromium, DejaVu). */
const LETTER_WIDTH = 7.6;
const DIGIT_WIDTH = 7.3;
/** A label shorter than this says nothing. */
const LABEL_MIN_CHARS = 8;

/** Arrowhead, in user units. */
const TIP = { length: 9, half: 4 } as const;

/** Frame number and milliseconds. */
export function drawMargin(row: LadderRow, y: number): SafeHtml {
  return html`<text class="rs-time" x="${MARGIN_AT.frame}" y="${y + 4}" text-anchor="end">${row.frame}</text><text class="rs-time" x="${MARGIN_AT.time}" y="${y + 4}" text-anchor="end">${(row.atUs / 1000).toFixed(3)}</text>`;
}

/** The packet's way, from its sender's lifeline to the other. */
export function drawArrow(row: LadderRow, y: number, { left, right }: Lane): SafeHtml {
  const rightward = row.from === 'originator';
  const [from, to] = rightward ? [left, right] : [right, left];
  const back = rightward ? -TIP.length : TIP.length;
  const dash = row.kind === 'folded' ? html` stroke-dasharray="3 4"` : null;
  return html`<line class="rs-arrow" x1="${from}" y1="${y}" x2="${to + back}" y2="${y}" stroke="currentColor"${dash}/><path class="rs-arrow" d="M${to} ${y}l${back} ${-TIP.half}v${2 * TIP.half}z" fill="currentColor"/>`;
}

/** Flags and label at the arrow's left end, numbers at its right end, both above it. */
export function drawWords(row: LadderRow, y: number, lane: Lane, numbers: string): SafeHtml {
  const { left, right } = lane;
  if (row.kind === 'folded') {
    const middle = (left + right) / 2;
    return html`<text class="rs-numbers" x="${middle}" y="${y - 6}" text-anchor="middle">… ${visibleText(row.label)} …</text>`;
  }
  const label = visibleText(row.label);
  const flags = flagNames(row.flags);
  const cut = cutText(label, labelChars(flags, numbers, lane));
  const full = cut === label ? null : html`<title>${label}</title>`;
  return html`<text class="rs-text" x="${left + 14}" y="${y - 6}">${full}<tspan class="rs-flags">${flags}</tspan> ${cut}</text><text class="rs-numbers" x="${right - 14}" y="${y - 6}" text-anchor="end">${numbers}</text>`;
}

/** Letters of a label that fit on the arrow between the flags and the numbers. */
function labelChars(flags: string, numbers: string, { left, right }: Lane): number {
  const room = right - left - 28 - numbers.length * DIGIT_WIDTH;
  return Math.max(LABEL_MIN_CHARS, Math.floor(room / LETTER_WIDTH) - flags.length - 2);
}

const FLAG_NAMES: Readonly<Record<string, string>> = { S: 'SYN', F: 'FIN', R: 'RST', P: 'PSH', '.': 'ACK' };

/** `R.` -> `RST ACK`; letters without a name here stay. */
function flagNames(flags: string): string {
  return [...flags].map((letter) => FLAG_NAMES[letter] ?? letter).join(' ');
}
