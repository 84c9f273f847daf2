/** Real traces against what tshark said of them. The corpus is not part of the project: where it is absent these tests are skipped. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { addressText, endpointText } from './address.ts';
import { CaptureReader } from './capture-reader.ts';
import type { CaptureSummary } from './capture-summary.ts';
import { DECODE_OUTCOMES, type DecodeOutcome } from './decode-outcome.ts';
import { PacketDecoder } from './packet-decoder.ts';
import { TcpFlag } from './tcp.ts';

function findCorpus(): string | null {
  for (let dir = dirname(fileURLToPath(import.meta.url)); dir !== dirname(dir); dir = dirname(dir)) {
    const corpus = join(dir, 'shared', 'corpus');
    if (existsSync(corpus)) return corpus;
  }
  return null;
}

/** Both directions between two endpoints, all connections together. */
interface Pair {
  readonly frames: number;
  readonly payloadBytes: number;
  readonly rstFrames: readonly number[];
}
type Pairs = ReadonlyMap<string, Pair>;

function addTo(pairs: Map<string, Pair>, a: string, b: string, more: Pair): void {
  const key = [a, b].sort().join(' ');
  const before = pairs.get(key) ?? { frames: 0, payloadBytes: 0, rstFrames: [] };
  pairs.set(key, {
    frames: before.frames + more.frames,
    payloadBytes: before.payloadBytes + more.payloadBytes,
    rstFrames: [...before.rstFrames, ...more.rstFrames].sort((x, y) => x - y),
  });
}

interface Reading {
  readonly pairs: Pairs;
  readonly outcomes: ReadonlyMap<DecodeOutcome, number>;
  readonly summary: CaptureSummary;
}

function readFile(path: string): Reading {
  const pairs = new Map<string, Pair>();
  const outcomes = new Map<DecodeOutcome, number>();
  const decoder = new PacketDecoder();
  const reader = new CaptureReader((frame) => {
    const outcome = decoder.decode(frame);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (outcome !== 'tcp') return;
    const p = decoder.packet;
    const src = endpointText(addressText(p.src0, p.src1, p.src2, p.src3), p.srcPort);
    const dst = endpointText(addressText(p.dst0, p.dst1, p.dst2, p.dst3), p.dstPort);
    const rstFrames = (p.flags & TcpFlag.RST) !== 0 ? [p.frameNumber] : [];
    addTo(pairs, src, dst, { frames: 1, payloadBytes: p.payloadLen, rstFrames });
  });
  const bytes = readFileSync(path);
  reader.push(path.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  return { pairs, outcomes, summary: reader.end() };
}

interface Expected {
  readonly pairs: Pairs;
  /** tshark's exit status: 2 for a file that is cut or damaged. */
  readonly status: number;
}

function readExpected(path: string): Expected {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const [head = '', ...rows] = lines.filter((line) => !line.startsWith('#'));
  const columns = head.split('\t');
  const pairs = new Map<string, Pair>();
  for (const row of rows) {
    const values = row.split('\t');
    const of = (column: string): string => values[columns.indexOf(column)] ?? '';
    const rstFrames =
      of('rst_frames') === '-'
        ? []
        : of('rst_frames')
            .split(',')
            .map((entry) => Number.parseInt(entry, 10));
    addTo(pairs, endpointText(of('a_ip'), Number(of('a_port'))), endpointText(of('b_ip'), Number(of('b_port'))), {
      frames: Number(of('frames')),
      payloadBytes: Number(of('bytes_a2b')) + Number(of('bytes_b2a')),
      rstFrames,
    });
  }
  return { pairs, status: Number(/exit status (\d+)/.exec(lines[0] ?? '')?.[1]) };
}

const framesIn = (pairs: Pairs): number => [...pairs.values()].reduce((sum, { frames }) => sum + frames, 0);

/** Outcomes that can hide a segment tshark shows: it reassembles, enters tunnels and names broken headers. */
const HIDING: readonly DecodeOutcome[] = ['fragment', 'tunnel', 'cut', 'malformed', 'unknown-link-type'];

const corpus = findCorpus();
const files =
  corpus === null
    ? []
    : ['public', 'derived'].flatMap((set) =>
        readdirSync(join(corpus, set, 'pcaps'))
          .filter((name) => existsSync(join(corpus, set, 'expected', 'tshark', `${name}.tsv`)))
          .map((name) => ({
            name,
            path: join(corpus, set, 'pcaps', name),
            expected: join(corpus, set, 'expected', 'tshark', `${name}.tsv`),
          })),
      );

if (corpus === null) {
  test.skip("no shared/corpus above the repository: tshark's results are not compared", () => undefined);
} else {
  describe('as tshark', () => {
    test('there is something to compare', () => expect(files.length).toBeGreaterThan(50));

    test.each(files)('$name', ({ path, expected }) => {
      const { pairs, outcomes, summary } = readFile(path);
      const oracle = readExpected(expected);
      expect(summary.error !== null || summary.truncatedAt !== null).toBe(oracle.status !== 0);
      expect([...outcomes.keys()].every((outcome) => DECODE_OUTCOMES.includes(outcome))).toBe(true);
      const hidden = HIDING.reduce((sum, outcome) => sum + (outcomes.get(outcome) ?? 0), 0);
      if (hidden === 0) expect(pairs).toEqual(oracle.pairs);
      expect(framesIn(pairs)).toBeLessThanOrEqual(framesIn(oracle.pairs));
      expect(framesIn(pairs) + hidden).toBeGreaterThanOrEqual(framesIn(oracle.pairs));
    });
  });
}
