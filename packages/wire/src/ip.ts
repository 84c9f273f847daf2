/** IPv4 (RFC 791) and IPv6 (RFC 8200) headers, extension headers, and the choice of what is above.
 *  Reads, never judges: checksums are not verified, fragments are not reassembled, tunnels are not entered. */
import { readI32, readU8, readU16 } from './big-endian.ts';
import type { DecodeOutcome } from './decode-outcome.ts';
import { type Packet, tooShort } from './packet.ts';
import { decodeTcp } from './tcp.ts';

/** Bytes, without options (RFC 791 section 3.1). */
export const IPV4_HEADER_MIN_LEN = 20;
/** Bytes, without extension headers (RFC 8200 section 3). */
export const IPV6_HEADER_LEN = 40;

/** iana.org/assignments/protocol-numbers. */
export const IpProtocol = {
  HOP_BY_HOP: 0,
  ICMP: 1,
  IPV4: 4,
  TCP: 6,
  UDP: 17,
  IPV6: 41,
  ROUTING: 43,
  FRAGMENT: 44,
  GRE: 47,
  AH: 51,
  ICMPV6: 58,
  DESTINATION: 60,
  MPLS: 137,
} as const;

/** VXLAN (RFC 7348), VXLAN as Linux sent it before (drivers/net/vxlan), Geneve (RFC 8926), GTP-U (3GPP TS 29.281). */
const TUNNEL_PORTS: ReadonlySet<number> = new Set([4789, 8472, 6081, 2152]);

/** more-fragments bit and fragment offset of the word at 6 (RFC 791 section 3.1). */
const IPV4_FRAGMENT_MASK = 0x3fff;
/** Fragment offset and M flag of the fragment header's word at 2 (RFC 8200 section 4.5). */
const IPV6_FRAGMENT_MASK = 0xfff9;

/** `at`: offset of the IPv4 header in packet.bytes. */
export function decodeIpv4(packet: Packet, at: number): DecodeOutcome {
  const { bytes } = packet;
  if (at + IPV4_HEADER_MIN_LEN > packet.frameEnd) return tooShort(packet);
  const versionAndLen = readU8(bytes, at);
  const headerLen = (versionAndLen & 0x0f) << 2;
  const totalLen = lenOnWire(readU16(bytes, at + 2), packet.wireLen - (at - packet.frameStart));
  if (versionAndLen >>> 4 !== 4 || headerLen < IPV4_HEADER_MIN_LEN || totalLen < headerLen) return 'malformed';
  const fragment = readU16(bytes, at + 6);
  packet.ipOffset = at;
  packet.ipVersion = 4;
  packet.ipId = readU16(bytes, at + 4);
  packet.dontFragment = (fragment & 0x4000) !== 0;
  packet.ttl = readU8(bytes, at + 8);
  packet.src0 = 0;
  packet.src1 = 0;
  packet.src2 = 0xffff;
  packet.src3 = readI32(bytes, at + 12);
  packet.dst0 = 0;
  packet.dst1 = 0;
  packet.dst2 = 0xffff;
  packet.dst3 = readI32(bytes, at + 16);
  if ((fragment & IPV4_FRAGMENT_MASK) !== 0) return 'fragment';
  return decodeTransport(packet, readU8(bytes, at + 9), at + headerLen, totalLen - headerLen);
}

/** The length field, but never more than the frame held: a receiver drops what claims more (Linux net/ipv4/ip_input.c, InTruncatedPkts),
 *  and a forged length must not move sequence numbers. 0 is a jumbogram (RFC 2675) or a segment captured before offload cut it up. */
function lenOnWire(lengthField: number, frameRoom: number): number {
  return lengthField === 0 || lengthField > frameRoom ? frameRoom : lengthField;
}

/** `at`: offset of the IPv6 header in packet.bytes. */
export function decodeIpv6(packet: Packet, at: number): DecodeOutcome {
  const { bytes } = packet;
  if (at + IPV6_HEADER_LEN > packet.frameEnd) return tooShort(packet);
  if (readU8(bytes, at) >>> 4 !== 6) return 'malformed';
  packet.ipOffset = at;
  packet.ipVersion = 6;
  packet.ipId = -1;
  packet.dontFragment = false;
  packet.ttl = readU8(bytes, at + 7);
  packet.src0 = readI32(bytes, at + 8);
  packet.src1 = readI32(bytes, at + 12);
  packet.src2 = readI32(bytes, at + 16);
  packet.src3 = readI32(bytes, at + 20);
  packet.dst0 = readI32(bytes, at + 24);
  packet.dst1 = readI32(bytes, at + 28);
  packet.dst2 = readI32(bytes, at + 32);
  packet.dst3 = readI32(bytes, at + 36);
  const start = at + IPV6_HEADER_LEN;
  const payloadLen = lenOnWire(readU16(bytes, at + 4), packet.wireLen - (start - packet.frameStart));
  const protocol = readU8(bytes, at + 6);
  if (protocol === IpProtocol.TCP) return decodeTcp(packet, start, payloadLen);
  return skipExtensions(packet, protocol, start, payloadLen);
}

/** Every extension header is at least 8 bytes, so this ends with the frame. */
function skipExtensions(packet: Packet, firstProtocol: number, start: number, payloadLen: number): DecodeOutcome {
  const { bytes } = packet;
  let protocol = firstProtocol;
  let at = start;
  while (isExtension(protocol)) {
    if (at + 8 > packet.frameEnd) return tooShort(packet);
    if (protocol === IpProtocol.FRAGMENT && (readU16(bytes, at + 2) & IPV6_FRAGMENT_MASK) !== 0) return 'fragment';
    const headerLen = extensionLen(protocol, readU8(bytes, at + 1));
    protocol = readU8(bytes, at);
    at += headerLen;
  }
  const left = payloadLen - (at - start);
  return left < 0 ? 'malformed' : decodeTransport(packet, protocol, at, left);
}

function isExtension(protocol: number): boolean {
  switch (protocol) {
    case IpProtocol.HOP_BY_HOP:
    case IpProtocol.ROUTING:
    case IpProtocol.FRAGMENT:
    case IpProtocol.AH:
    case IpProtocol.DESTINATION:
      return true;
    default:
      return false;
  }
}

/** Bytes. AH counts in 4-byte units minus 2 (RFC 4302 section 2.2), the fragment header has no length, the others count in 8-byte units minus 1. */
function extensionLen(protocol: number, lengthField: number): number {
  if (protocol === IpProtocol.AH) return (lengthField + 2) << 2;
  return protocol === IpProtocol.FRAGMENT ? 8 : (lengthField + 1) << 3;
}

/** `len`: bytes above IP on the wire, from `at`. */
function decodeTransport(packet: Packet, protocol: number, at: number, len: number): DecodeOutcome {
  switch (protocol) {
    case IpProtocol.TCP:
      return decodeTcp(packet, at, len);
    case IpProtocol.UDP:
      return isTunnelPort(packet, at) ? 'tunnel' : 'udp';
    case IpProtocol.ICMP:
    case IpProtocol.ICMPV6:
      return 'icmp';
    case IpProtocol.IPV4:
    case IpProtocol.IPV6:
    case IpProtocol.GRE:
    case IpProtocol.MPLS:
      return 'tunnel';
    default:
      return 'not-tcp';
  }
}

function isTunnelPort({ bytes, frameEnd }: Packet, udpAt: number): boolean {
  return udpAt + 4 <= frameEnd && TUNNEL_PORTS.has(readU16(bytes, udpAt + 2));
}
