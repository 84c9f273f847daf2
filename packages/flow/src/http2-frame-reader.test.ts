import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { latin1Bytes } from '../test-data/follow.ts';
import { all, frame, GET_BLOCK, goAway, PREFACE, rstStream, SETTINGS } from '../test-data/http2.ts';
import { FrameType, Http2FrameReader, readU32, startsFrame } from './http2-frame-reader.ts';
import type { Payload } from './payload.ts';

const NAMES = new Map<number, string>(Object.entries(FrameType).map(([name, type]) => [type, name]));
const HEADERS = frame(1, 5, 1, GET_BLOCK);
const DATA = frame(0, 1, 1, new Uint8Array(100));

const at = (bytes: Uint8Array, wireLen = bytes.length): Payload => ({
  bytes,
  wireLen,
  tsUs: 0,
  frameNumber: 1,
  hints: null,
});

/** What a reader told: `headers 1 at 24`, `end 38 with 5`, `end 38 with 3, cut`, `lost`. */
class Listener {
  readonly told: string[] = [];
  readonly reader: Http2FrameReader;

  constructor(start: 'preface' | 'frame' | 'midway' = 'frame') {
    this.reader = new Http2FrameReader(
      {
        frameStarted: ({ type, streamId }, offset) =>
          this.told.push(`${NAMES.get(type) ?? type} ${streamId} at ${offset}`),
        frameEnded: (_, content, isWhole, offset) =>
          this.told.push(`end ${offset} with ${content.length}${isWhole ? '' : ', cut'}`),
        boundariesLost: () => this.told.push('lost'),
      },
      start,
    );
  }

  read(bytes: Uint8Array, wireLen?: number): this {
    this.reader.read(at(bytes, wireLen));
    return this;
  }

  skip(wireLen: number): this {
    this.reader.skip(wireLen, at(new Uint8Array(0)));
    return this;
  }
}

describe('frames', () => {
  test('follow the preface of the client', () => {
    expect(new Listener('preface').read(all(PREFACE, SETTINGS, HEADERS)).told).toEqual([
      'settings 0 at 24',
      'end 33 with 0',
      'headers 1 at 33',
      'end 47 with 5',
    ]);
  });

  test('only payloads that somebody reads are collected', () => {
    const unknown = frame(0x0a, 0, 0, [1, 2, 3]);
    expect(new Listener().read(all(DATA, rstStream(1, 8), goAway(3, 0), unknown)).told).toEqual([
      'data 1 at 0',
      'end 109 with 0',
      'rstStream 1 at 109',
      'end 122 with 4',
      'goAway 0 at 122',
      'end 139 with 8',
      '10 0 at 139',
      'end 151 with 0',
    ]);
  });

  test('any segmentation tells the same', () => {
    const bytes = all(PREFACE, SETTINGS, HEADERS, DATA, goAway(1, 0), HEADERS);
    const whole = new Listener('preface').read(bytes).told;
    fc.assert(
      fc.property(fc.array(fc.nat(40)), (lengths) => {
        const listener = new Listener('preface');
        let from = 0;
        for (const length of lengths) {
          listener.read(bytes.subarray(from, from + length));
          from += length;
        }
        expect(listener.read(bytes.subarray(from)).told).toEqual(whole);
      }),
    );
  });

  test('a header block of more than 64 KiB is not kept, and is said to be cut', () => {
    const { told } = new Listener().read(frame(1, 4, 1, new Uint8Array(70_000)));
    expect(told).toEqual(['headers 1 at 0', 'end 70009 with 0, cut']);
  });
});

