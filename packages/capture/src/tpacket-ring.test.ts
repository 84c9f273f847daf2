import { describe, expect, test } from '@jest/globals';
import { buildTcpFrame, buildTcpPacket } from '@resetscope/wire';
import { TpacketRing } from './tpacket-ring.ts';

const GEOMETRY = { blockLen: 4096, blockCount: 2 };
const SPEC = { src: '10.0.0.1', dst: '10.0.0.2', srcPort: 1000, dstPort: 80, flags: 2 };
const ETHERNET = 1;
const TUN = 0xfffe;

interface Written {
  readonly bytes: Uint8Array;
  readonly seconds: number;
  readonly hardwareType?: number;
  readonly status?: number;
  readonly vlanTci?: number;
  readonly vlanTpid?: number;
}

/** Writes a finished block as the kernel does (linux/if_packet.h): descriptor 48 bytes, then packets on multiples of 8. */
function writeBlock(memory: ArrayBuffer, block: number, packets: readonly Written[]): void {
  const start = block * GEOMETRY.blockLen;
  const words = new Uint32Array(memory);
  const halves = new Uint16Array(memory);
  words.set([1, packets.length, 48], start / 4 + 2);
  let at = start + 48;
  for (const packet of packets) {
    const mac = 82;
    const next = Math.ceil((mac + packet.bytes.length) / 8) * 8;
    const { length } = packet.bytes;
    words.set([next, packet.seconds, 1999, length, length, packet.status ?? 0], at / 4);
    const linkLen = (packet.hardwareType ?? ETHERNET) === TUN ? 0 : 14;
    halves.set([mac, mac + linkLen], (at + 24) / 2);
    words[(at + 32) / 4] = packet.vlanTci ?? 0;
    halves[(at + 36) / 2] = packet.vlanTpid ?? 0;
    words[(at + 52) / 4] = 7;
    halves[(at + 56) / 2] = packet.hardwareType ?? ETHERNET;
    const bytes = new Uint8Array(memory);
    bytes.set(packet.bytes, at + mac);
    at += next;
  }
}

interface Seen {
  readonly frameNumber: number;
  readonly tsUs: number;
  readonly linkType: number;
  readonly wireLen: number;
  readonly bytes: Uint8Array;
  readonly ifIndex: number;
}

function drain(ring: TpacketRing): readonly Seen[] {
  const seen: Seen[] = [];
  const count = ring.drain(({ frameNumber, tsUs, linkType, wireLen, bytes }, ifIndex) =>
    seen.push({ frameNumber, tsUs, linkType, wireLen, bytes: bytes.slice(), ifIndex }),
  );
  expect(count).toBe(seen.length);
  return seen;
}

describe('TpacketRing', () => {
  const frame = buildTcpFrame(SPEC);

  test('hands out finished blocks in order, gives them back, and goes round', () => {
    const memory = new ArrayBuffer(2 * GEOMETRY.blockLen);
    const ring = new TpacketRing(memory, GEOMETRY);
    expect(drain(ring)).toEqual([]);
    writeBlock(memory, 0, [
      { bytes: frame, seconds: 1 },
      { bytes: frame.subarray(0, 60), seconds: 2 },
    ]);
    writeBlock(memory, 1, [{ bytes: frame, seconds: 3 }]);
    const seen = drain(ring);
    expect(seen.map(({ frameNumber, tsUs, ifIndex }) => [frameNumber, tsUs, ifIndex])).toEqual([
      [1, 1_000_001, 7],
      [2, 2_000_001, 7],
      [3, 3_000_001, 7],
    ]);
    expect(seen[0]).toMatchObject({ linkType: 1, wireLen: frame.length, bytes: frame });
    expect(drain(ring)).toEqual([]);
    writeBlock(memory, 0, [{ bytes: frame, seconds: 4 }]);
    expect(drain(ring).map(({ frameNumber }) => frameNumber)).toEqual([4]);
  });

  test.each([
    { name: 'its own type', status: 0x50, vlanTpid: 0x88a8, tpid: [0x88, 0xa8] },
    { name: 'no type told', status: 0x10, vlanTpid: 0, tpid: [0x81, 0x00] },
  ])('puts a VLAN tag back: $name', ({ status, vlanTpid, tpid }) => {
    const memory = new ArrayBuffer(2 * GEOMETRY.blockLen);
    writeBlock(memory, 0, [{ bytes: frame, seconds: 1, status, vlanTpid, vlanTci: 42 }]);
    const [seen] = drain(new TpacketRing(memory, GEOMETRY));
    expect(seen?.wireLen).toBe(frame.length + 4);
    expect([...seen!.bytes.subarray(12, 18)]).toEqual([...tpid, 0, 42, 8, 0]);
    expect(seen!.bytes.subarray(18)).toEqual(frame.subarray(14));
  });

  test('an interface without Ethernet gives raw IP', () => {
    const packet = buildTcpPacket(SPEC);
    const memory = new ArrayBuffer(2 * GEOMETRY.blockLen);
    writeBlock(memory, 0, [{ bytes: packet, seconds: 1, hardwareType: TUN }]);
    expect(drain(new TpacketRing(memory, GEOMETRY))).toMatchObject([
      { linkType: 101, wireLen: packet.length, bytes: packet },
    ]);
  });
});
