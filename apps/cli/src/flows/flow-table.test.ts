import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { Terminal } from '../terminal.ts';
import type { FlowRow } from './flow-row.ts';
import { FlowTable } from './flow-table.ts';

const ROW: FlowRow = {
  index: 0,
  originator: '10.0.0.7:51000',
  responder: '10.0.0.1:80',
  start: '2026-11-22T06:35:12.000000Z',
  seconds: 0.3,
  firstFrame: 1,
  protocol: 'http1',
  history: 'ShADadfR',
  conn_state: 'RSTO',
  packets: { originator: 6, responder: 4 },
  payloadBytes: { originator: 99, responder: 71 },
  missedBytes: { originator: 0, responder: 0 },
  retransmissions: { originator: 0, responder: 0 },
  teardown: 'fin-then-rst-other-side',
  closedFirst: 'responder',
  resets: 1,
  firstReset: {
    frame: 9,
    time: '2026-11-22T06:35:12.300000Z',
    by: 'originator',
    phase: 'lingering',
    flags: 'R.',
    shape: 'active',
    relativeSeq: 100,
    relativeAck: 73,
    seq: 1100,
    ack: 2073,
  },
  requests: [{ method: 'POST', target: '/pay', host: 'shop.test', status: 200 }],
  requestCount: 1,
  sni: null,
  community_id: '1:LQU9qZlK+B5F3KDmev6m5PMibrg=',
};

function table(rows: readonly FlowRow[], tty: { readonly columns?: number } | null = null): readonly string[] {
  const stream = Object.assign(new PassThrough(), { isTTY: tty !== null, ...tty });
  const made = new FlowTable(new Terminal(stream as unknown as NodeJS.WriteStream, {}));
  const text = rows.map((row) => made.add(row)).join('') + made.end();
  return text.split('\n').slice(0, -1);
}

/** Where the cells of a line begin: after two blanks. */
function cells(line: string | undefined): readonly string[] {
  return (line ?? '').split(/ {2,}/);
}

describe('the table of flows', () => {
  test('says of a connection what --json says, heads above', () => {
    const lines = table([ROW]);
    expect(cells(lines[0])).toEqual([
      'stream',
      'originator',
      'responder',
      'state',
      'history',
      'teardown',
      'first reset',
      'carries',
      'packets',
      'payload bytes',
      'closed first',
      'community id',
    ]);
    expect(cells(lines[1])).toEqual([
      '0',
      '10.0.0.7:51000',
      '10.0.0.1:80',
      'RSTO',
      'ShADadfR',
      'fin-then-rst-other-side',
      '#9 originator lingering seq 100 ack 73',
      'POST /pay 200',
      '6 > 4 <',
      '99 > 71 <',
      'responder',
      '1:LQU9qZlK+B5F3KDmev6m5PMibrg=',
    ]);
  });

  test('columns stand below each other', () => {
    const lines = table([ROW, { ...ROW, index: 1, originator: '[2001:db8::1]:5', firstReset: null }]);
    for (const head of ['responder', 'state', 'community id']) {
      const at = lines[0]?.indexOf(head) ?? -1;
      for (const line of lines) expect(line.slice(at - 2, at)).toBe('  ');
    }
  });

  test('goes on beyond the rows that decide the widths', () => {
    const rows = Array.from({ length: 450 }, (_, index) => ({ ...ROW, index }));
    const lines = table(rows);
    expect(lines.slice(1).map((line) => Number.parseInt(line, 10))).toEqual(rows.map(({ index }) => index));
  });

  test('no connection: no heads', () => {
    expect(table([])).toEqual([]);
  });

  test.each([
    { name: 'many requests', row: { requestCount: 40 }, expected: '39 before, POST /pay 200' },
    { name: 'a name', row: { requests: [], protocol: 'tls', sni: 'shop.test' }, expected: 'tls shop.test' },
    { name: 'nothing', row: { requests: [], protocol: 'none' }, expected: 'none' },
    {
      name: 'hostile bytes',
      row: { requests: [], protocol: 'tls', sni: '\u001b[2J\u009b\u202e' },
      expected: 'tls \\x1b[2J\\x9b\\u{202e}',
    },
  ] as const)('carries: $name', ({ row, expected }) => {
    expect(cells(table([{ ...ROW, ...row }])[1])[7]).toBe(expected);
  });

  test('a terminal cuts at its width, and shows in red what hurts', () => {
    const closing = { ...ROW, firstReset: { ...ROW.firstReset, phase: 'closing' } } as FlowRow;
    const [head, red, dim, plain] = table([ROW, closing, { ...ROW, firstReset: null }], { columns: 40 });
    expect(head?.startsWith('\u001b[1mstream')).toBe(true);
    expect(red?.startsWith('\u001b[31m0')).toBe(true);
    expect(dim?.startsWith('\u001b[2m0')).toBe(true);
    expect(plain).toHaveLength(40);
    expect(plain?.endsWith('…')).toBe(true);
  });
});
