/** The program by hand on every kind of packet, and in the kernel on the same packets: both must say the same. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitUntil } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { buildTcpFrame, buildTcpPacket, TcpFlag } from '@resetscope/wire';
import fc from 'fast-check';
import { openAfPacket } from './af-packet-source.ts';
import { compileFilter, MAX_FILTER_PORTS } from './tcp-filter.ts';
import { runBpf } from './testing/bpf-machine.ts';
import { canMakeNamespaces, NetworkNamespace } from './testing/network-namespace.ts';

const V4 = { src: '10.0.0.1', dst: '10.0.0.2' };
const V6 = { src: '2001:db8::1', dst: '2001:db8::2' };
const C_TAG = 0x8100;
const S_TAG = 0x88a8;

function tcp(addresses: { src: string; dst: string }, srcPort: number, dstPort: number): Uint8Array {
  return buildTcpPacket({ ...addresses, srcPort, dstPort, flags: TcpFlag.SYN });
}

/** The packet with one byte changed. */
function patch(packet: Uint8Array, at: number, value: number): Uint8Array {
  const copy = packet.slice();
  copy[at] = value;
  return copy;
}

/** 4 more bytes of IPv4 header, so that the ports move. */
function withIpOptions(packet: Uint8Array): Uint8Array {
  return Uint8Array.of(0x46, ...packet.subarray(1, 20), 1, 1, 1, 1, ...packet.subarray(20));
}

/** IPv6 with extension headers of 8 bytes, padding only, before what there was. */
function withExtensions(packet: Uint8Array, ...headers: readonly number[]): Uint8Array {
  const numbers = [...headers, packet[6] ?? 0];
  const extensions = headers.flatMap((_, i) => [numbers[i + 1] ?? 0, 0, 1, 4, 0, 0, 0, 0]);
  const fixed = patch(patch(packet.subarray(0, 40), 6, numbers[0] ?? 0), 5, (packet[5] ?? 0) + extensions.length);
  return Uint8Array.of(...fixed, ...extensions, ...packet.subarray(40));
}

const icmp4 = (type: number): Uint8Array => patch(patch(tcp(V4, 0, 0), 9, 1), 20, type);
const icmp6 = (type: number): Uint8Array => patch(patch(tcp(V6, 0, 0), 6, 58), 40, type);
const etherTypeOf = (packet: Uint8Array): number => ((packet[0] ?? 0) >>> 4 === 4 ? 0x0800 : 0x86dd);

/** The packet in an Ethernet frame, below as many VLAN tags. */
function ethernet(packet: Uint8Array, tags: readonly number[]): Uint8Array {
  const types = [...tags, etherTypeOf(packet)];
  const rest = types.flatMap((type, i) => [type >>> 8, type & 255, ...(i < tags.length ? [0x40, i + 1] : [])]);
  return Uint8Array.of(2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, ...rest, ...packet);
}

/** any: accepted without ports; web: with ports 80 and 443. */
const PACKETS = [
  { name: 'TCP over IPv4', packet: tcp(V4, 1000, 80), any: true, web: true },
  { name: 'TCP over IPv6', packet: tcp(V6, 1000, 80), any: true, web: true },
  { name: 'the answer: source port', packet: tcp(V4, 443, 1000), any: true, web: true },
  { name: 'the answer over IPv6', packet: tcp(V6, 443, 1000), any: true, web: true },
  { name: 'another port', packet: tcp(V4, 1000, 22), any: true, web: false },
  { name: 'another port over IPv6', packet: tcp(V6, 1000, 22), any: true, web: false },
  { name: 'IPv4 options before the ports', packet: withIpOptions(tcp(V4, 1000, 443)), any: true, web: true },
  { name: 'IPv4 options, another port', packet: withIpOptions(tcp(V4, 1000, 22)), any: true, web: false },
  { name: 'a later fragment', packet: patch(tcp(V4, 1000, 80), 7, 1), any: true, web: false },
  { name: 'UDP', packet: patch(tcp(V4, 1000, 80), 9, 17), any: false, web: false },
  { name: 'UDP over IPv6', packet: patch(tcp(V6, 1000, 80), 6, 17), any: false, web: false },
  { name: 'hop-by-hop options', packet: withExtensions(tcp(V6, 1000, 80), 0), any: true, web: true },
  { name: 'a fragment header, another port', packet: withExtensions(tcp(V6, 1000, 22), 44), any: true, web: true },
  { name: 'two extension headers', packet: withExtensions(tcp(V6, 1000, 80), 0, 60), any: true, web: true },
  { name: 'routing, then UDP', packet: withExtensions(patch(tcp(V6, 1, 80), 6, 17), 43), any: false, web: false },
  { name: 'multicast listener report', packet: withExtensions(icmp6(143), 0), any: false, web: false },
  { name: 'ICMP unreachable', packet: icmp4(3), any: true, web: true },
  { name: 'ICMP source quench', packet: icmp4(4), any: true, web: true },
  { name: 'ICMP time exceeded', packet: icmp4(11), any: true, web: true },
  { name: 'ICMP parameter problem', packet: icmp4(12), any: true, web: true },
  { name: 'ICMP echo', packet: icmp4(8), any: false, web: false },
  { name: 'a later fragment of ICMP', packet: patch(icmp4(3), 7, 1), any: false, web: false },
  { name: 'ICMPv6 packet too big', packet: icmp6(2), any: true, web: true },
  { name: 'ICMPv6 neighbour solicitation', packet: icmp6(135), any: false, web: false },
];

