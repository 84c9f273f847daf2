/**
 * Rows of flows as a table. Nobody knows the widest cell before the end of a capture: the first rows decide, wider cells later
 * push their own row aside. What matters most stands left, because a terminal cuts at its width.
 */
import { visibleText } from '@resetscope/report';
import { cutTo, type Terminal } from '../terminal.ts';
import type { FlowRow } from './flow-row.ts';

/** Rows that decide the widths (chosen: a few screens). */
const SAMPLE_ROWS = 200;
/** Characters of a cell; `--json` has all. */
const CELL_MAX = 64;
/** Requests named in a cell. */
const SHOWN_REQUESTS = 3;

const COLUMNS: readonly { readonly head: string; readonly cell: (row: FlowRow) => string }[] = [
  { head: 'stream', cell: (row) => String(row.index) },
  { head: 'originator', cell: (row) => row.originator },
  { head: 'responder', cell: (row) => row.responder },
  { head: 'state', cell: (row) => row.conn_state },
  { head: 'history', cell: (row) => row.history },
  { head: 'teardown', cell: (row) => row.teardown },
  { head: 'first reset', cell: resetCell },
  { head: 'carries', cell: carriesCell },
  { head: 'packets', cell: ({ packets }) => `${packets.originator} > ${packets.responder} <` },
  { head: 'payload bytes', cell: ({ payloadBytes }) => `${payloadBytes.originator} > ${payloadBytes.responder} <` },
  { head: 'closed first', cell: (row) => row.closedFirst ?? '-' },
  { head: 'community id', cell: (row) => row.community_id ?? '-' },
];

export class FlowTable {
  readonly #terminal: Terminal;
  /** Rows before the widths are settled. */
  #sample: FlowRow[] | null = [];
  #widths: readonly number[] = COLUMNS.map(({ head }) => head.length);

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Lines to print now, each with its newline; empty while the first rows are collected. */
  add(row: FlowRow): string {
    if (this.#sample === null) return this.#line(row);
    this.#sample.push(row);
    return this.#sample.length < SAMPLE_ROWS ? '' : this.#settle(this.#sample);
  }

  /** What add has kept back. */
  end(): string {
    return this.#sample === null ? '' : this.#settle(this.#sample);
  }

  #settle(rows: readonly FlowRow[]): string {
    this.#sample = null;
    if (rows.length === 0) return '';
    this.#widths = COLUMNS.map(({ head, cell }) =>
      Math.max(head.length, ...rows.map((row) => visibleCell(cell(row)).length)),
    );
    const heads = this.#aligned(COLUMNS.map(({ head }) => head));
    return `${this.#terminal.paint('bold', heads)}\n${rows.map((row) => this.#line(row)).join('')}`;
  }

  #line(row: FlowRow): string {
    const text = this.#aligned(COLUMNS.map(({ cell }) => visibleCell(cell(row))));
    return `${this.#painted(row, text)}\n`;
  }

  #aligned(cells: readonly string[]): string {
    const line = cells.map((cell, at) => cell.padEnd(this.#widths[at] ?? 0)).join('  ');
    return cutTo(this.#terminal.columns, line.trimEnd());
  }

  /** A reset that hurts stands out: neither before any payload nor after its sender's own FIN. */
  #painted({ firstReset }: FlowRow, text: string): string {
    if (firstReset === null) return text;
    const isQuiet = firstReset.phase === 'handshake' || firstReset.phase === 'closing';
    return this.#terminal.paint(isQuiet ? 'dim' : 'red', text);
  }
}

function visibleCell(text: string): string {
  return cutTo(CELL_MAX, visibleText(text));
}

function resetCell({ firstReset }: FlowRow): string {
  if (firstReset === null) return '-';
  const { frame, by, phase, relativeSeq, relativeAck } = firstReset;
  return `#${frame} ${by} ${phase} seq ${relativeSeq} ack ${relativeAck}`;
}

function carriesCell({ requests, requestCount, sni, protocol }: FlowRow): string {
  if (requests.length === 0) return sni === null ? protocol : `${protocol} ${sni}`;
  const shown = requests.slice(-SHOWN_REQUESTS);
  const before = requestCount > shown.length ? `${requestCount - shown.length} before, ` : '';
  return before + shown.map((r) => `${r.method ?? '?'} ${r.target ?? '?'} ${r.status ?? '-'}`).join(', ');
}
