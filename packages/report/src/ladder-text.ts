/** The ladder for a terminal: originator left, responder right, time downwards, notes below their packet. */
import { durationText, type LadderRow } from '@resetscope/diagnosis';
import { idleGapUs } from './ladder.ts';
import type { LadderHeads } from './ladder-heads.ts';
import { makePaint, type Paint } from './paint.ts';
import { visibleText } from './visible-text.ts';
import { cutText, wrapText } from './wrap-text.ts';

export interface TextStyle {
  /** ANSI colours. */
  readonly color: boolean;
  /** Columns of the terminal; used are MIN_WIDTH to MAX_WIDTH. */
  readonly width: number;
}

/** Narrower, an arrow has no room for its numbers. */
const MIN_WIDTH = 60;
/** Wider, arrows are long ways for the eye and lines of text hard to follow (chosen). */
const MAX_WIDTH = 120;

/** Columns to fill. */
export function textWidth({ width }: TextStyle): number {
  return Math.min(Math.max(width, MIN_WIDTH), MAX_WIDTH);
}

export const FRAME_WIDTH: number = 8;
export const TIME_WIDTH: number = 12;
/** Frame, time, two blanks, two lifelines. */
const MARGIN_WIDTH = FRAME_WIDTH + TIME_WIDTH + 4;

interface Drawing {
  readonly paint: Paint;
  /** Columns between the lifelines. */
  readonly span: number;
}

/** Lines without a final newline; empty string without rows. */
export function formatLadder(rows: readonly LadderRow[], heads: LadderHeads, style: TextStyle): string {
  if (rows.length === 0) return '';
  const drawing: Drawing = {
    paint: makePaint(style.color),
    span: textWidth(style) - MARGIN_WIDTH,
  };
  const lines = [headLine(heads, drawing)];
  rows.forEach((row, at) => {
    const gapUs = idleGapUs(rows[at - 1], row);
    if (gapUs !== null) lines.push(idleLine(gapUs, drawing));
    lines.push(rowLine(row, drawing), ...noteLines(row, drawing));
  });
  return lines.join('\n');
}

function headLine(heads: LadderHeads, { paint, span }: Drawing): string {
  const half = Math.floor((span + 1) / 2);
  const left = cutText(visibleText(heads.originator), half).padEnd(half);
  const right = cutText(visibleText(heads.responder), span + 2 - half).padStart(span + 2 - half);
  return `${paint.dim('frame'.padStart(FRAME_WIDTH) + 'time'.padStart(TIME_WIDTH))}  ${paint.bold(left + right)}`;
}

function rowLine(row: LadderRow, { paint, span }: Drawing): string {
  return `${marginText(row, paint)}  ${paint.dim('│')}${arrowText(row, rowText(row), paint, span)}${paint.dim('│')}`;
}

/** Frame number and milliseconds. */
export function marginText(row: LadderRow, paint: Paint): string {
  const frame = (row.frame === null ? '' : String(row.frame)).padStart(FRAME_WIDTH);
  return paint.dim(`${frame}${`${(row.atUs / 1000).toFixed(3)} ms`.padStart(TIME_WIDTH)}`);
}

/** From lifeline to lifeline, `span` columns; the words are made visible and cut. */
export function arrowText(row: LadderRow, words: string, paint: Paint, span: number): string {
  const rightward = row.from === 'originator';
  const text = cutText(visibleText(words), span - 6);
  const fill = span - text.length - 5;
  const [line, near, far] = row.kind === 'folded' ? ['┄', '┄┄ ', '┄'] : ['─', '── ', '─'];
  const tint = row.kind === 'reset' ? paint.red : row.kind === 'folded' ? paint.dim : paint.cyan;
  const tinted = row.kind === 'reset' ? paint.red(paint.bold(text)) : row.kind === 'folded' ? paint.dim(text) : text;
  const rule = line.repeat(Math.max(0, fill));
  return rightward
    ? `${tint(near)}${tinted} ${tint(`${rule}▶`)}`
    : `${tint(`◀${far}`)} ${tinted} ${tint(`${rule}${line}`)}`;
}

function rowText(row: LadderRow): string {
  if (row.kind === 'folded') return `… ${row.label} …`;
  const reset = row.kind === 'reset' ? 'RST ' : '';
  const len = row.len > 0 ? `, len ${row.len}` : '';
  const label = row.label === '' ? '' : `  ${row.label}`;
  return `${reset}[${row.flags}] seq ${row.seq}, ack ${row.ack}${len}${label}`;
}

function noteLines(row: LadderRow, { paint, span }: Drawing): readonly string[] {
  if (row.note === '') return [];
  const blank = ' '.repeat(FRAME_WIDTH + TIME_WIDTH + 2);
  const mark = row.kind === 'reset' ? paint.red : paint.yellow;
  return wrapText(visibleText(row.note), span - 6).map((line, at) => {
    const lead = at === 0 ? '↳ ' : '  ';
    return `${blank}${paint.dim('│')}   ${mark(lead + line.padEnd(span - 5))}${paint.dim('│')}`;
  });
}

function idleLine(gapUs: number, { paint, span }: Drawing): string {
  const text = ` … ${durationText(gapUs)} idle … `;
  const left = Math.floor((span - text.length) / 2);
  const padded = `${' '.repeat(left)}${text}`.padEnd(span);
  return paint.dim(`${' '.repeat(FRAME_WIDTH + TIME_WIDTH + 2)}┊${padded}┊`);
}
