/** A row of a ladder in SVG: its arrow and its words between two lifelines. */
import type { LadderRow } from '@resetscope/diagnosis';
import { html, type SafeHtml } from './html.ts';
import type { LadderLayout } from './ladder-layout.ts';
import { visibleText } from './visible-text.ts';
import { cutText } from './wrap-text.ts';

/** A row, and between which lifelines it goes: 0 is the first two. */
export interface LaneRow extends LadderRow {
  readonly lane: 0 | 1;
}

/** x of two lifelines: that of the originator, and that of the responder. */
export interface Lane {
  readonly left: number;
  readonly right: number;
}

/** Widest average width of a bold label's letter and of a monospaced digit, at 12 units (measured in Chromium, DejaVu). */
const LETTER_WIDTH = 7.6;
const DIGIT_WIDTH = 7.3;
/** A label shorter than this says nothing. */
const LABEL_MIN_CHARS = 8;

/** Arrowhead and the cross of a reset, half their size. */
const TIP = { length: 9, half: 4 } as const;
const CROSS = 5;

export function laneOf({ lane }: LaneRow, { lifelines }: LadderLayout): Lane {
  return { left: lifelines[lane] ?? 0, right: lifelines[lane + 1] ?? 0 };
}

/** The packet's way, from its sender's lifeline to the other. A reset ends in a cross, so that colour is not all that tells it. */
export function drawArrow(row: LaneRow, y: number, lane: Lane): SafeHtml {
  const [from, to] = row.from === 'originator' ? [lane.left, lane.right] : [lane.right, lane.left];
  const back = row.from === 'originator' ? -1 : 1;
  const neck = to + back * TIP.length;
  if (row.kind === 'reset') {
    const x = to + back * (CROSS + 3);
    const cross = `M${x - CROSS} ${y - CROSS}l${2 * CROSS} ${2 * CROSS}m0 ${-2 * CROSS}l${-2 * CROSS} ${2 * CROSS}`;
    return html`<path class="rs-arrow" d="M${from} ${y}H${x + back * CROSS}${cross}" fill="none"/>`;
  }
  const dash = row.kind === 'folded' ? html` stroke-dasharray="3 4"` : null;
  return html`<path class="rs-arrow" d="M${from} ${y}H${neck}" fill="none"${dash}/><path class="rs-tip" d="M${to} ${y}L${neck} ${y - TIP.half}v${2 * TIP.half}z"/>`;
}

/** Flags and label at the arrow's left end, the length at its right end, both above it; the sequence numbers below. */
export function drawWords(row: LaneRow, y: number, lane: Lane, layout: LadderLayout): SafeHtml {
  const label = visibleText(row.label);
  const flags = flagNames(row.flags);
  const length = row.len > 0 ? `len ${row.len}` : '';
  const { left, right } = wordsLane(flags.length + 1 + label.length, length.length, lane, layout);
  if (row.kind === 'folded') {
    return html`<text class="rs-len" x="${(left + right) / 2}" y="${y - 6}" text-anchor="middle">… ${label} …</text>`;
  }
  const cut = cutText(label, Math.max(LABEL_MIN_CHARS, roomFor(length.length, left, right) - flags.length - 2));
  const full = cut === label ? null : html`<title>${label}</title>`;
  return html`<text class="rs-text" x="${left + WORDS_IN}" y="${y - 6}">${full}<tspan class="rs-flags">${flags}</tspan> ${cut}</text>${
    length !== '' && html`<text class="rs-len" x="${right - WORDS_IN}" y="${y - 6}" text-anchor="end">${length}</text>`
  }${layout.hasNumbers && drawNumbers(row, y, lane)}`;
}

/** Between the words and the lifelines. */
const WORDS_IN = 10;

/** Letters of flags and label that fit beside the length. */
function roomFor(lengthChars: number, left: number, right: number): number {
  return Math.floor((right - left - 2 * WORDS_IN - lengthChars * DIGIT_WIDTH) / LETTER_WIDTH);
}

/** Where the words stand: between the row's own lifelines, or across all where they have no room and may. */
function wordsLane(chars: number, lengthChars: number, lane: Lane, { wordsCross, lifelines }: LadderLayout): Lane {
  if (!wordsCross || chars <= roomFor(lengthChars, lane.left, lane.right)) return lane;
  return { left: lifelines[0] ?? 0, right: lifelines.at(-1) ?? 0 };
}

/** Both kinds; the page shows one of them when asked for, and neither without a style sheet. */
function drawNumbers({ seq, ack, rawSeq, rawAck }: LaneRow, y: number, { left }: Lane): SafeHtml {
  const at = html`x="${left + WORDS_IN}" y="${y + 14}" display="none"`;
  return html`<text class="rs-seq" ${at}>seq ${seq}  ack ${ack}</text><text class="rs-raw" ${at}>seq ${rawSeq}  ack ${rawAck}</text>`;
}

const FLAG_NAMES: Readonly<Record<string, string>> = { S: 'SYN', F: 'FIN', R: 'RST', P: 'PSH', '.': 'ACK' };

/** `R.` -> `RST ACK`; letters without a name here stay. */
export function flagNames(flags: string): string {
  return [...visibleText(flags)].map((letter) => FLAG_NAMES[letter] ?? letter).join(' ');
}
