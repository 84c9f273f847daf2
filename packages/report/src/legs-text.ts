/** Both legs of a request for a terminal: client left, nginx in the middle, upstream right, time downwards. */
import { durationText } from '@resetscope/diagnosis';
import { idleGapUs } from './ladder.ts';
import { arrowText, FRAME_WIDTH, marginText, type TextStyle, TIME_WIDTH, textWidth } from './ladder-text.ts';
import { type LegHeads, type LegRow, legWords } from './legs.ts';
import { makePaint, type Paint } from './paint.ts';
import { visibleText } from './visible-text.ts';
import { cutText } from './wrap-text.ts';

/** Frame, time, two blanks, three lifelines. */
const MARGIN_WIDTH = FRAME_WIDTH + TIME_WIDTH + 5;

interface Drawing {
  readonly paint: Paint;
  /** Columns between two lifelines. */
  readonly span: number;
}

/** Lines without a final newline; empty string without rows. */
export function formatLegs(rows: readonly LegRow[], heads: LegHeads, style: TextStyle): string {
  if (rows.length === 0) return '';
  const drawing = { paint: makePaint(style.color), span: Math.floor((textWidth(style) - MARGIN_WIDTH) / 2) };
  const lines = [headLine(heads, drawing)];
  rows.forEach((row, at) => {
    const gapUs = idleGapUs(rows[at - 1], row);
    if (gapUs !== null) lines.push(idleLine(gapUs, drawing));
    lines.push(rowLine(row, drawing));
  });
  return lines.join('\n');
}

function headLine({ client, nginx, upstream }: LegHeads, { paint, span }: Drawing): string {
  const half = span - Math.ceil(nginx.length / 2);
  const left = cutText(visibleText(client), half).padEnd(half + 1);
  const right = cutText(visibleText(upstream), half).padStart(2 * span + 3 - left.length - nginx.length);
  return `${paint.dim('frame'.padStart(FRAME_WIDTH) + 'time'.padStart(TIME_WIDTH))}  ${paint.bold(left + nginx + right)}`;
}

function rowLine(row: LegRow, { paint, span }: Drawing): string {
  const line = paint.dim('│');
  const arrow = arrowText(row, legWords(row), paint, span);
  const blank = ' '.repeat(span);
  const halves = row.leg === 'client' ? [arrow, blank] : [blank, arrow];
  return `${marginText(row, paint)}  ${line}${halves.join(line)}${line}`;
}

function idleLine(gapUs: number, { paint, span }: Drawing): string {
  const text = ` … ${durationText(gapUs)} idle … `;
  const left = Math.floor((2 * span + 1 - text.length) / 2);
  const padded = `${' '.repeat(left)}${text}`.padEnd(2 * span + 1);
  return paint.dim(`${' '.repeat(FRAME_WIDTH + TIME_WIDTH + 2)}┊${padded}┊`);
}
