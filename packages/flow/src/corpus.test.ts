/** Real traces against what tshark and Zeek said of them. The corpus is not part of the project: where it is absent these tests are skipped. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { corpusDir } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { CaptureReader, type DecodeOutcome, PacketDecoder } from '@resetscope/wire';
import { FlowTracker } from './flow-tracker.ts';
import type { Endpoint, TcpStream } from './tcp-stream.ts';

/** tshark reads more than the decoder: it reassembles fragments, enters tunnels, knows other links, names broken headers. */
const HIDING: readonly DecodeOutcome[] = ['fragment', 'tunnel', 'cut', 'malformed', 'unknown-link-type'];

/** Files of which tshark tells otherwise, and why. */
const TSHARK_DIFFERS: ReadonlyMap<string, { readonly what: 'numbers' | 'streams'; readonly why: string }> = new Map([
  [
    'malcolm__plugins__bro-simple-scan__multiport_scan.pcap',
    { what: 'numbers', why: 'TCP headers quoted in ICMP errors take tcp.stream numbers' },
  ],
  [
    'tcpdump__tcp_eight_lowest_weight_flags_set.pcap',
    { what: 'streams', why: 'SYN, ACK, FIN and RST in one segment: a RST here, so it tells no originator' },
  ],
]);

/** Files of which Zeek tells otherwise, and why. */
const ZEEK_DIFFERS: ReadonlyMap<string, string> = new Map([
  ['zeek__chksums__localhost-bad-chksum.pcap', 'a Zeek that verifies checksums drops a direction'],
  ['zeek__modbus__modbus-and-non-modbus-p502.pcap', 'Zeek begins another connection when packets follow a RST'],
  [
    'zeek__pop3__pop3.pcap',
    'Zeek begins another connection for each SYN after a RST; tshark, with the same number, does not',
  ],
  ['zeek__ssh__ssh.client-side-half-duplex.pcap', 'Zeek splits idle connections by its timers'],
  ['zeek__tcp__retransmit-fast009.pcap', 'Zeek takes payload cut by the snap length for gaps'],
]);

interface Reading {
  readonly streams: readonly TcpStream[];
  /** Packets that may be TCP and are not read. */
  readonly hidden: number;
}

