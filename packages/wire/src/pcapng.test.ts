import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CaptureReader } from './capture-reader.ts';
import { DEFAULT_CAPTURE_LIMITS } from './capture-summary.ts';
import { BlockType } from './pcapng-block.ts';
import { encodeEnhancedPacket, encodeInterface, encodeSectionHeader, writePcapng } from './pcapng-writer.ts';
import { readCapture } from './read-capture.ts';

/** A block around a body written by hand, `littleEndian` or not. */
function block(type: number, body: string | Uint8Array, littleEndian = true): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body.replaceAll(' ', ''), 'hex') : Buffer.from(body);
  const around = Buffer.alloc(bytes.length + 12);
  const view = new DataView(around.buffer, around.byteOffset);
  view.setUint32(0, type, littleEndian);
  view.setUint32(4, around.length, littleEndian);
  around.set(bytes, 8);
  view.setUint32(8 + bytes.length, around.length, littleEndian);
  return around;
}

const SECTION = Buffer.from(encodeSectionHeader());
const ETHERNET = Buffer.from(encodeInterface({ linkType: 1 }));
const PACKET = { interfaceId: 0, tsUs: 1_764_000_000_123_456, wireLen: 60, bytes: Uint8Array.of(1, 2, 3) };

describe('deconstruct', () => {
  test('a big-endian section, nanoseconds, time offset, name, drop count', () => {
    const file = Buffer.concat([
      block(BlockType.SECTION_HEADER, '1a2b3c4d 0001 0000 ffffffffffffffff', false),
      block(
        BlockType.INTERFACE,
        '0001 0000 00040000  0002 0004 65746830  0009 0001 09000000  000e 0008 000000000000000a  0000 0000',
        false,
      ),
      block(
        BlockType.ENHANCED_PACKET,
        '00000000 00000000 000007cf 00000003 0000003c 01020300  0004 0008 0000000000000005  0000 0000',
        false,
      ),
    ]);
    const { frames, summary } = readCapture(file);
    expect(frames).toEqual([
      { frameNumber: 1, tsUs: 10_000_001, linkType: 1, wireLen: 60, bytes: Uint8Array.of(1, 2, 3) },
    ]);
    expect(summary).toMatchObject({
      format: 'pcapng',
      interfaces: [{ linkType: 1, snapLen: 0x40000, name: 'eth0' }],
      lostPackets: 5,
    });
  });

  test('several sections, each with its own interfaces and byte order', () => {
    const file = Buffer.concat([
      SECTION,
      ETHERNET,
      encodeInterface({ linkType: 113 }),
      encodeEnhancedPacket({ ...PACKET, interfaceId: 1 }),
      block(BlockType.SECTION_HEADER, '1a2b3c4d 0001 0000 ffffffffffffffff', false),
      block(BlockType.INTERFACE, '0065 0000 00000000', false),
      block(BlockType.ENHANCED_PACKET, '00000000 00000000 00000001 00000001 00000001 45000000', false),
    ]);
    const { frames, summary } = readCapture(file);
    expect(frames.map(({ linkType }) => linkType)).toEqual([113, 101]);
    expect(summary).toMatchObject({ linkTypes: [113, 101], error: null });
    expect(summary.interfaces.map(({ linkType }) => linkType)).toEqual([1, 113, 101]);
  });

  test('simple packets have no time and are cut at the snap length', () => {
    const file = Buffer.concat([
      SECTION,
      encodeInterface({ linkType: 1, snapLen: 2 }),
      block(BlockType.SIMPLE_PACKET, '3c000000 01020000'),
    ]);
    const { frames, summary } = readCapture(file);
    expect(frames).toEqual([{ frameNumber: 1, tsUs: 0, linkType: 1, wireLen: 60, bytes: Uint8Array.of(1, 2) }]);
    expect(summary.framesWithoutTime).toBe(1);
  });

  test('the obsolete packet block', () => {
    const file = Buffer.concat([
      SECTION,
      ETHERNET,
      block(BlockType.PACKET, '0000 0700 00000000 01000000 01000000 3c000000 ff000000'),
    ]);
    expect(readCapture(file).frames).toEqual([
      { frameNumber: 1, tsUs: 1, linkType: 1, wireLen: 60, bytes: Uint8Array.of(0xff) },
    ]);
  });

  test('other blocks are counted and stepped over', () => {
    const file = Buffer.concat([
      SECTION,
      ETHERNET,
      block(4, '00000000'),
      block(0xbad, '12345678'),
      encodeEnhancedPacket(PACKET),
    ]);
    expect(readCapture(file).summary).toMatchObject({ frames: 1, skippedBlocks: 2, error: null });
  });

  test('an interface name keeps its bytes to itself', () => {
    expect(
      readCapture(Buffer.concat([SECTION, encodeInterface({ linkType: 1, name: 'é\n0' })])).summary.interfaces[0]?.name,
    ).toBe('\ufffd\ufffd\ufffd0');
  });
});

