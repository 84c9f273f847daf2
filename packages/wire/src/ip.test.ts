import { describe, expect, test } from '@jest/globals';
import { addressText } from './address.ts';
import { buildTcpPacket } from './frame-builder.ts';
import { decodeIpv4, decodeIpv6 } from './ip.ts';
import { Packet } from './packet.ts';

/** RST+ACK from 10.0.0.1:51234 to 10.0.0.2:80 with 3 bytes of payload; checksums verified with tshark 4.0.17. */
const IPV4 = Buffer.from(
  '45000037123440003f06158b0a0000010a000002c8220050fffffff000000007801401f57d0b00000101080a8000000100000002474554',
  'hex',
);
/** SYN+ACK from [2001:db8::1]:443 to [2001:db8::2]:51234; checksum verified with tshark 4.0.17. */
const IPV6 = Buffer.from(
  '600000000028064020010db800000000000000000000000120010db800000000000000000000000201bbc8220000000100000002a012ffff674b0000' +
    '01020405b40402080a0000000500000006030307',
  'hex',
);

function packetOf(bytes: Uint8Array, wireLen = bytes.length): Packet {
  const packet = new Packet();
  const frame = bytes;
  packet.setFrame(frame, 0, frame.length);
  packet.wireLen = wireLen;
  return packet;
}

/** A copy of the packet with other bytes at an offset. */
function patched(packet: Uint8Array, at: number, ...bytes: readonly number[]): Uint8Array {
  const copy = Uint8Array.from(packet);
  copy.set(bytes, at);
  return copy;
}

