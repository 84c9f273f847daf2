import { describe, expect, test } from '@jest/globals';
import { buildTcpPacket, TcpFlag } from '@resetscope/wire';
import fc from 'fast-check';
import { type BpfInstruction, compileFilter, encodeFilter, MAX_FILTER_PORTS } from './bpf.ts';

const NET_OFF = -0x100000;

/**
 * The part of the kernel's classic BPF (net/core/filter.c) that the programs use: loads from the network header, an
 * out-of-range load rejects, and ETHER_TYPE as ancillary data. Returns the snap length, 0: rejected.
 */
function run(program: readonly BpfInstruction[], packet: Uint8Array): number {
  const byte = (at: number): number => {
    const value = packet[at - NET_OFF];
    if (value === undefined) throw new RangeError('out of range');
    return value;
  };
  const half = (at: number): number => (byte(at) << 8) | byte(at + 1);
  let a = 0;
  let x = 0;
  try {
    for (let pc = 0; ; pc++) {
      const { code, jt, jf, k } = program[pc]!;
      if (code === 0x20) a = packet[0]! >>> 4 === 4 ? 0x0800 : 0x86dd;
      else if (code === 0x28) a = half(k);
      else if (code === 0x30) a = byte(k);
      else if (code === 0x48) a = half(x + k);
      else if (code === 0x50) a = byte(x + k);
      else if (code === 0x01) x = k;
      else if (code === 0xb1) x = (byte(k) & 15) * 4;
      else if (code === 0x05) pc += k;
      else if (code === 0x15) pc += a === k ? jt : jf;
      else if (code === 0x45) pc += (a & k) !== 0 ? jt : jf;
      else if (code === 0x06) return k;
      else throw new Error(`no such instruction: ${code}`);
    }
  } catch (error) {
    if (error instanceof RangeError) return 0;
    throw error;
  }
}

const V4 = { src: '10.0.0.1', dst: '10.0.0.2' };
const V6 = { src: '2001:db8::1', dst: '2001:db8::2' };

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

const icmp4 = (type: number): Uint8Array => patch(patch(tcp(V4, 0, 0), 9, 1), 20, type);
const icmp6 = (type: number): Uint8Array => patch(patch(tcp(V6, 0, 0), 6, 58), 40, type);

describe('compileFilter', () => {
  test.each([
    { name: 'TCP over IPv4', packet: tcp(V4, 1000, 80), any: true, web: true },
    { name: 'TCP over IPv6', packet: tcp(V6, 1000, 80), any: true, web: true },
    { name: 'the answer: source port', packet: tcp(V4, 443, 1000), any: true, web: true },
    { name: 'the answer over IPv6', packet: tcp(V6, 443, 1000), any: true, web: true },
    { name: 'another port', packet: tcp(V4, 1000, 22), any: true, web: false },
    { name: 'IPv4 options before the ports', packet: withIpOptions(tcp(V4, 1000, 443)), any: true, web: true },
    { name: 'IPv4 options, another port', packet: withIpOptions(tcp(V4, 1000, 22)), any: true, web: false },
    { name: 'a later fragment', packet: patch(tcp(V4, 1000, 80), 7, 1), any: true, web: false },
    { name: 'UDP', packet: patch(tcp(V4, 1000, 80), 9, 17), any: false, web: false },
    { name: 'UDP over IPv6', packet: patch(tcp(V6, 1000, 80), 6, 17), any: false, web: false },
    { name: 'an IPv6 extension header', packet: patch(tcp(V6, 1000, 80), 6, 0), any: false, web: false },
    { name: 'ICMP unreachable', packet: icmp4(3), any: true, web: true },
    { name: 'ICMP time exceeded', packet: icmp4(11), any: true, web: true },
    { name: 'ICMP parameter problem', packet: icmp4(12), any: true, web: true },
    { name: 'ICMP echo', packet: icmp4(8), any: false, web: false },
    { name: 'ICMPv6 packet too big', packet: icmp6(2), any: true, web: true },
    { name: 'ICMPv6 neighbour solicitation', packet: icmp6(135), any: false, web: false },
    { name: 'a packet cut in its header', packet: tcp(V4, 1000, 80).subarray(0, 8), any: false, web: false },
  ])('$name', ({ packet, any, web }) => {
    expect(run(compileFilter(), packet)).toBe(any ? 65535 : 0);
    expect(run(compileFilter({ ports: [80, 443], snapLen: 256 }), packet)).toBe(web ? 256 : 0);
  });

  test('ports select as a naive test does, also as many as are allowed', () => {
    const ports = Array.from({ length: MAX_FILTER_PORTS }, (_, i) => 8000 + 3 * i);
    const program = compileFilter({ ports });
    const port = fc.oneof(fc.integer({ min: 7990, max: 8310 }), fc.nat(65535));
    fc.assert(
      fc.property(fc.constantFrom(V4, V6), port, port, (addresses, srcPort, dstPort) => {
        const wanted = ports.includes(srcPort) || ports.includes(dstPort);
        expect(run(program, tcp(addresses, srcPort, dstPort)) > 0).toBe(wanted);
      }),
    );
    expect(program.every(({ jt, jf }) => jt >= 0 && jt <= 255 && jf >= 0 && jf <= 255)).toBe(true);
  });

  test('ends on any packet', () => {
    const program = compileFilter({ ports: [80] });
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), (packet) => void run(program, packet)));
  });

  test.each([[[0]], [[65536]], [[1.5]], [Array.from({ length: MAX_FILTER_PORTS + 1 }, (_, i) => i + 1)]])(
    'refuses ports %j',
    (ports) => {
      expect(() => compileFilter({ ports })).toThrow(RangeError);
    },
  );
});

test('encodeFilter lays out struct sock_filter', () => {
  const bytes = encodeFilter([{ code: 0x15, jt: 1, jf: 2, k: -0x1000 }], true);
  expect([...bytes]).toEqual([0x15, 0, 1, 2, 0x00, 0xf0, 0xff, 0xff]);
});