describe('lostPackets', () => {
  const drops = (id: string, ifDrop: string, osDrop: string) =>
    block(BlockType.INTERFACE_STATISTICS, `${id} 00000000 00000000 0500 0800 ${ifDrop} 0700 0800 ${osDrop} 0000 0000`);
  const u64 = (n: number) => `0${n}00000000000000`;

  test.each([
    { name: 'nobody says', blocks: [encodeEnhancedPacket(PACKET)], lost: null },
    {
      name: 'statistics are totals: the newest counts',
      blocks: [drops('00000000', u64(1), u64(0)), drops('00000000', u64(2), u64(3))],
      lost: 5,
    },
    {
      name: 'interfaces add up',
      blocks: [drops('00000000', u64(1), u64(0)), drops('01000000', u64(2), u64(0))],
      lost: 3,
    },
    { name: 'none lost is known', blocks: [drops('00000000', u64(0), u64(0))], lost: 0 },
    {
      name: 'statistics of an unknown interface tell nothing',
      blocks: [drops('09000000', u64(1), u64(0))],
      lost: null,
    },
  ])('$name', ({ blocks, lost }) => {
    expect(readCapture(Buffer.concat([SECTION, ETHERNET, ETHERNET, ...blocks])).summary.lostPackets).toBe(lost);
  });
});

describe('bad blocks', () => {
  test.each([
    {
      name: 'neither byte order',
      file: [block(BlockType.SECTION_HEADER, '00000000 0100 0000 ffffffffffffffff')],
      kind: 'bad-byte-order',
      offset: 8,
    },
    {
      name: 'version 2',
      file: [block(BlockType.SECTION_HEADER, '4d3c2b1a 0200 0000 ffffffffffffffff')],
      kind: 'unsupported-version',
      offset: 0,
    },
    {
      name: 'section header too short',
      file: [block(BlockType.SECTION_HEADER, '4d3c2b1a 0100 0000')],
      kind: 'bad-block',
      offset: 0,
    },
    {
      name: 'length 8',
      file: [SECTION, Buffer.from('010000000800000000000000', 'hex')],
      kind: 'bad-block-length',
      offset: 32,
    },
    {
      name: 'length 13',
      file: [SECTION, Buffer.from('010000000d00000000000000', 'hex')],
      kind: 'bad-block-length',
      offset: 32,
    },
    {
      name: 'lengths that differ',
      file: [SECTION, Buffer.from('04000000100000000000000014000000', 'hex')],
      kind: 'bad-block-length',
      offset: 40,
    },
    {
      name: 'interface too short',
      file: [SECTION, block(BlockType.INTERFACE, '01000000')],
      kind: 'bad-block',
      offset: 28,
    },
    {
      name: 'packet of no interface',
      file: [SECTION, encodeEnhancedPacket(PACKET)],
      kind: 'unknown-interface',
      offset: 28,
    },
    {
      name: 'simple packet of no interface',
      file: [SECTION, block(BlockType.SIMPLE_PACKET, '3c000000')],
      kind: 'unknown-interface',
      offset: 28,
    },
    {
      name: 'captured length beyond the block',
      file: [
        SECTION,
        ETHERNET,
        block(BlockType.ENHANCED_PACKET, '00000000 00000000 00000000 05000000 05000000 01020304'),
      ],
      kind: 'bad-block',
      offset: 48,
    },
  ])('$name', ({ file, kind, offset }) => {
    expect(readCapture(Buffer.concat(file)).summary).toMatchObject({ frames: 0, error: { kind, offset } });
  });

  test('an interface of the section before is unknown', () => {
    expect(
      readCapture(Buffer.concat([SECTION, ETHERNET, SECTION, encodeEnhancedPacket(PACKET)])).summary.error,
    ).toMatchObject({
      kind: 'unknown-interface',
      found: 'interface 0 (block type 6)',
    });
  });

  test('interfaces are limited', () => {
    const reader = new CaptureReader(() => undefined, { limits: { ...DEFAULT_CAPTURE_LIMITS, maxInterfaces: 1 } });
    reader.push(Buffer.concat([SECTION, ETHERNET, ETHERNET]));
    expect(reader.end()).toMatchObject({
      interfaces: [{ linkType: 1 }],
      error: { kind: 'too-many-interfaces', offset: 48 },
    });
  });

  test.each(['0900 0100', '0900 ffff 09000000', '0900 0000', '0e00 0400 01000000', 'ffff'])(
    'options %s change nothing',
    (options) => {
      const file = Buffer.concat([
        SECTION,
        block(BlockType.INTERFACE, `0100 0000 00000000 ${options}${options === 'ffff' ? '0000' : ''}`),
        encodeEnhancedPacket(PACKET),
      ]);
      expect(readCapture(file).frames).toMatchObject([{ tsUs: PACKET.tsUs }]);
    },
  );
});

test('what is written reads back', () => {
  const frame = fc.record(
    {
      tsUs: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      linkType: fc.constantFrom(1, 101, 113),
      wireLen: fc.integer({ min: 40, max: 70_000 }),
      bytes: fc.uint8Array({ maxLength: 40 }).map((bytes) => Uint8Array.from(bytes)),
      comment: fc.string(),
    },
    { requiredKeys: ['tsUs', 'linkType', 'wireLen', 'bytes'] },
  );
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 6 }), (frames) => {
      const { frames: read, summary } = readCapture(writePcapng(frames, { comment: 'c', application: 'a' }));
      expect(read).toEqual(frames.map(({ comment: _, ...one }, index) => ({ ...one, frameNumber: index + 1 })));
      expect(summary).toMatchObject({
        linkTypes: [...new Set(frames.map(({ linkType }) => linkType))],
        error: null,
        truncatedAt: null,
      });
    }),
  );
});
