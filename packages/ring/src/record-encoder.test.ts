import { describe, expect, test } from '@jest/globals';
import { FrameWindow } from '@resetscope/wire';
import fc from 'fast-check';
import { decodeRecords } from './record-decoder.ts';
import { RecordEncoder } from './record-encoder.ts';
import { MAX_RECORD_OVERHEAD } from './record-format.ts';

const BASE_US = 1_795_000_000_000_000;
const NO_NOTES = { headLen: -1, contentLength: -1, chunked: false, endsWithLastChunk: false, headGoesOn: false };

function encoderOf(maxLen: number): RecordEncoder {
  const encoder = new RecordEncoder(maxLen);
  encoder.begin(BASE_US);
  return encoder;
}

const anyNotes = fc.record({
  headLen: fc.constantFrom(-1, 0, 41, 70_000),
  contentLength: fc.constantFrom(-1, 0, 127, 128, 2 ** 31, 2 ** 53 - 1),
  chunked: fc.boolean(),
  endsWithLastChunk: fc.boolean(),
  headGoesOn: fc.boolean(),
});

const anyRecord = fc.record({
  /** Counts from the base; the next may lie before. */
  atUs: fc.integer({ min: -500_000, max: 500_000 }),
  linkType: fc.constantFrom(1, 101, 65_535),
  ifIndex: fc.constantFrom(0, 3, 4_294_967_295),
  wireLen: fc.constantFrom(0, 66, 1514, 70_000, 4_294_967_295),
  headersLen: fc.constantFrom(0, 1, 20, 40, 54, 66, 67, 127, 128, 129, 200),
  payloadLen: fc.constantFrom(0, 1, 63, 64, 65, 512),
  stream: fc.nat(4),
  fill: fc.nat(2),
  notes: fc.oneof(fc.constant(NO_NOTES), anyNotes),
});

describe('records', () => {
  test('say exactly what went in: times, lengths, sources, bytes, notes', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 60 }), fc.nat(7), (wanted, shift) => {
        const encoder = encoderOf(256 * 1024);
        const frames = wanted.map(({ headersLen, payloadLen, fill, stream }, i) =>
          Uint8Array.from({ length: headersLen + payloadLen }, (_, at) => (fill === 0 ? stream : at * (fill + i))),
        );
        for (const [i, { atUs, linkType, ifIndex, wireLen, headersLen, stream, notes }] of wanted.entries()) {
          const bytes = frames[i] as Uint8Array;
          const window = FrameWindow.of({ frameNumber: 1, tsUs: BASE_US + atUs, linkType, wireLen, bytes });
          window.source = Uint8Array.from([...Array(shift).fill(9), ...bytes, 9, 9, 9, 9]).subarray(shift % 2);
          window.start = shift - (shift % 2);
          window.end = window.start + bytes.length;
          const known = Math.min(stream, encoder.nextStream);
          encoder.add(window, headersLen, bytes.length, ifIndex, known, notes);
        }
        const read = decodeRecords(encoder.finish(), BASE_US);
        expect(read?.length).toBe(wanted.length);
        for (const [i, frame] of (read ?? []).entries()) {
          const { atUs, linkType, ifIndex, wireLen, notes } = wanted[i] as (typeof wanted)[number];
          expect(frame).toMatchObject({ tsUs: BASE_US + atUs, linkType, ifIndex, wireLen });
          expect([...frame.bytes]).toEqual([...(frames[i] as Uint8Array)]);
          const { headLen, contentLength, ...flags } = notes;
          const isSilent = headLen === -1 && contentLength === -1 && !Object.values(flags).includes(true);
          expect(frame.annotations).toEqual(
            isSilent
              ? null
              : {
                  headLen: headLen === -1 ? null : headLen,
                  contentLength: contentLength === -1 ? null : contentLength,
                  ...flags,
                },
          );
        }
      }),
    );
  });

  test('of one stream take little more than what has changed', () => {
    const encoder = encoderOf(64 * 1024);
    const bytes = Uint8Array.from({ length: 66 }, (_, i) => 200 - i);
    for (let i = 0; i < 101; i++) {
      bytes[41] = i;
      const window = FrameWindow.of({ frameNumber: 1, tsUs: BASE_US + i, linkType: 1, wireLen: 66, bytes });
      encoder.add(window, 66, 66, 1, 0, NO_NOTES);
    }
    // A record that changes two bytes: control, stream, time, two bytes.
    expect(encoder.finish().length).toBeLessThanOrEqual(MAX_RECORD_OVERHEAD + 100 * 5 + 5);
  });

  test('room is never promised where there is none', () => {
    const encoder = encoderOf(1000);
    const bytes = Uint8Array.from({ length: 90 }, (_, i) => i * 7 + 1);
    let count = 0;
    while (encoder.hasRoom(bytes.length)) {
      const window = FrameWindow.of({ frameNumber: 1, tsUs: BASE_US, linkType: 65_535, wireLen: 2 ** 32 - 1, bytes });
      encoder.add(window, 66, 90, 2 ** 32 - 1, encoder.nextStream, NO_NOTES);
      count++;
    }
    expect(decodeRecords(encoder.finish(), BASE_US)?.length).toBe(count);
  });

  test('any number of streams is kept apart', () => {
    const encoder = encoderOf(1024 * 1024);
    const bytes = new Uint8Array(8);
    for (let round = 0; round < 2; round++)
      for (let stream = 0; stream < 2000; stream++) {
        bytes[0] = stream >>> 8;
        bytes[1] = stream;
        bytes[2] = round;
        const window = FrameWindow.of({ frameNumber: 1, tsUs: BASE_US, linkType: 1, wireLen: 8, bytes });
        encoder.add(window, 8, 8, 1, stream, NO_NOTES);
      }
    const read = decodeRecords(encoder.finish(), BASE_US) ?? [];
    expect(read.map(({ bytes: b }) => ((b[0] as number) << 8) | (b[1] as number))).toEqual(
      Array.from({ length: 4000 }, (_, i) => i % 2000),
    );
  });
});

describe('decodeRecords', () => {
  test('never throws on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void decodeRecords(bytes, 0)));
  });

  test('of records with a changed byte never throws', () => {
    const encoder = encoderOf(4096);
    for (let i = 0; i < 10; i++) {
      const bytes = Uint8Array.from({ length: 70 }, (_, at) => at * i);
      const window = FrameWindow.of({ frameNumber: 1, tsUs: BASE_US + i, linkType: 1, wireLen: 70, bytes });
      encoder.add(window, 66, 70, 1, i % 2 === 0 ? 0 : Math.min(1, encoder.nextStream), NO_NOTES);
    }
    const records = encoder.finish();
    fc.assert(
      fc.property(fc.nat(records.length - 1), fc.nat(255), (at, value) => {
        decodeRecords(
          Uint8Array.from(records, (byte, i) => (i === at ? value : byte)),
          BASE_US,
        );
      }),
    );
  });
});