function readStreams(path: string): Reading {
  const streams: TcpStream[] = [];
  let hidden = 0;
  const tracker = new FlowTracker({ wanted: () => true, streamEnded: (stream) => streams.push(stream) });
  const decoder = new PacketDecoder();
  const reader = new CaptureReader((frame) => {
    const outcome = decoder.decode(frame);
    if (outcome === 'tcp') tracker.add(decoder.packet);
    if (HIDING.includes(outcome)) hidden++;
  });
  const bytes = readFileSync(path);
  reader.push(path.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  reader.end();
  tracker.end();
  return { streams: streams.sort((a, b) => a.index - b.index), hidden };
}

type Row = (column: string) => string;

function readTable(path: string): readonly Row[] {
  const [head = '', ...rows] = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  const columns = head.split('\t');
  return rows.map((row) => {
    const values = row.split('\t');
    return (column) => values[columns.indexOf(column)] ?? '';
  });
}

const endText = ({ address, port }: Endpoint): string => `${address} ${port}`;

/** What is compared with tshark, a line a stream. */
function lineOf(stream: TcpStream): string {
  const rst = stream.endings.find((e) => e.kind === 'rst');
  const { originator, responder } = stream.halves;
  const reset =
    rst === undefined
      ? 'no RST'
      : `RST ${rst.frameNumber} of ${endText(stream[rst.from])} seq ${rst.relativeSeq} (${rst.seq}) len ${rst.payloadLen}`;
  const ends = [stream.originator, stream.responder].map(endText);
  const isKnown = stream.sawSyn || stream.sawSynAck;
  return [
    (isKnown ? ends : ends.sort()).join(' > '),
    stream.firstFrame,
    originator.packets + responder.packets,
    reset,
  ].join(', ');
}

function expectedLine(row: Row): string {
  const [a, b] = [`${row('a_ip')} ${row('a_port')}`, `${row('b_ip')} ${row('b_port')}`];
  const synFrames = row('syn_frames');
  const bIsOriginator = row('syn_from') === 'b' || (row('syn_from') === '-' && /:a:SA/.test(synFrames));
  const ends = bIsOriginator ? [b, a] : [a, b];
  const reset =
    row('first_rst_frame') === '-'
      ? 'no RST'
      : `RST ${row('first_rst_frame')} of ${row('first_rst_from') === 'a' ? a : b} seq ${row('first_rst_seq_rel')} (${row('first_rst_seq_raw')}) len ${row('first_rst_len')}`;
  return [(synFrames === '-' ? ends.sort() : ends).join(' > '), row('first_frame'), row('frames'), reset].join(', ');
}

/** Is the stream of these ends, as far as a Zeek table tells them? */
function isTold(row: Row, { originator, responder }: TcpStream): boolean {
  const told = ['orig_h', 'orig_p', 'resp_h', 'resp_p'].map(row);
  const ends = [originator.address, originator.port, responder.address, responder.port];
  return told.every((value, at) => value === '?' || value === String(ends[at]));
}

const corpus = corpusDir() ?? '';
const files = corpus === '' ? [] : ['public', 'derived'].flatMap((set) => filesOf(set));

function filesOf(set: string): readonly { name: string; path: string; tshark: string; zeek: string }[] {
  const expected = join(corpus, set, 'expected');
  return readdirSync(join(corpus, set, 'pcaps')).map((name) => ({
    name,
    path: join(corpus, set, 'pcaps', name),
    tshark: join(expected, 'tshark', `${name}.tsv`),
    zeek: join(expected, 'zeek', `${name}.tsv`),
  }));
}

describeIf(corpus !== '', "no corpus of captures: tshark's and Zeek's results are not compared")(
  'the public traces',
  () => {
    const ofTshark = files.filter(({ tshark }) => existsSync(tshark));
    const ofZeek = files.filter(({ zeek, name }) => existsSync(zeek) && !ZEEK_DIFFERS.has(name));

    test('there is something to compare', () => {
      expect(ofTshark.length).toBeGreaterThan(50);
      expect(ofZeek.length).toBeGreaterThan(8);
      for (const name of [...TSHARK_DIFFERS.keys(), ...ZEEK_DIFFERS.keys()])
        expect(files.map((file) => file.name)).toContain(name);
    });

    test.each(ofTshark)('as tshark: $name', ({ name, path, tshark }) => {
      const { streams, hidden } = readStreams(path);
      const rows = readTable(tshark);
      if (hidden > 0) {
        expect(streams.length).toBeLessThanOrEqual(rows.length + hidden);
        return;
      }
      const differs = TSHARK_DIFFERS.get(name)?.what;
      const lines = expect(streams.map(lineOf));
      (differs === 'streams' ? lines.not : lines).toEqual(rows.map(expectedLine));
      const numbers = expect(streams.map((s) => s.index));
      (differs === 'numbers' ? numbers.not : numbers).toEqual(rows.map((row) => Number(row('stream'))));
    });

    test.each(ofZeek)('as Zeek: $name', ({ path, zeek }) => {
      const { streams, hidden } = readStreams(path);
      if (hidden > 0) return;
      for (const row of readTable(zeek)) {
        if (row('proto') !== 'tcp' && row('proto') !== '?') continue;
        const same = streams.filter((s) => isTold(row, s));
        expect(same).toHaveLength(1);
        if (row('conn_state') !== '?') expect(same[0]?.connState).toBe(row('conn_state'));
        if (row('history') !== '?') expect(same[0]?.history).toBe(row('history'));
      }
    });
  },
);