/** How a frame reaches the filter: tags in it, and what the kernel took off. */
const FRAMINGS = [
  { name: 'untagged', tags: [] },
  { name: 'one tag in the frame', tags: [C_TAG] },
  { name: 'two tags in the frame', tags: [S_TAG, C_TAG] },
];

describe('compileFilter', () => {
  test.each(FRAMINGS)('$name', ({ tags }) => {
    for (const { name, packet, any, web } of PACKETS) {
      const etherType = tags[0] ?? etherTypeOf(packet);
      const input = { bytes: ethernet(packet, tags), networkAt: 14, etherType };
      expect([name, runBpf(compileFilter(), input)]).toEqual([name, any ? 65535 : 0]);
      const filter = compileFilter({ ports: [80, 443], snapLen: 256 });
      expect([name, runBpf(filter, input)]).toEqual([name, web ? 256 : 0]);
    }
  });

  test.each([
    { name: 'three tags', packet: ethernet(tcp(V4, 1, 80), [S_TAG, S_TAG, C_TAG]), etherType: S_TAG },
    { name: 'a tag around ARP', packet: ethernet(tcp(V4, 1, 80), [C_TAG, 0x0806]), etherType: C_TAG },
    { name: 'a packet cut in its header', packet: ethernet(tcp(V4, 1, 80).subarray(0, 8), []), etherType: 0x0800 },
  ])('not accepted: $name', ({ packet, etherType }) => {
    expect(runBpf(compileFilter(), { bytes: packet, networkAt: 14, etherType })).toBe(0);
  });

  test('ports select as a naive test does, also as many as are allowed', () => {
    const ports = Array.from({ length: MAX_FILTER_PORTS }, (_, i) => 8000 + 3 * i);
    const program = compileFilter({ ports });
    const port = fc.oneof(fc.integer({ min: 7990, max: 8310 }), fc.nat(65535));
    fc.assert(
      fc.property(
        fc.constantFrom(V4, V6),
        fc.constantFrom(...FRAMINGS),
        port,
        port,
        (addresses, { tags }, src, dst) => {
          const wanted = ports.includes(src) || ports.includes(dst);
          const packet = tcp(addresses, src, dst);
          const input = { bytes: ethernet(packet, tags), networkAt: 14, etherType: tags[0] ?? etherTypeOf(packet) };
          expect(runBpf(program, input) > 0).toBe(wanted);
        },
      ),
    );
  });

  test('ends on any packet', () => {
    const program = compileFilter({ ports: [80] });
    const etherType = fc.constantFrom(0x0800, 0x86dd, C_TAG, S_TAG, 0x0806);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), etherType, (bytes, type) => {
        runBpf(program, { bytes, networkAt: Math.min(14, bytes.length), etherType: type });
      }),
    );
  });

  test.each([[[0]], [[65536]], [[1.5]], [Array.from({ length: MAX_FILTER_PORTS + 1 }, (_, i) => i + 1)]])(
    'refuses ports %j',
    (ports) => {
      expect(() => compileFilter({ ports })).toThrow(RangeError);
    },
  );
});

describeIf(canMakeNamespaces, 'needs root and ip')('the kernel says the same', () => {
  const LAST = buildTcpFrame({ ...V4, srcPort: 80, dstPort: 80, flags: TcpFlag.RST });
  let namespace: NetworkNamespace;
  beforeAll(() => {
    namespace = new NetworkNamespace();
    namespace.addCable('near', 'far');
  });
  afterAll(() => namespace.remove());

  /** Names of PACKETS that a source on `device` hands out, sorted, when all are sent from `near`; on `any` each comes twice. */
  async function accepted(
    device: string,
    tags: readonly number[],
    ports: readonly number[],
  ): Promise<readonly string[]> {
    const source = await namespace.enter(() => openAfPacket({ interface: device, ports }));
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    const nameOf = new Map(PACKETS.map(({ name, packet }) => [hex(ethernet(packet, tags)), name]));
    for (const { packet } of PACKETS) namespace.send('near', ethernet(packet, tags));
    namespace.send('near', LAST);
    const names: string[] = [];
    let lasts = 0;
    const drain = (): boolean => {
      source.drain(({ bytes }) => {
        const frame = hex(bytes);
        if (frame === hex(LAST)) lasts++;
        else names.push(nameOf.get(frame) ?? frame);
      });
      return lasts === (device === 'any' ? 2 : 1);
    };
    await waitUntil(drain, { what: 'the last frame' });
    source.close();
    return names.sort();
  }

  const cases = ['near', 'far', 'any'].flatMap((device) => FRAMINGS.map((framing) => ({ ...framing, device })));
  test.each(cases)('$name on $device', async ({ device, tags }) => {
    const expected = (key: 'any' | 'web'): readonly string[] =>
      PACKETS.filter((packet) => packet[key])
        .flatMap(({ name }) => (device === 'any' ? [name, name] : [name]))
        .sort();
    expect(await accepted(device, tags, [])).toEqual(expected('any'));
    expect(await accepted(device, tags, [80, 443])).toEqual(expected('web'));
  });
});
