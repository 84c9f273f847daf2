import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildTcpFrame } from './frame-builder.ts';
import { Packet } from './packet.ts';
import { decodeTcp, formatFlags, readTcpOptions, TcpFlag, type TcpOption } from './tcp.ts';
import { encodeTcpOptions } from './tcp-options-encoder.ts';

/** RST+ACK with NOP, NOP, timestamps and three bytes of payload; checksums verified with tshark 4.0.17. */
const SEGMENT = Buffer.from('c8220050fffffff000000007801401f57d0b00000101080a8000000100000002474554', 'hex');

function packetOf(bytes: Uint8Array, wireLen = bytes.length): Packet {
  const packet = new Packet();
  const frame = bytes;
  packet.setFrame(frame, 0, frame.length);
  packet.wireLen = wireLen;
  return packet;
}

describe('decodeTcp', () => {
  test('deconstruct', () => {
    const packet = packetOf(SEGMENT);
    expect(decodeTcp(packet, 0, SEGMENT.length)).toBe('tcp');
    expect(packet).toMatchObject({
      srcPort: 51234,
      dstPort: 80,
      seq: 0xfffffff0,
      ack: 7,
      flags: TcpFlag.RST | TcpFlag.ACK,
      window: 501,
      tcpHeaderLen: 32,
      optionsOffset: 20,
      optionsLen: 12,
      payloadOffset: 32,
      payloadLen: 3,
      capturedPayloadLen: 3,
      hasTimestamp: true,
      tsval: 0x80000001,
      tsecr: 2,
    });
  });

  test('construct', () => {
    const frame = buildTcpFrame({
      src: '10.0.0.1',
      dst: '10.0.0.2',
      srcPort: 51234,
      dstPort: 80,
      flags: TcpFlag.RST | TcpFlag.ACK,
      seq: 0xfffffff0,
      ack: 7,
      window: 501,
      options: [{ kind: 'timestamps', tsval: 0x80000001, tsecr: 2 }],
      payload: Uint8Array.of(0x47, 0x45, 0x54),
    });
    expect(Buffer.from(frame.subarray(34))).toEqual(SEGMENT);
  });

  test('truncated: a header cut by the capture is no segment, cut options and payload are', () => {
    for (let len = 0; len < 20; len += 1) expect(decodeTcp(packetOf(SEGMENT.subarray(0, len), 35), 0, 35)).toBe('cut');
    for (let len = 20; len < 35; len += 1) {
      const packet = packetOf(SEGMENT.subarray(0, len), 35);
      expect(decodeTcp(packet, 0, 35)).toBe('tcp');
      expect(packet).toMatchObject({
        payloadLen: 3,
        capturedPayloadLen: Math.max(0, len - 32),
        hasTimestamp: len >= 32,
      });
    }
  });

  test.each([
    { name: 'data offset below 5', offsetByte: 0x40, segmentBytes: 35 },
    { name: 'header longer than the segment', offsetByte: 0xf0, segmentBytes: 35 },
    { name: 'no room for a header in the segment', offsetByte: 0x80, segmentBytes: 19 },
    { name: 'a segment of no bytes', offsetByte: 0x80, segmentBytes: 0 },
  ])('impossible length: $name', ({ offsetByte, segmentBytes }) => {
    const bytes = Uint8Array.from(SEGMENT);
    bytes[12] = offsetByte;
    expect(decodeTcp(packetOf(bytes), 0, segmentBytes)).toBe('malformed');
  });

  test('a segment without timestamps clears those of the one before', () => {
    const packet = packetOf(SEGMENT);
    decodeTcp(packet, 0, 35);
    const frame = Uint8Array.from(SEGMENT).fill(0, 20, 32);
    packet.setFrame(frame, 0, frame.length);
    decodeTcp(packet, 0, 35);
    expect(packet).toMatchObject({ hasTimestamp: false, tsval: 0, tsecr: 0 });
  });
});

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const anyOption: fc.Arbitrary<TcpOption> = fc.oneof(
  fc.record({ kind: fc.constant('mss' as const), value: fc.integer({ min: 0, max: 0xffff }) }),
  fc.record({ kind: fc.constant('window-scale' as const), shift: fc.integer({ min: 0, max: 255 }) }),
  fc.constant({ kind: 'sack-permitted' } as const),
  fc.record({
    kind: fc.constant('sack' as const),
    blocks: fc.array(fc.tuple(u32, u32), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('timestamps' as const), tsval: u32, tsecr: u32 }),
  fc.record({
    kind: fc.constant('unknown' as const),
    code: fc.integer({ min: 9, max: 255 }),
    data: fc.uint8Array({ maxLength: 20 }).map((bytes) => Uint8Array.from(bytes)),
  }),
);

describe('readTcpOptions', () => {
  test.each([
    { name: 'none', bytes: [], options: [] },
    { name: 'end stops', bytes: [0, 2, 4, 5, 0xb4], options: [] },
    { name: 'length 0 stops', bytes: [4, 2, 8, 0, 4, 2], options: [{ kind: 'sack-permitted' }] },
    { name: 'length 1 stops', bytes: [8, 1, 4, 2], options: [] },
    { name: 'past the end stops', bytes: [3, 3, 7, 2, 4, 5], options: [{ kind: 'window-scale', shift: 7 }] },
    { name: 'a code without length stops', bytes: [1, 1, 5], options: [] },
    {
      name: 'a wrong length is unknown',
      bytes: [2, 3, 5],
      options: [{ kind: 'unknown', code: 2, data: Uint8Array.of(5) }],
    },
    {
      name: 'sack without a whole block is unknown',
      bytes: [5, 4, 1, 2],
      options: [{ kind: 'unknown', code: 5, data: Uint8Array.of(1, 2) }],
    },
  ])('$name', ({ bytes, options }) => expect(readTcpOptions(Uint8Array.from(bytes))).toEqual(options));

  test('is the inverse of encodeTcpOptions', () => {
    fc.assert(
      fc.property(fc.array(anyOption, { maxLength: 6 }), (options) => {
        expect(readTcpOptions(encodeTcpOptions(options))).toEqual(options);
      }),
    );
  });

  test('never throws, and agrees with the fast path about timestamps', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.array(anyOption, { maxLength: 3 }), (noise, options) => {
        const field = new Uint8Array([...encodeTcpOptions(options), ...noise]).subarray(0, 40);
        const padded = field.subarray(0, field.length & ~3);
        const packet = packetOf(
          Uint8Array.from([
            ...SEGMENT.subarray(0, 12),
            ((20 + padded.length) >>> 2) << 4,
            ...SEGMENT.subarray(13, 20),
            ...padded,
          ]),
        );
        expect(decodeTcp(packet, 0, packet.bytes.length)).toBe('tcp');
        const found = readTcpOptions(padded).find((option) => option.kind === 'timestamps');
        expect({ has: packet.hasTimestamp, tsval: packet.tsval, tsecr: packet.tsecr }).toEqual({
          has: found !== undefined,
          tsval: found?.tsval ?? 0,
          tsecr: found?.tsecr ?? 0,
        });
      }),
    );
  });
});

test.each([
  { flags: 0x02, text: 'S' },
  { flags: 0x12, text: 'S.' },
  { flags: 0x10, text: '.' },
  { flags: 0x18, text: 'P.' },
  { flags: 0x11, text: 'F.' },
  { flags: 0x04, text: 'R' },
  { flags: 0x14, text: 'R.' },
  { flags: 0x00, text: 'none' },
  { flags: 0xc2, text: 'SEW' },
  { flags: 0xff, text: 'FSRP.UEW' },
])('formatFlags: $text', ({ flags, text }) => expect(formatFlags(flags)).toBe(text));
