/**
 * `--filter`: a small part of pcap-filter(7), so that what is accepted here means the same to tcpdump. Where pcap-filter surprises,
 * it is refused instead: `and` and `or` (of equal rank there) need parentheses between them, and no qualifier is carried over
 * (`port 80 or 443`). Names are not looked up. `tcp-rst` and its like alone are ours: short for `tcp[tcpflags] & tcp-rst != 0`.
 * Unlike libpcap this looks behind VLAN tags and IPv6 extension headers.
 *
 *   expression  term, or terms joined by `and` (`&&`), or terms joined by `or` (`||`)
 *   term        `not` (`!`) term | `(` expression `)` | primitive
 *   primitive   [src|dst] host ADDRESS | [src|dst] net ADDRESS/LEN | [tcp] [src|dst] port N | tcp | icmp | icmp6 | ip | ip6
 *               | tcp[tcpflags] & FLAGS != 0 | tcp[tcpflags] & FLAGS == 0 | tcp-rst | tcp-syn | tcp-fin | tcp-ack | tcp-push | tcp-urg
 *   FLAGS       tcp-rst | (tcp-rst|tcp-fin|...)
 */
import { ClearError } from '@resetscope/telemetry/clear-error';
import { type AddressWords, type Packet, parseAddress, TcpFlag } from '@resetscope/wire';
import { FilterTokens } from './filter-tokens.ts';

/** What the ring keeps: everything else was left out at capture. */
export type PacketKind = 'tcp' | 'icmp';

export type PacketTest = (packet: Packet, kind: PacketKind) => boolean;

type Direction = 'src' | 'dst' | null;

/** pcap-filter(7), "tcp-fin, tcp-syn, ...". */
const FLAGS: ReadonlyMap<string, number> = new Map([
  ['tcp-fin', TcpFlag.FIN],
  ['tcp-syn', TcpFlag.SYN],
  ['tcp-rst', TcpFlag.RST],
  ['tcp-push', TcpFlag.PSH],
  ['tcp-ack', TcpFlag.ACK],
  ['tcp-urg', TcpFlag.URG],
]);

const PROTOCOLS: ReadonlyMap<string, PacketTest> = new Map<string, PacketTest>([
  ['tcp', (_, kind) => kind === 'tcp'],
  ['icmp', ({ ipVersion }, kind) => kind === 'icmp' && ipVersion === 4],
  ['icmp6', ({ ipVersion }, kind) => kind === 'icmp' && ipVersion === 6],
  ['ip', ({ ipVersion }) => ipVersion === 4],
  ['ip6', ({ ipVersion }) => ipVersion === 6],
]);

/** Longest expression: nesting is bounded by it. */
const MAX_FILTER_LEN = 2000;

/** @throws ClearError RS_USAGE, with the position counted from 1. */
export function parsePacketFilter(text: string): PacketTest {
  if (text.length > MAX_FILTER_LEN) {
    const message = `--filter: expected at most ${MAX_FILTER_LEN} characters, got ${text.length}`;
    throw new ClearError('RS_USAGE', message);
  }
  const tokens = new FilterTokens(text);
  const test = readExpression(tokens);
  if (tokens.peek() !== '') throw tokens.unexpected('and, or, or the end');
  return test;
}

function readExpression(tokens: FilterTokens): PacketTest {
  let test = readTerm(tokens);
  const [first] = [joinOf(tokens)];
  for (let join = first; join !== null; join = joinOf(tokens)) {
    if (join !== first) throw tokens.unexpected(`parentheses where "and" and "or" meet`);
    tokens.next();
    test = join === 'and' ? both(test, readTerm(tokens)) : either(test, readTerm(tokens));
  }
  return test;
}

function joinOf(tokens: FilterTokens): 'and' | 'or' | null {
  const token = tokens.peek();
  if (token === 'and' || token === '&&') return 'and';
  return token === 'or' || token === '||' ? 'or' : null;
}

function both(a: PacketTest, b: PacketTest): PacketTest {
  return (packet, kind) => a(packet, kind) && b(packet, kind);
}

function either(a: PacketTest, b: PacketTest): PacketTest {
  return (packet, kind) => a(packet, kind) || b(packet, kind);
}

function readTerm(tokens: FilterTokens): PacketTest {
  if (tokens.take('not') || tokens.take('!')) {
    const test = readTerm(tokens);
    return (packet, kind) => !test(packet, kind);
  }
  if (tokens.take('(')) {
    const test = readExpression(tokens);
    if (!tokens.take(')')) throw tokens.unexpected('")"');
    return test;
  }
  return readPrimitive(tokens);
}

const EXPECTED = 'host, net, port, src, dst, tcp, icmp, icmp6, ip, ip6, tcp-rst, not or "("';

