/**
 * The kernel filter for TCP over IPv4 and IPv6 and the ICMP errors that speak of TCP. Loads go by the network header, not by
 * the link header, so one program serves Ethernet, loopback and tunnels alike. The kernel has taken an outer VLAN tag off;
 * tags still in the frame (the inner one of QinQ, and all of them in what a device without tagging hardware sends) are
 * stepped over, up to two. TCP behind one IPv6 extension header is accepted on any port, and whatever is behind two: the rest
 * is left to whoever decodes. Not accepted: later IPv4 fragments when ports are asked for; they have none.
 */
import { type BpfInstruction, type BpfLine, ETHER_TYPE, NETWORK_HEADER, Op, resolveJumps } from './bpf.ts';

/** More would pass the 8-bit reach of a jump. */
export const MAX_FILTER_PORTS = 100;
/** Largest IP packet and more than any link header (tcpdump's older default, MAXIMUM_SNAPLEN). */
export const DEFAULT_SNAP_LEN = 65535;

/** EtherTypes (IEEE 802 numbers of IANA). */
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const C_TAG = 0x8100;
const S_TAG = 0x88a8;

/** Offset of the EtherType of an Ethernet frame, and what a tag moves it by (IEEE 802.3, 802.1Q). */
const ETHER_TYPE_AT = 12;
const TAG_LEN = 4;

/** Protocol numbers (IANA): hop-by-hop options, routing, fragment, authentication and destination options header. */
const EXTENSION_HEADERS: readonly number[] = [0, 43, 44, 51, 60];

export interface FilterOptions {
  /** Source or destination port is one of these; empty: every port. At most MAX_FILTER_PORTS. */
  readonly ports?: readonly number[];
  /** Bytes of a packet to capture: the filter's return value. */
  readonly snapLen?: number;
}

/** @throws RangeError for more than MAX_FILTER_PORTS ports or a number that is no port. */
export function compileFilter(options: FilterOptions = {}): readonly BpfInstruction[] {
  const ports = [...new Set(options.ports ?? [])];
  const wrong = ports.find((port) => !Number.isInteger(port) || port < 1 || port > 65535);
  if (wrong !== undefined || ports.length > MAX_FILTER_PORTS) {
    throw new RangeError(`expected at most ${MAX_FILTER_PORTS} ports of 1 to 65535, got ${wrong ?? ports.length}`);
  }
  const snapLen = options.snapLen ?? DEFAULT_SNAP_LEN;
  const headers = [NETWORK_HEADER, ...[1, 2].map((tags) => ETHER_TYPE_AT + 2 + tags * TAG_LEN)];
  return resolveJumps([
    { code: Op.LD_W, k: ETHER_TYPE },
    ...headers.flatMap((at, tags) => [
      ...etherTypeLines(tags, headers.length),
      ...ipv4Lines(at, tags, ports.length > 0),
      ...ipv6Lines(at, tags),
      ...returnLines(`${tags}`, snapLen),
    ]),
    ...portLines(ports),
    ...returnLines('', snapLen),
  ]);
}

/** Expects in A the EtherType behind `tags` tags of the frame's own. */
function etherTypeLines(tags: number, levels: number): readonly BpfLine[] {
  const load: BpfLine = { label: `tagged ${tags}`, code: Op.LD_H, k: ETHER_TYPE_AT + tags * TAG_LEN };
  const next = tags + 1 < levels ? `tagged ${tags + 1}` : `reject ${tags}`;
  return [
    ...(tags === 0 ? [] : [load]),
    { code: Op.JEQ, k: IPV4, yes: `ipv4 ${tags}` },
    { code: Op.JEQ, k: IPV6, yes: `ipv6 ${tags}` },
    { code: Op.JEQ, k: C_TAG, yes: next },
    { code: Op.JEQ, k: S_TAG, yes: next, no: `reject ${tags}` },
  ];
}

