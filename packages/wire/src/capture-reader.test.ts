import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CaptureReader } from './capture-reader.ts';
import { type CaptureSummary, DEFAULT_CAPTURE_LIMITS } from './capture-summary.ts';
import type { CapturedFrame } from './captured-frame.ts';
import { LinkType } from './link-header.ts';
import { writePcap } from './pcap-writer.ts';
import { writePcapng } from './pcapng-writer.ts';
import { readCapture } from './read-capture.ts';

const FRAMES = [1, 2, 3].map((n) => ({
  tsUs: n * 1_000_001,
  linkType: 1,
  wireLen: 100 + n,
  bytes: new Uint8Array(n * 5).fill(n),
}));
const FILES = [
  { format: 'pcap', file: writePcap(FRAMES, { linkType: 1 }) },
  { format: 'pcapng', file: writePcapng(FRAMES) },
];

/** As readCapture, in chunks of the given lengths (the last one repeated), each chunk overwritten after the call. */
function readInChunks(
  file: Uint8Array,
  lengths: readonly number[],
): { readonly frames: CapturedFrame[]; readonly summary: CaptureSummary } {
  const frames: CapturedFrame[] = [];
  const reader = new CaptureReader((frame) => frames.push({ ...frame.frame, bytes: Uint8Array.from(frame.bytes) }));
  for (let at = 0, n = 0; at < file.length; n += 1) {
    const len = lengths[Math.min(n, lengths.length - 1)] ?? 1;
    const chunk = Buffer.from(file.subarray(at, at + len));
    reader.push(chunk);
    chunk.fill(0xee);
    at += len;
  }
  return { frames, summary: reader.end() };
}

describe.each(FILES)('CaptureReader: $format', ({ format, file }) => {
  test('deconstruct', () => {
    const { frames, summary } = readCapture(file);
    expect(frames).toEqual(FRAMES.map((frame, index) => ({ frameNumber: index + 1, ...frame })));
    expect(summary).toMatchObject({
      format,
      frames: 3,
      framesWithoutTime: 0,
      linkTypes: [1],
      truncatedAt: null,
      error: null,
    });
  });

  test('chunks of any length give the same frames', () => {
    const whole = readCapture(file);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }), (lengths) => {
        expect(readInChunks(file, lengths)).toEqual(whole);
      }),
    );
  });

  test('truncated: the frames before the cut, and the offset of the record it cuts', () => {
    const ends = new Set<number>([file.length]);
    for (let len = 4; len < file.length; len += 1) {
      const { frames, summary } = readCapture(file.subarray(0, len));
      expect(summary.error).toBeNull();
      if (summary.truncatedAt === null) ends.add(len);
      else expect(ends.has(summary.truncatedAt) || summary.truncatedAt === 0).toBe(true);
      expect(frames).toEqual(readCapture(file).frames.slice(0, frames.length));
    }
    expect(ends.size).toBe(format === 'pcap' ? 4 : 5);
  });

  test('impossible length: stops there, with the frames before', () => {
    const lengthAt = format === 'pcap' ? 24 + 21 + 8 : 28 + 20 + 40 + 4;
    const damaged = Uint8Array.from(file);
    damaged.set([0xfc, 0xff, 0xff, 0x7f], lengthAt);
    const { frames, summary } = readCapture(damaged);
    expect(frames).toHaveLength(1);
    expect(summary.error).toMatchObject({ kind: 'record-too-long', offset: format === 'pcap' ? 45 : 88 });
    expect(summary.truncatedAt).toBeNull();
    expect(readInChunks(damaged, [7])).toMatchObject({ summary: { error: summary.error, frames: 1 } });
  });
});

describe('CaptureReader', () => {
  test.each([
    { name: 'nothing', bytes: [], looksLike: 'empty' },
    { name: 'three bytes', bytes: [0xd4, 0xc3, 0xb2], looksLike: null },
    { name: 'gzip', bytes: [0x1f, 0x8b, 8, 0, 0, 0], looksLike: 'gzip' },
    { name: 'a log', bytes: [...Buffer.from('2026/11/22 06:35:12')], looksLike: 'text' },
  ])('no capture: $name', ({ bytes, looksLike }) => {
    const { frames, summary } = readCapture(Uint8Array.from(bytes));
    expect(frames).toEqual([]);
    expect(summary).toMatchObject({ format: null, frames: 0, error: { kind: 'not-a-capture', offset: 0, looksLike } });
  });

  test('keeps to the limit it is given', () => {
    const frames: CapturedFrame[] = [];
    const reader = new CaptureReader((frame) => frames.push(frame), {
      limits: { ...DEFAULT_CAPTURE_LIMITS, maxRecordLen: 26 },
    });
    reader.push(writePcap(FRAMES, { linkType: 1 }));
    expect(reader.end()).toMatchObject({
      frames: 2,
      error: { kind: 'record-too-long', found: 'length 31, at most 26 is read' },
    });
  });

  test('after an error further chunks are ignored', () => {
    const reader = new CaptureReader(() => undefined);
    reader.push(Buffer.from('no capture'));
    reader.push(FILES[0]!.file);
    expect(reader.end()).toMatchObject({ frames: 0, error: { kind: 'not-a-capture' } });
  });

  test('never throws on any bytes, and chunks change nothing', () => {
    const start = fc.constantFrom(
      new Uint8Array(0),
      ...FILES.flatMap(({ file }) => [file.subarray(0, 24), file.subarray(0, 28), file]),
    );
    const patches = fc.array(fc.tuple(fc.nat({ max: 200 }), fc.oneof(fc.nat({ max: 16 }), fc.nat({ max: 255 }))), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(
        start,
        fc.uint8Array({ maxLength: 80 }),
        patches,
        fc.integer({ min: 1, max: 40 }),
        (head, tail, changes, len) => {
          const file = Uint8Array.from([...head, ...tail]);
          for (const [at, byte] of changes) file[at] = byte;
          const { frames, summary } = readCapture(file);
          expect(summary.frames).toBe(frames.length);
          const chunked = readInChunks(file, [len]);
          expect(chunked.frames).toEqual(frames);
          if (summary.error?.kind !== 'not-a-capture') expect(chunked.summary).toEqual(summary);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

test('frame numbers go on from captures before', () => {
  const numbers: number[] = [];
  const reader = new CaptureReader((frame) => numbers.push(frame.frameNumber), { framesBefore: 40 });
  reader.push(writePcap(FRAMES, { linkType: LinkType.ETHERNET }));
  const { frames, linkTypes } = reader.end();
  expect([numbers, frames, linkTypes]).toEqual([FRAMES.map((_, at) => 41 + at), FRAMES.length, [LinkType.ETHERNET]]);
});