describe('bytes that are not there', () => {
  test('inside a payload they are counted', () => {
    const listener = new Listener().read(DATA.subarray(0, 30)).skip(50).read(DATA.subarray(80)).read(SETTINGS);
    expect(listener.told).toEqual(['data 1 at 0', 'end 109 with 0, cut', 'settings 0 at 109', 'end 118 with 0']);
  });

  test('cut by the snap length to the end of a frame', () => {
    const listener = new Listener().read(HEADERS.subarray(0, 12), HEADERS.length).read(SETTINGS);
    expect(listener.told).toEqual(['headers 1 at 0', 'end 14 with 3, cut', 'settings 0 at 14', 'end 23 with 0']);
  });

  test('what follows a hole in a payload is not joined to what came before it', () => {
    const listener = new Listener().read(HEADERS.subarray(0, 10)).skip(2).read(HEADERS.subarray(12));
    expect(listener.told).toEqual(['headers 1 at 0', 'end 14 with 1, cut']);
  });

  test('beyond the payload boundaries are lost until a frame starts a segment', () => {
    const listener = new Listener().read(DATA.subarray(0, 30)).skip(200).read(latin1Bytes('no frame')).read(HEADERS);
    expect(listener.told).toEqual(['data 1 at 0', 'lost', 'headers 1 at 238', 'end 252 with 5']);
    expect(listener.skip(1).skip(1).told.slice(4)).toEqual(['lost']);
  });

  test('half a frame header', () => {
    expect(new Listener().read(SETTINGS.subarray(0, 4)).skip(5).read(SETTINGS).told[0]).toBe('lost');
  });

  test('a capture that begins somewhere', () => {
    expect(new Listener('midway').read(latin1Bytes('rest of it')).read(HEADERS).told).toEqual([
      'headers 1 at 10',
      'end 24 with 5',
    ]);
  });

  test('any bytes, cut anywhere: never a throw, and every byte is counted', () => {
    const piece = fc.record({ bytes: fc.uint8Array({ maxLength: 40 }), cut: fc.nat(20), isLost: fc.boolean() });
    fc.assert(
      fc.property(fc.constantFrom('preface', 'frame', 'midway'), fc.array(piece), (start, pieces) => {
        const listener = new Listener(start);
        let offset = 0;
        for (const { bytes, cut, isLost } of pieces) {
          if (isLost) listener.skip(cut);
          else listener.read(bytes, bytes.length + cut);
          offset += cut + (isLost ? 0 : bytes.length);
          expect(listener.reader.offset).toBe(offset);
        }
      }),
    );
  });
});

describe('startsFrame', () => {
  test.each([
    { name: 'DATA', bytes: DATA, expected: true },
    { name: 'HEADERS, and the header of another', bytes: all(HEADERS, DATA.subarray(0, 9)), expected: true },
    { name: 'SETTINGS', bytes: SETTINGS, expected: true },
    { name: 'PRIORITY', bytes: frame(2, 0, 3, new Uint8Array(5)), expected: true },
    { name: 'RST_STREAM', bytes: rstStream(1, 0), expected: true },
    { name: 'PUSH_PROMISE', bytes: frame(5, 4, 1, new Uint8Array(9)), expected: true },
    { name: 'PING', bytes: frame(6, 1, 0, new Uint8Array(8)), expected: true },
    { name: 'GOAWAY', bytes: goAway(1, 0), expected: true },
    { name: 'WINDOW_UPDATE', bytes: frame(8, 0, 0, new Uint8Array(4)), expected: true },
    { name: 'CONTINUATION', bytes: frame(9, 4, 1, [1]), expected: true },
    { name: 'DATA of stream 0', bytes: frame(0, 0, 0, [1]), expected: false },
    { name: 'SETTINGS of a stream', bytes: frame(4, 0, 1), expected: false },
    { name: 'a PING of other length', bytes: frame(6, 0, 0, [1]), expected: false },
    { name: 'a frame of 17 KiB', bytes: frame(0, 0, 1, new Uint8Array(17_000)), expected: false },
    { name: 'an unknown type', bytes: frame(0x0a, 0, 0, []), expected: false },
    { name: 'a frame and other bytes', bytes: all(SETTINGS, latin1Bytes('GET / HTTP/1.1')), expected: false },
    { name: 'HTTP/1', bytes: latin1Bytes('GET / HTTP/1.1\r\nHost: a'), expected: false },
    { name: 'TLS', bytes: Uint8Array.of(23, 3, 3, 0, 5, 1, 2, 3, 4, 5), expected: false },
    { name: 'zeros', bytes: new Uint8Array(40), expected: false },
    { name: 'eight bytes', bytes: SETTINGS.subarray(0, 8), expected: false },
  ])('$name: $expected', ({ bytes, expected }) => expect(startsFrame(bytes)).toBe(expected));
});

test('readU32 beyond the end', () => {
  expect(readU32(Uint8Array.of(0x80, 0, 0, 1), 0)).toBe(0x8000_0001);
  expect(readU32(Uint8Array.of(1), 0)).toBe(0x0100_0000);
});
