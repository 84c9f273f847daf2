import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addressText } from './address.ts';
import { type CapturedFrame, FrameWindow } from './captured-frame.ts';
import { DECODE_OUTCOMES } from './decode-outcome.ts';
import { buildTcpFrame, type TcpFrameSpec } from './frame-builder.ts';
import { LinkType } from './link-header.ts';
import { PacketDecoder } from './packet-decoder.ts';

function frameOf(bytes: Uint8Array, linkType: number = LinkType.ETHERNET, wireLen = bytes.length): CapturedFrame {
  return { frameNumber: 7, tsUs: 1_764_000_000_123_456, linkType, wireLen, bytes };
}

const SYN: TcpFrameSpec = { src: '10.0.0.1', dst: '10.0.0.2', srcPort: 51234, dstPort: 80, flags: 2, seq: 9 };

describe('PacketDecoder', () => {
  test('deconstruct', () => {
    const decoder = new PacketDecoder();
    const bytes = buildTcpFrame({ ...SYN, vlan: 100 });
    expect(decoder.decode(frameOf(bytes))).toBe('tcp');
    expect(decoder.packet).toMatchObject({
      frameNumber: 7,
      tsUs: 1_764_000_000_123_456,
      wireLen: 58,
      vlan: 100,
      etherType: 0x0800,
      ipOffset: 18,
      srcPort: 51234,
      seq: 9,
    });
    expect(decoder.packet.bytes).toBe(bytes);
  });

  test('truncated', () => {
    const decoder = new PacketDecoder();
    const bytes = buildTcpFrame(SYN);
    for (let len = 0; len < 54; len += 1) expect(decoder.decode(frameOf(bytes.subarray(0, len), 1, 54))).toBe('cut');
    expect(decoder.decode(frameOf(bytes.subarray(0, 13)))).toBe('malformed');
    expect(decoder.decode(frameOf(bytes))).toBe('tcp');
  });

  test.each([
    { name: 'ARP', etherType: 0x0806, linkType: 1, outcome: 'not-ip' },
    { name: 'MPLS', etherType: 0x8847, linkType: 1, outcome: 'tunnel' },
    { name: 'MPLS multicast', etherType: 0x8848, linkType: 1, outcome: 'tunnel' },
    { name: 'IPv6 type over an IPv4 packet', etherType: 0x86dd, linkType: 1, outcome: 'malformed' },
    { name: 'ARCNET', etherType: 0x0800, linkType: 129, outcome: 'unknown-link-type' },
  ])('$name: $outcome', ({ etherType, linkType, outcome }) => {
    const bytes = buildTcpFrame(SYN);
    bytes.set([etherType >>> 8, etherType & 255], 12);
    expect(new PacketDecoder().decode(frameOf(bytes, linkType))).toBe(outcome);
  });

  test('reads back what buildTcpFrame wrote', () => {
    const decoder = new PacketDecoder();
    const u16 = fc.integer({ min: 0, max: 0xffff });
    const u32 = fc.integer({ min: 0, max: 0xffffffff });
    const u8 = fc.integer({ min: 0, max: 255 });
    const addresses = fc.oneof(
      fc.record({ src: fc.ipV4(), dst: fc.ipV4() }),
      fc.constant({ src: '2001:db8::1', dst: 'fe80::2' }),
    );
    const fields = fc.record({
      srcPort: u16,
      dstPort: u16,
      flags: u8,
      seq: u32,
      ack: u32,
      window: u16,
      ttl: u8,
      payload: fc.uint8Array({ maxLength: 50 }),
      vlan: fc.integer({ min: 0, max: 4095 }),
    });
    fc.assert(
      fc.property(addresses, fields, ({ src, dst }, spec) => {
        expect(decoder.decode(frameOf(buildTcpFrame({ src, dst, ...spec })))).toBe('tcp');
        const { packet } = decoder;
        const { payload, ...numbers } = spec;
        expect(packet).toMatchObject(numbers);
        expect(addressText(packet.src0, packet.src1, packet.src2, packet.src3)).toBe(src);
        expect(addressText(packet.dst0, packet.dst1, packet.dst2, packet.dst3)).toBe(dst);
        expect([...packet.bytes.subarray(packet.payloadOffset, packet.payloadOffset + packet.payloadLen)]).toEqual([
          ...payload,
        ]);
      }),
    );
  });

  test('never throws, and the offsets it leaves lie inside the frame', () => {
    const decoder = new PacketDecoder();
    const linkType = fc.oneof(fc.constantFrom(...Object.values(LinkType)), fc.nat({ max: 300 }));
    const damaged = fc
      .tuple(
        fc.constantFrom('10.0.0.1', '2001:db8::1'),
        fc.array(fc.tuple(fc.nat({ max: 90 }), fc.nat({ max: 255 })), { maxLength: 6 }),
        fc.nat({ max: 90 }),
      )
      .map(([address, patches, len]) => {
        const bytes = buildTcpFrame({ ...SYN, src: address, dst: address, payload: new Uint8Array(10) });
        for (const [at, byte] of patches) bytes[at] = byte;
        return bytes.subarray(0, len);
      });
    fc.assert(
      fc.property(
        fc.oneof(damaged, fc.uint8Array({ maxLength: 100 })),
        linkType,
        fc.nat({ max: 100 }),
        (bytes, link, extra) => {
          const outcome = decoder.decode(frameOf(bytes, link, bytes.length + extra));
          expect(DECODE_OUTCOMES).toContain(outcome);
          if (outcome !== 'tcp') return;
          const { packet } = decoder;
          expect(packet.payloadLen).toBeGreaterThanOrEqual(packet.capturedPayloadLen);
          expect(packet.payloadLen).toBeLessThanOrEqual(bytes.length + extra);
          expect(packet.payloadOffset + packet.capturedPayloadLen).toBeLessThanOrEqual(bytes.length);
          expect(packet.optionsOffset + packet.optionsLen).toBeLessThanOrEqual(packet.payloadOffset);
          expect(Object.values(packet).every((value) => typeof value !== 'number' || Number.isInteger(value))).toBe(
            true,
          );
        },
      ),
      { numRuns: 2000 },
    );
  });
});

test('a frame among other bytes decodes as it does alone', () => {
  for (const linkType of [LinkType.ETHERNET, LinkType.LINUX_SLL, LinkType.LINUX_SLL2, LinkType.RAW, LinkType.NULL]) {
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 90 }), fc.constant(buildTcpFrame(SYN))),
        fc.nat(70),
        fc.nat(70),
        (bytes, before, after) => {
          const source = new Uint8Array(before + bytes.length + after).fill(0x45);
          source.set(bytes, before);
          const window = Object.assign(new FrameWindow(), {
            linkType,
            wireLen: bytes.length,
            source,
            start: before,
            end: before + bytes.length,
          });
          const [alone, among] = [new PacketDecoder(), new PacketDecoder()];
          expect(among.decodeWindow(window)).toBe(alone.decode({ ...window.frame }));
          const { packet } = among;
          const moved = new Set(['ipOffset', 'optionsOffset', 'payloadOffset', 'frameStart', 'frameEnd', 'bytes']);
          for (const [key, value] of Object.entries(alone.packet))
            if (!moved.has(key)) expect([key, packet[key as 'seq']]).toEqual([key, value]);
        },
      ),
      { numRuns: 200 },
    );
  }
});
