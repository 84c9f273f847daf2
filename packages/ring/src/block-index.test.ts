import { describe, expect, test } from '@jest/globals';
import { Packet } from '@resetscope/wire';
import fc from 'fast-check';
import { openBlockIndex } from './block-index.ts';
import { BlockIndexBuilder } from './block-index-builder.ts';

describe('block index', () => {
  test('says of every connection how many packets it has, as a naive count does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 3000 }), (hashes) => {
        const builder = new BlockIndexBuilder();
        const slots = new Map<number, number>();
        for (const hash of hashes) {
          if (hash !== 0 && !slots.has(hash)) slots.set(hash, builder.addConnection(hash * 100_000_000));
          builder.addPacket({ tsUs: 1 }, slots.get(hash) ?? -1);
        }
        const index = openBlockIndex(builder.finish().bytes)!;
        expect(index.packets).toBe(hashes.length);
        for (let hash = 1; hash <= 31; hash++)
          expect(index.packetsOf(hash * 100_000_000)).toBe(hashes.filter((h) => h === hash).length);
        expect(index.packetsOf(0)).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  test('lists any number of resets with their fields', () => {
    const builder = new BlockIndexBuilder();
    const packet = Object.assign(new Packet(), {
      src0: 0x20010db8,
      src3: 1,
      dst0: 0x20010db8,
      dst3: -1,
      srcPort: 65535,
      flags: 4,
    });
    for (let i = 0; i < 40; i++) {
      packet.tsUs = 2_000_000_000_000_000 + i;
      packet.seq = 4_294_967_295;
      packet.ack = i;
      builder.addPacket(packet, -1);
      builder.addReset(packet);
    }
    const resets = openBlockIndex(builder.finish().bytes)!.resets;
    expect(resets.length).toBe(40);
    expect(resets[39]).toEqual({
      tsUs: 2_000_000_000_000_039,
      src: '2001:db8::1',
      srcPort: 65535,
      dst: '2001:db8::ffff:ffff',
      dstPort: 0,
      flags: 4,
      seq: 4_294_967_295,
      ack: 39,
    });
  });

  test('finishing empties the builder', () => {
    const builder = new BlockIndexBuilder();
    builder.addPacket({ tsUs: 5 }, builder.addConnection(1));
    builder.addPacket({ tsUs: 6 }, builder.addConnection(2));
    builder.addSyn();
    builder.finish();
    builder.addPacket({ tsUs: 9 }, builder.addConnection(2));
    expect(builder.finish()).toMatchObject({
      packets: 1,
      syns: 0,
      firstUs: 9,
      lastUs: 9,
      connectionCount: 1,
      resetCount: 0,
    });
  });

  test('an index cut anywhere, or of another kind, is none', () => {
    const builder = new BlockIndexBuilder();
    builder.addPacket({ tsUs: 5 }, builder.addConnection(1));
    const { bytes } = builder.finish();
    for (let length = 0; length < bytes.length; length++) expect(openBlockIndex(bytes.subarray(0, length))).toBeNull();
    expect(openBlockIndex(Uint8Array.from(bytes, (byte, i) => (i === 3 ? 0x31 : byte)))).toBeNull();
  });

  test('never throws on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void openBlockIndex(bytes)));
  });
});