describe('decodeIpv4', () => {
  test('deconstruct', () => {
    const packet = packetOf(IPV4);
    expect(decodeIpv4(packet, 0)).toBe('tcp');
    expect(packet).toMatchObject({
      ipOffset: 0,
      ipVersion: 4,
      ttl: 63,
      ipId: 0x1234,
      dontFragment: true,
      srcPort: 51234,
      payloadLen: 3,
      src0: 0,
      src1: 0,
      src2: 0xffff,
      src3: 0x0a000001,
      dst0: 0,
      dst1: 0,
      dst2: 0xffff,
      dst3: 0x0a000002,
    });
  });

  test('construct', () => {
    const packet = buildTcpPacket({
      src: '10.0.0.1',
      dst: '10.0.0.2',
      srcPort: 51234,
      dstPort: 80,
      flags: 0x14,
      seq: 0xfffffff0,
      ack: 7,
      window: 501,
      ttl: 63,
      ipId: 0x1234,
      options: [{ kind: 'timestamps', tsval: 0x80000001, tsecr: 2 }],
      payload: Uint8Array.of(0x47, 0x45, 0x54),
    });
    expect(Buffer.from(packet)).toEqual(IPV4);
  });

  test('truncated', () => {
    for (let len = 0; len < 40; len += 1) {
      expect(decodeIpv4(packetOf(IPV4.subarray(0, len), 55), 0)).toBe('cut');
      expect(decodeIpv4(packetOf(IPV4.subarray(0, len)), 0)).toBe('malformed');
    }
    expect(decodeIpv4(packetOf(IPV4.subarray(0, 40), 55), 0)).toBe('tcp');
  });

  test.each([
    { name: 'version 6', at: 0, byte: 0x65 },
    { name: 'header length below 5', at: 0, byte: 0x44 },
    { name: 'total length below the header', at: 3, byte: 19 },
    { name: 'total length without room for TCP', at: 3, byte: 39 },
    { name: 'header length beyond the packet', at: 0, byte: 0x4f },
  ])('impossible length: $name', ({ at, byte }) => {
    expect(decodeIpv4(packetOf(patched(IPV4, at, byte)), 0)).toBe('malformed');
  });

  test.each([
    {
      name: 'padding behind the packet is no payload',
      bytes: Buffer.concat([IPV4, Buffer.alloc(5)]),
      wireLen: 60,
      payloadLen: 3,
    },
    {
      name: 'total length 0 (offload): the frame tells',
      bytes: patched(IPV4, 2, 0, 0),
      wireLen: 40_055,
      payloadLen: 40_003,
    },
    {
      name: 'total length beyond the frame: the frame tells',
      bytes: patched(IPV4, 2, 0xff, 0xff),
      wireLen: 55,
      payloadLen: 3,
    },
    { name: 'a cut packet keeps its length', bytes: patched(IPV4, 2, 4, 0), wireLen: 1024, payloadLen: 1024 - 52 },
  ])('payloadLen: $name', ({ bytes, wireLen, payloadLen }) => {
    const packet = packetOf(bytes, wireLen);
    expect(decodeIpv4(packet, 0)).toBe('tcp');
    expect(packet).toMatchObject({ payloadLen, capturedPayloadLen: 3 });
  });

  test.each([
    { name: 'first fragment', at: 6, bytes: [0x20, 0], outcome: 'fragment' },
    { name: 'last fragment', at: 6, bytes: [0, 1], outcome: 'fragment' },
    { name: 'the reserved bit is none', at: 6, bytes: [0x80, 0], outcome: 'tcp' },
    { name: 'ICMP', at: 9, bytes: [1], outcome: 'icmp' },
    { name: 'UDP', at: 9, bytes: [17], outcome: 'udp' },
    { name: 'IP in IP', at: 9, bytes: [4], outcome: 'tunnel' },
    { name: '6in4', at: 9, bytes: [41], outcome: 'tunnel' },
    { name: 'GRE', at: 9, bytes: [47], outcome: 'tunnel' },
    { name: 'MPLS in IP', at: 9, bytes: [137], outcome: 'tunnel' },
    { name: 'SCTP', at: 9, bytes: [132], outcome: 'not-tcp' },
  ])('$name', ({ at, bytes, outcome }) => expect(decodeIpv4(packetOf(patched(IPV4, at, ...bytes)), 0)).toBe(outcome));

  test.each([
    { name: 'VXLAN', port: 4789 },
    { name: 'VXLAN before RFC 7348', port: 8472 },
    { name: 'Geneve', port: 6081 },
    { name: 'GTP-U', port: 2152 },
  ])('UDP to the port of $name is a tunnel', ({ port }) => {
    const udp = patched(patched(IPV4, 9, 17), 22, port >>> 8, port & 255);
    expect(decodeIpv4(packetOf(udp), 0)).toBe('tunnel');
    expect(decodeIpv4(packetOf(udp.subarray(0, 23)), 0)).toBe('udp');
  });

  test('IP options are stepped over', () => {
    const bytes = Buffer.concat([
      patched(IPV4, 0, 0x46, 0, 0, 59).subarray(0, 20),
      Buffer.alloc(4, 1),
      IPV4.subarray(20),
    ]);
    const packet = packetOf(bytes);
    expect(decodeIpv4(packet, 0)).toBe('tcp');
    expect(packet).toMatchObject({ srcPort: 51234, payloadOffset: 56, payloadLen: 3 });
  });

  test("don't-fragment unset", () => {
    const packet = packetOf(patched(IPV4, 6, 0));
    decodeIpv4(packet, 0);
    expect(packet.dontFragment).toBe(false);
  });
});

/** IPV6 with extension headers between; the first two bytes of each are next header and length. */
function withExtensions(first: number, ...headers: readonly (readonly number[])[]): Uint8Array {
  const extensions = Buffer.from(headers.flat());
  const payloadLen = IPV6.length - 40 + extensions.length;
  const fixed = patched(IPV6.subarray(0, 40), 4, payloadLen >>> 8, payloadLen & 255, first);
  return Buffer.concat([fixed, extensions, IPV6.subarray(40)]);
}

