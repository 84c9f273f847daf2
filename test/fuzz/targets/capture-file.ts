/** Capture files, whole and in pieces. */
import {
  buildTcpFrame,
  CaptureReader,
  type CaptureSummary,
  encodeInterface,
  encodeSectionHeader,
  LinkType,
  TcpFlag,
  writePcap,
  writePcapng,
} from '@resetscope/wire';
import { expectSame, type FuzzTarget, piecesOf, promise } from '../target.ts';

const PCAP_HEADER_LEN = 24;
const RECORD_HEADER_LEN = 16;
const PCAP = { linkType: LinkType.ETHERNET } as const;

const frame = buildTcpFrame({
  src: '10.0.0.1',
  dst: '10.0.0.2',
  srcPort: 51000,
  dstPort: 80,
  flags: TcpFlag.ACK,
  payload: new Uint8Array(5),
});
const FRAMES = [1, 2, 3].map((n) => ({
  frameNumber: n,
  tsUs: 1_795_329_312_000_000 + n,
  linkType: LinkType.ETHERNET,
  wireLen: frame.length,
  bytes: frame,
}));

interface Outcome {
  /** Time, lengths and a sum of the bytes, per frame. */
  readonly frames: readonly string[];
  readonly summary: CaptureSummary;
}

function read(pieces: Iterable<Uint8Array>): Outcome {
  const frames: string[] = [];
  const reader = new CaptureReader(({ tsUs, linkType, wireLen, bytes }) => {
    promise('expected wireLen of at least the bytes', wireLen >= bytes.length, wireLen);
    const sum = bytes.reduce((s, byte) => (Math.imul(s, 31) + byte) | 0, 0);
    frames.push(`${tsUs} ${linkType} ${wireLen} ${bytes.length} ${sum}`);
  });
  for (const piece of pieces) reader.push(piece.slice());
  return { frames, summary: reader.end() };
}

function check(input: Uint8Array): Outcome {
  const whole = read([input]);
  const inPieces = read(piecesOf(input));
  if (whole.summary.error?.kind === 'not-a-capture')
    expectSame('reading in pieces', 'not-a-capture', inPieces.summary.error?.kind);
  else expectSame('reading in pieces', whole, inPieces);
  const { summary, frames } = whole;
  promise('expected as many frames as the summary says', summary.frames === frames.length, summary.frames);
  promise('expected an offset in the file', (summary.truncatedAt ?? 0) <= input.length, summary.truncatedAt);
  promise('expected an offset in the file', (summary.error?.offset ?? 0) <= input.length, summary.error);
  return whole;
}

/** Every byte is a header, a record, or behind the place where reading stopped. */
function checkPcap(input: Uint8Array): void {
  const { frames, summary } = check(input);
  if (summary.format !== 'pcap' || summary.error !== null) return;
  const records = frames.reduce((sum, text) => sum + RECORD_HEADER_LEN + Number(text.split(' ')[3]), 0);
  const end = summary.truncatedAt ?? input.length;
  if (end >= PCAP_HEADER_LEN)
    promise(`expected ${end} bytes accounted for`, PCAP_HEADER_LEN + records === end, records);
}

const WORDS = [
  [0xd4, 0xc3, 0xb2, 0xa1],
  [0xa1, 0xb2, 0x3c, 0x4d],
  [0x0a, 0x0d, 0x0d, 0x0a],
  [0x4d, 0x3c, 0x2b, 0x1a],
  [6, 0, 0, 0, 0x50, 0, 0, 0],
  [1, 0, 0, 0, 20, 0, 0, 0],
  [5, 0, 0, 0],
  [3, 0, 0, 0],
  [9, 0, 1, 0, 9],
  [14, 0, 8, 0],
].map((word) => Uint8Array.from(word));

export const pcap: FuzzTarget = {
  name: 'pcap',
  maxLen: 1200,
  seeds: () => [writePcap(FRAMES, PCAP), writePcap(FRAMES, { ...PCAP, bigEndian: true, nanoseconds: true })],
  words: WORDS,
  run: checkPcap,
};

export const pcapng: FuzzTarget = {
  name: 'pcapng',
  maxLen: 1500,
  seeds: () => {
    const section = encodeSectionHeader({ comment: 'c', application: 'a' });
    const described = encodeInterface({ linkType: 1, snapLen: 64, name: 'eth0' });
    return [
      writePcapng(FRAMES.map((f) => ({ ...f, comment: 'x' }))),
      Uint8Array.of(...section, ...described),
      blocks(section),
    ];
  },
  words: WORDS,
  run: check,
};

/** Interface with its own clock, simple packet, old packet, statistics. */
function blocks(section: Uint8Array): Uint8Array {
  const u32 = (value: number): number[] => [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
  const block = (type: number, body: readonly number[]): number[] => [
    ...u32(type),
    ...u32(body.length + 12),
    ...body,
    ...u32(body.length + 12),
  ];
  const options = [9, 0, 1, 0, 9, 0, 0, 0, 14, 0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0];
  return Uint8Array.of(
    ...section,
    ...block(1, [1, 0, 0, 0, ...u32(0), ...options]),
    ...block(3, [...u32(4), 1, 2, 3, 4]),
    ...block(2, [0, 0, 0xff, 0xff, ...u32(1), ...u32(2), ...u32(4), ...u32(4), 1, 2, 3, 4]),
    ...block(5, [...u32(0), ...u32(1), ...u32(2), 5, 0, 8, 0, 3, 0, 0, 0, 0, 0, 0, 0]),
    ...block(0xbad, []),
  );
}
