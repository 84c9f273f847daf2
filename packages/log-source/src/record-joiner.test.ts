import { Buffer } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RecordJoiner } from './record-joiner.ts';
import type { SourceLine } from './source-line.ts';

const STAMP = '2026/11/22 06:35:12 [error] ';
const NOW_US = Date.parse('2026-11-22T06:35:20Z') * 1000;

function record(log: string, more: { stream?: string; offset?: number; time?: string } = {}): SourceLine {
  const { stream = 'stderr', offset = 0, time = '2026-11-22T06:35:19Z' } = more;
  const bytes = Buffer.from(JSON.stringify({ log, stream, time }));
  return { file: '/x-json.log', fileId: 'f', offset, bytes, readAtUs: NOW_US, unwrittenAtUs: NOW_US - 1000, cut: 0 };
}

const texts = (lines: readonly SourceLine[]): readonly string[] =>
  lines.map(({ bytes }) => Buffer.from(bytes).toString());

class Joined extends RecordJoiner {
  static broken = 0;

  constructor() {
    Joined.broken = 0;
    super(() => {
      Joined.broken++;
    });
  }
}

describe('RecordJoiner', () => {
  test('unwraps a line and takes the time at which docker had read it, never one after ours', () => {
    const joiner = new Joined();
    const late = record('b\n', { time: '2026-11-22T09:00:00Z' });
    const [a, b] = joiner.push([record('a\n'), late]);
    expect(texts([a as SourceLine, b as SourceLine])).toEqual(['a', 'b']);
    expect(a?.readAtUs).toBe(NOW_US - 1_000_000);
    expect(b?.readAtUs).toBe(NOW_US);
    // under way to docker for 100 ms at most
    expect(a?.unwrittenAtUs).toBe(NOW_US - 1_100_000);
  });

  test('joins the pieces of a stream over batches, at the offset of the first', () => {
    const joiner = new Joined();
    expect(texts(joiner.push([record(`${STAMP}a`, { offset: 7 }), record('out\n', { stream: 'stdout' })]))).toEqual([
      'out',
    ]);
    expect(joiner.isWaiting).toBe(true);
    expect(joiner.push([record('b', { offset: 99 })])).toEqual([]);
    const [line] = joiner.push([record('c\n', { offset: 150 })]);
    expect({ ...line, bytes: Buffer.from(line?.bytes ?? []).toString() }).toMatchObject({
      bytes: `${STAMP}abc`,
      offset: 7,
    });
    expect(joiner.isWaiting).toBe(false);
  });

  test('waits for the rest also of a line that docker had read long ago', () => {
    const joiner = new Joined();
    const long = { time: '2026-11-21T06:35:19Z' };
    expect(texts([...joiner.push([record('a', long)]), ...joiner.push([record('b\n', long)])])).toEqual(['ab']);
  });

  test('a piece does not change when its batch is read over', () => {
    const joiner = new Joined();
    const cri = Buffer.from('2026-11-22T06:35:19Z stderr P begin-');
    joiner.push([{ ...record(''), bytes: cri }]);
    cri.fill(0);
    expect(texts(joiner.push([{ ...record(''), bytes: Buffer.from('2026-11-22T06:35:19Z stderr F end') }]))).toEqual([
      'begin-end',
    ]);
  });

  test('a new line of nginx ends one whose rest never came', () => {
    const joiner = new Joined();
    expect(texts(joiner.push([record(`${STAMP}killed`), record(`${STAMP}new\n`)]))).toEqual([
      `${STAMP}killed`,
      `${STAMP}new`,
    ]);
  });

  test('and so does time', () => {
    const joiner = new Joined();
    joiner.push([record('killed')]);
    const later = { ...record('x\n', { stream: 'stdout' }), readAtUs: NOW_US + 20_000_000 };
    expect(texts(joiner.push([later]))).toEqual(['x', 'killed']);
  });

  test('what is longer than the cap is cut and said', () => {
    const joiner = new Joined();
    const piece = 'x'.repeat(16_384);
    const lines = joiner.push([...Array.from({ length: 5 }, () => record(piece)), record('end\n')]);
    expect(lines.map(({ bytes, cut }) => ({ len: bytes.byteLength, cut }))).toEqual([{ len: 65_536, cut: 16_387 }]);
  });

  test('what is no record is told and left out', () => {
    const joiner = new Joined();
    expect(joiner.push([{ ...record(''), bytes: Buffer.from('garbage') }])).toEqual([]);
    expect(Joined.broken).toBe(1);
  });

  test('however a line is cut, it comes out whole, and memory is bounded by the streams there are', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{0,9}$/), { minLength: 1 }), fc.nat(9), (pieces, streams) => {
        const joiner = new Joined();
        const all = Array.from({ length: streams }, (_, n) => record('never ends', { stream: `s${n}` }));
        const cut = pieces.map((piece, n) => record(n === pieces.length - 1 ? `${piece}\n` : piece));
        const joined = texts(streams === 0 ? joiner.push(cut) : [...joiner.push(cut), ...joiner.push(all)]);
        expect(joined).toEqual([pieces.join('')]);
      }),
    );
  });
});