describe('decodeIpv6', () => {
  test('deconstruct', () => {
    const packet = packetOf(IPV6);
    expect(decodeIpv6(packet, 0)).toBe('tcp');
    expect(packet).toMatchObject({
      ipVersion: 6,
      ttl: 64,
      ipId: -1,
      dontFragment: false,
      srcPort: 443,
      dstPort: 51234,
      flags: 0x12,
      payloadLen: 0,
      tsval: 5,
      tsecr: 6,
    });
    expect(addressText(packet.src0, packet.src1, packet.src2, packet.src3)).toBe('2001:db8::1');
    expect(addressText(packet.dst0, packet.dst1, packet.dst2, packet.dst3)).toBe('2001:db8::2');
  });

  test('construct', () => {
    const packet = buildTcpPacket({
      src: '2001:db8::1',
      dst: '2001:db8::2',
      srcPort: 443,
      dstPort: 51234,
      flags: 0x12,
      seq: 1,
      ack: 2,
      options: [
        { kind: 'mss', value: 1460 },
        { kind: 'sack-permitted' },
        { kind: 'timestamps', tsval: 5, tsecr: 6 },
        { kind: 'window-scale', shift: 7 },
      ],
    });
    expect(Buffer.from(packet)).toEqual(IPV6);
  });

  test('truncated', () => {
    const bytes = withExtensions(0, [6, 0, 1, 4, 0, 0, 0, 0]);
    for (let len = 0; len < 68; len += 1)
      expect(decodeIpv6(packetOf(bytes.subarray(0, len), bytes.length), 0)).toBe('cut');
    expect(decodeIpv6(packetOf(bytes.subarray(0, 68), bytes.length), 0)).toBe('tcp');
  });

  test.each([
    { name: 'version 4', bytes: patched(IPV6, 0, 0x40), outcome: 'malformed' },
    { name: 'no room for TCP', bytes: patched(IPV6, 4, 0, 19), outcome: 'malformed' },
    {
      name: 'an extension longer than the packet',
      bytes: withExtensions(60, [6, 255, 0, 0, 0, 0, 0, 0]),
      outcome: 'malformed',
    },
  ])('impossible length: $name', ({ bytes, outcome }) => expect(decodeIpv6(packetOf(bytes), 0)).toBe(outcome));

  test.each([
    { name: 'hop-by-hop', bytes: withExtensions(0, [6, 0, 1, 4, 0, 0, 0, 0]), outcome: 'tcp' },
    {
      name: 'hop-by-hop, destination, routing',
      bytes: withExtensions(0, [60, 0, 1, 4, 0, 0, 0, 0], [43, 0, 1, 4, 0, 0, 0, 0], [6, 1, ...new Array(14).fill(0)]),
      outcome: 'tcp',
    },
    { name: 'authentication header', bytes: withExtensions(51, [6, 4, ...new Array(22).fill(0)]), outcome: 'tcp' },
    { name: 'atomic fragment (RFC 6946)', bytes: withExtensions(44, [6, 0, 0, 0, 1, 2, 3, 4]), outcome: 'tcp' },
    { name: 'first fragment', bytes: withExtensions(44, [6, 0, 0, 1, 1, 2, 3, 4]), outcome: 'fragment' },
    { name: 'later fragment', bytes: withExtensions(44, [6, 0, 0, 8, 1, 2, 3, 4]), outcome: 'fragment' },
    { name: 'ICMPv6 behind hop-by-hop', bytes: withExtensions(0, [58, 0, 5, 2, 0, 0, 0, 0]), outcome: 'icmp' },
    { name: 'IPv4 in IPv6', bytes: withExtensions(4), outcome: 'tunnel' },
    { name: 'no next header', bytes: withExtensions(59), outcome: 'not-tcp' },
    { name: 'ESP', bytes: withExtensions(50), outcome: 'not-tcp' },
  ])('$name', ({ bytes, outcome }) => {
    const packet = packetOf(bytes);
    expect(decodeIpv6(packet, 0)).toBe(outcome);
    if (outcome === 'tcp')
      expect(packet).toMatchObject({ srcPort: 443, dstPort: 51234, payloadLen: 0, payloadOffset: bytes.length });
  });

  test('payload length 0: the frame tells', () => {
    const packet = packetOf(patched(IPV6, 4, 0, 0), IPV6.length + 70_000);
    expect(decodeIpv6(packet, 0)).toBe('tcp');
    expect(packet).toMatchObject({ payloadLen: 70_000, capturedPayloadLen: 0 });
  });
});