/** A later fragment has no ports to compare and no ICMP type. */
function ipv4Lines(at: number, tags: number, hasPorts: boolean): readonly BpfLine[] {
  const [accept, reject] = [`accept ${tags}`, `reject ${tags}`];
  const fragmentOffset: BpfLine = { code: Op.LD_H, k: at + 6 };
  const isLater: BpfLine = { code: Op.JSET, k: 0x1fff, yes: reject };
  return [
    { label: `ipv4 ${tags}`, code: Op.LDX_IHL, k: at },
    ...addToX(at - NETWORK_HEADER),
    { code: Op.LD_B, k: at + 9 },
    { code: Op.JEQ, k: 6, yes: `tcp4 ${tags}` },
    { code: Op.JEQ, k: 1, no: reject },
    fragmentOffset,
    isLater,
    { code: Op.LD_B_X, k: NETWORK_HEADER },
    // Destination unreachable, source quench, time exceeded, parameter problem (RFC 792).
    ...[3, 4, 11].map((type) => ({ code: Op.JEQ, k: type, yes: accept })),
    { code: Op.JEQ, k: 12, yes: accept, no: reject },
    ...(hasPorts ? [{ ...fragmentOffset, label: `tcp4 ${tags}` }, isLater] : []),
    { ...(hasPorts ? {} : { label: `tcp4 ${tags}` }), code: Op.JUMP, k: 0, yes: 'ports' },
  ];
}

function ipv6Lines(at: number, tags: number): readonly BpfLine[] {
  const [accept, reject] = [`accept ${tags}`, `reject ${tags}`];
  return [
    { label: `ipv6 ${tags}`, code: Op.LDX, k: at - NETWORK_HEADER + 40 },
    { code: Op.LD_B, k: at + 6 },
    ...EXTENSION_HEADERS.map((header) => ({ code: Op.JEQ, k: header, yes: `extended ${tags}` })),
    { code: Op.JEQ, k: 6, yes: `tcp6 ${tags}` },
    { code: Op.JEQ, k: 58, no: reject },
    { code: Op.LD_B, k: at + 40 },
    // ICMPv6 errors are the types below 128 (RFC 4443 section 2.1).
    { code: Op.JSET, k: 0x80, yes: reject, no: accept },
    // Each kind of extension header begins with the number of the next (RFC 8200 section 4, RFC 4302 section 2).
    { label: `extended ${tags}`, code: Op.LD_B, k: at + 40 },
    ...[6, ...EXTENSION_HEADERS].map((header) => ({ code: Op.JEQ, k: header, yes: accept })),
    { code: Op.JUMP, k: 0, yes: reject },
    { label: `tcp6 ${tags}`, code: Op.JUMP, k: 0, yes: 'ports' },
  ];
}

function addToX(distance: number): readonly BpfLine[] {
  if (distance === 0) return [];
  return [
    { code: Op.TXA, k: 0 },
    { code: Op.ADD, k: distance },
    { code: Op.TAX, k: 0 },
  ];
}

/** Expects in X the distance of the TCP header from the network header. */
function portLines(ports: readonly number[]): readonly BpfLine[] {
  if (ports.length === 0) return [{ label: 'ports', code: Op.JUMP, k: 0, yes: 'accept ' }];
  const anyOf = ports.map((port) => ({ code: Op.JEQ, k: port, yes: 'accept ' }));
  return [
    { label: 'ports', code: Op.LD_H_X, k: NETWORK_HEADER },
    ...anyOf,
    { code: Op.LD_H_X, k: NETWORK_HEADER + 2 },
    ...anyOf,
  ];
}

/** Each part of the program has its own: a conditional jump does not reach over the ports. */
function returnLines(part: string, snapLen: number): readonly BpfLine[] {
  return [
    { label: `reject ${part}`, code: Op.RET, k: 0 },
    { label: `accept ${part}`, code: Op.RET, k: snapLen },
  ];
}
