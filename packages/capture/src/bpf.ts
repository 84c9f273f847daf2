/**
 * The kernel filter: classic BPF (Linux Documentation/networking/filter.rst) for TCP over IPv4 and IPv6 and the ICMP errors
 * that speak of TCP. Loads go by the network header (SKF_NET_OFF), not by the link header, so one program serves Ethernet,
 * loopback and tunnels alike; VLAN tags do not disturb it because the kernel has taken the outer one off. Not accepted: IPv6
 * extension headers, packets with a second VLAN tag, later fragments when ports are asked for.
 */

/** One instruction: struct sock_filter of linux/filter.h. */
export interface BpfInstruction {
  readonly code: number;
  /** Instructions skipped when a jump's condition holds, and when not; 0..255. */
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** linux/bpf_common.h. */
const Op = {
  /** A = word / half / byte at k. */
  LD_W: 0x20,
  LD_H: 0x28,
  LD_B: 0x30,
  /** A = half / byte at X + k. */
  LD_H_X: 0x48,
  LD_B_X: 0x50,
  /** X = k. */
  LDX: 0x01,
  /** X = 4 * (byte at k & 15): length of an IPv4 header. */
  LDX_IHL: 0xb1,
  JUMP: 0x05,
  JEQ: 0x15,
  JSET: 0x45,
  RET: 0x06,
} as const;

/** linux/filter.h: offsets from here on count from the network header. */
const NET = -0x100000;
/** linux/filter.h, SKF_AD_OFF + SKF_AD_PROTOCOL: the EtherType, without an outer VLAN tag, in host order. */
const ETHER_TYPE = -0x1000;

/** More would pass the 8-bit reach of a jump. */
export const MAX_FILTER_PORTS = 100;
/** Largest IP packet and more than any link header (tcpdump's older default, MAXIMUM_SNAPLEN). */
export const DEFAULT_SNAP_LEN = 65535;

export interface FilterOptions {
  /** Source or destination port is one of these; empty: every port. At most MAX_FILTER_PORTS. */
  readonly ports?: readonly number[];
  /** Bytes of a packet to capture: the filter's return value. */
  readonly snapLen?: number;
}

/** A line of the program before its jumps are resolved: labels instead of distances, null for the next line. */
interface Line {
  readonly label?: string;
  readonly code: number;
  readonly k: number;
  readonly yes?: string;
  readonly no?: string;
}

/** @throws RangeError for more than MAX_FILTER_PORTS ports or a number that is no port. */
export function compileFilter(options: FilterOptions = {}): readonly BpfInstruction[] {
  const ports = [...new Set(options.ports ?? [])];
  const wrong = ports.find((port) => !Number.isInteger(port) || port < 1 || port > 65535);
  if (wrong !== undefined || ports.length > MAX_FILTER_PORTS) {
    throw new RangeError(`expected at most ${MAX_FILTER_PORTS} ports of 1 to 65535, got ${wrong ?? ports.length}`);
  }
  return resolveJumps([
    { code: Op.LD_W, k: ETHER_TYPE },
    { code: Op.JEQ, k: 0x0800, yes: 'ipv4' },
    { code: Op.JEQ, k: 0x86dd, yes: 'ipv6', no: 'reject' },
    ...ipv4Lines(ports.length > 0),
    ...ipv6Lines(),
    ...portLines(ports),
    { label: 'reject', code: Op.RET, k: 0 },
    { label: 'accept', code: Op.RET, k: options.snapLen ?? DEFAULT_SNAP_LEN },
  ]);
}

/** Leaves the offset of the transport header in X. A later fragment has no ports to compare and no ICMP type. */
function ipv4Lines(hasPorts: boolean): readonly Line[] {
  const fragmentOffset: Line = { code: Op.LD_H, k: NET + 6 };
  const isLater: Line = { code: Op.JSET, k: 0x1fff, yes: 'reject' };
  return [
    { label: 'ipv4', code: Op.LDX_IHL, k: NET },
    { code: Op.LD_B, k: NET + 9 },
    { code: Op.JEQ, k: 6, yes: 'tcp4' },
    { code: Op.JEQ, k: 1, no: 'reject' },
    fragmentOffset,
    isLater,
    { code: Op.LD_B_X, k: NET },
    // Destination unreachable, source quench, time exceeded, parameter problem (RFC 792).
    ...[3, 4, 11].map((type) => ({ code: Op.JEQ, k: type, yes: 'accept' })),
    { code: Op.JEQ, k: 12, yes: 'accept', no: 'reject' },
    ...(hasPorts
      ? [
          { ...fragmentOffset, label: 'tcp4' },
          { ...isLater, no: 'ports' },
        ]
      : [{ label: 'tcp4', code: Op.JUMP, k: 0, yes: 'accept' }]),
  ];
}

function ipv6Lines(): readonly Line[] {
  return [
    { label: 'ipv6', code: Op.LDX, k: 40 },
    { code: Op.LD_B, k: NET + 6 },
    { code: Op.JEQ, k: 6, yes: 'ports' },
    { code: Op.JEQ, k: 58, no: 'reject' },
    { code: Op.LD_B, k: NET + 40 },
    // ICMPv6 errors are the types below 128 (RFC 4443 section 2.1).
    { code: Op.JSET, k: 0x80, yes: 'reject', no: 'accept' },
  ];
}

/** Expects the offset of the TCP header in X. */
function portLines(ports: readonly number[]): readonly Line[] {
  if (ports.length === 0) return [{ label: 'ports', code: Op.JUMP, k: 0, yes: 'accept' }];
  const anyOf = ports.map((port) => ({ code: Op.JEQ, k: port, yes: 'accept' }));
  return [{ label: 'ports', code: Op.LD_H_X, k: NET }, ...anyOf, { code: Op.LD_H_X, k: NET + 2 }, ...anyOf];
}

function resolveJumps(lines: readonly Line[]): readonly BpfInstruction[] {
  const distance = (at: number, label: string | undefined): number =>
    label === undefined ? 0 : lines.findIndex((line) => line.label === label) - at - 1;
  return lines.map((line, at) =>
    line.code === Op.JUMP
      ? { code: line.code, jt: 0, jf: 0, k: distance(at, line.yes) }
      : { code: line.code, jt: distance(at, line.yes), jf: distance(at, line.no), k: line.k },
  );
}

/** struct sock_filter[]: u16 code, u8 jt, u8 jf, u32 k, in the byte order of the host (`littleEndian`). */
export function encodeFilter(program: readonly BpfInstruction[], littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * program.length));
  for (const [i, { code, jt, jf, k }] of program.entries()) {
    view.setUint16(8 * i, code, littleEndian);
    view.setUint8(8 * i + 2, jt);
    view.setUint8(8 * i + 3, jf);
    view.setUint32(8 * i + 4, k >>> 0, littleEndian);
  }
  return new Uint8Array(view.buffer);
}