function readPrimitive(tokens: FilterTokens): PacketTest {
  const token = tokens.peek();
  const flag = FLAGS.get(token);
  if (flag !== undefined) {
    tokens.next();
    return hasFlags(flag);
  }
  if (token === 'tcp[tcpflags]') return readFlagTest(tokens);
  const protocol = PROTOCOLS.get(token);
  if (protocol !== undefined) {
    tokens.next();
    return token === 'tcp' && isQualifier(tokens.peek()) ? readPort(tokens, readDirection(tokens)) : protocol;
  }
  if (!isQualifier(token) && token !== 'host' && token !== 'net') throw tokens.unexpected(EXPECTED);
  const direction = readDirection(tokens);
  if (tokens.take('host')) return readHost(tokens, direction);
  if (tokens.take('net')) return readNet(tokens, direction);
  return readPort(tokens, direction);
}

function isQualifier(token: string): boolean {
  return token === 'src' || token === 'dst' || token === 'port';
}

function readDirection(tokens: FilterTokens): Direction {
  if (tokens.take('src')) return 'src';
  return tokens.take('dst') ? 'dst' : null;
}

function readHost(tokens: FilterTokens, direction: Direction): PacketTest {
  const words = parseAddress(tokens.peek());
  if (words === null) throw tokens.unexpected('an IPv4 or IPv6 address');
  tokens.next();
  return inNet(words, 128, direction);
}

function readNet(tokens: FilterTokens, direction: Direction): PacketTest {
  const [, address = '', lenText = ''] = /^([^/]*)\/(\d{1,3})$/.exec(tokens.peek()) ?? [];
  const words = parseAddress(address);
  const isIpv4 = !address.includes(':');
  const len = Number(lenText);
  if (words === null || len > (isIpv4 ? 32 : 128))
    throw tokens.unexpected('a network like 10.0.0.0/8 or 2001:db8::/32');
  const prefixLen = isIpv4 ? 96 + len : len;
  if (words.some((word, i) => (word & ~maskOf(i, prefixLen)) !== 0)) {
    throw tokens.unexpected(`an address whose bits after the first ${len} are 0`);
  }
  tokens.next();
  return inNet(words, prefixLen, direction);
}

/** Of the i-th of four words, when the first prefixLen bits count. */
function maskOf(i: number, prefixLen: number): number {
  const bits = Math.min(32, Math.max(0, prefixLen - 32 * i));
  return bits === 0 ? 0 : -1 << (32 - bits);
}

function inNet([w0, w1, w2, w3]: AddressWords, prefixLen: number, direction: Direction): PacketTest {
  const [m0, m1, m2, m3] = [0, 1, 2, 3].map((i) => maskOf(i, prefixLen)) as [number, number, number, number];
  const fits = (a: number, b: number, c: number, d: number): boolean =>
    ((a ^ w0) & m0) === 0 && ((b ^ w1) & m1) === 0 && ((c ^ w2) & m2) === 0 && ((d ^ w3) & m3) === 0;
  return (packet) =>
    (direction !== 'dst' && fits(packet.src0, packet.src1, packet.src2, packet.src3)) ||
    (direction !== 'src' && fits(packet.dst0, packet.dst1, packet.dst2, packet.dst3));
}

function readPort(tokens: FilterTokens, direction: Direction): PacketTest {
  if (!tokens.take('port')) throw tokens.unexpected(direction === null ? 'port' : 'host, net or port');
  const text = tokens.peek();
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65535)) throw tokens.unexpected('a port from 0 to 65535');
  tokens.next();
  return (packet, kind) =>
    kind === 'tcp' &&
    ((direction !== 'dst' && packet.srcPort === port) || (direction !== 'src' && packet.dstPort === port));
}

function hasFlags(flags: number): PacketTest {
  return (packet, kind) => kind === 'tcp' && (packet.flags & flags) !== 0;
}

/** `tcp[tcpflags] & FLAGS != 0`, or `== 0`: never true of what is no TCP segment. */
function readFlagTest(tokens: FilterTokens): PacketTest {
  tokens.next();
  if (!tokens.take('&')) throw tokens.unexpected('"&"');
  const any = hasFlags(readFlags(tokens));
  const isAny = tokens.take('!=');
  if (!isAny && !tokens.take('==') && !tokens.take('=')) throw tokens.unexpected('"!=" or "=="');
  if (!tokens.take('0')) throw tokens.unexpected('0');
  return isAny ? any : (packet, kind) => kind === 'tcp' && !any(packet, kind);
}

function readFlags(tokens: FilterTokens): number {
  const isList = tokens.take('(');
  let flags = 0;
  do {
    const flag = FLAGS.get(tokens.peek());
    if (flag === undefined) throw tokens.unexpected('a flag like tcp-rst');
    tokens.next();
    flags |= flag;
  } while (isList && tokens.take('|'));
  if (isList && !tokens.take(')')) throw tokens.unexpected('"|" or ")"');
  return flags;
}
