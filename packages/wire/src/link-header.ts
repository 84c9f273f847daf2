/** Link layer: where the network header starts, and what it is. Formats: tcpdump.org/linktypes; IEEE 802.1Q; RFC 1042 (SNAP); RFC 2516 (PPPoE).
 *  Addresses, 802.11 and everything that is not IP stay unread. */
import { readU8, readU16 } from './big-endian.ts';
import type { Packet } from './packet.ts';

/** LINKTYPE_ values, tcpdump.org/linktypes. */
export const LinkType = {
  NULL: 0,
  ETHERNET: 1,
  PPP: 9,
  /** DLT_RAW as some systems write it into files, on OpenBSD 14. */
  RAW_BSD: 12,
  RAW_OPENBSD: 14,
  RAW: 101,
  C_HDLC: 104,
  LOOP: 108,
  LINUX_SLL: 113,
  IPV4: 228,
  IPV6: 229,
  LINUX_SLL2: 276,
} as const;

/** IEEE 802 EtherTypes that matter here (iana.org/assignments/ieee-802-numbers). */
export const EtherType = {
  IPV4: 0x0800,
  IPV6: 0x86dd,
  MPLS: 0x8847,
  MPLS_MULTICAST: 0x8848,
  PPPOE_SESSION: 0x8864,
} as const;

/** Bytes of version, type, code, session id and length in front of PPP (RFC 2516 section 4). */
const PPPOE_HEADER_LEN = 6;

/** findNetworkHeader: the frame ends inside the link header. */
export const LINK_TOO_SHORT = -1;
/** findNetworkHeader: no decoder for this link type. */
export const LINK_UNKNOWN = -2;

const NOT_IP = -1;
/** Largest length in an 802.3 length field; above it the field is an EtherType (IEEE 802.3 section 3.2.6). */
const MAX_802_3_LEN = 1500;

/** Byte offset of the network header, or LINK_TOO_SHORT, or LINK_UNKNOWN. Sets etherType, vlan and packetType of the packet. */
export function findNetworkHeader(packet: Packet, linkType: number): number {
  packet.vlan = -1;
  packet.packetType = -1;
  packet.etherType = NOT_IP;
  switch (linkType) {
    case LinkType.ETHERNET:
      return readEtherType(packet, packet.frameStart + 12);
    case LinkType.LINUX_SLL:
      return readCooked(packet);
    case LinkType.LINUX_SLL2:
      return readCooked2(packet);
    case LinkType.RAW:
    case LinkType.RAW_BSD:
    case LinkType.RAW_OPENBSD:
    case LinkType.IPV4:
    case LinkType.IPV6:
      return readRaw(packet);
    case LinkType.NULL:
    case LinkType.LOOP:
      return readFamily(packet);
    case LinkType.C_HDLC:
      return readEtherType(packet, packet.frameStart + 2);
    case LinkType.PPP:
      return readPpp(packet, packet.frameStart);
    default:
      return LINK_UNKNOWN;
  }
}

/** EtherType or 802.3 length at `at`, behind it any number of tags. */
function readEtherType(packet: Packet, at: number): number {
  const { bytes } = packet;
  if (at + 2 > packet.frameEnd) return LINK_TOO_SHORT;
  const type = readU16(bytes, at);
  packet.etherType = type;
  if (type === EtherType.IPV4 || type === EtherType.IPV6) return at + 2;
  return isTag(type) ? skipTags(packet, at + 2) : enterEtherType(packet, at + 2);
}

/** 802.1Q, 802.1ad, and the two QinQ types from before the standard. */
function isTag(etherType: number): boolean {
  return etherType === 0x8100 || etherType === 0x88a8 || etherType === 0x9100 || etherType === 0x9200;
}

/** `at`: first byte behind the tag protocol identifier. A tag is TCI (priority 3, DEI 1, id 12 bits), EtherType. */
function skipTags(packet: Packet, at: number): number {
  const { bytes } = packet;
  let next = at;
  while (next + 4 <= packet.frameEnd) {
    packet.vlan = readU16(bytes, next) & 0xfff;
    packet.etherType = readU16(bytes, next + 2);
    next += 4;
    if (!isTag(packet.etherType)) return enterEtherType(packet, next);
  }
  return LINK_TOO_SHORT;
}

/** What stands behind an EtherType that is neither IP nor a tag; a length in its place means LLC. */
function enterEtherType(packet: Packet, at: number): number {
  if (packet.etherType <= MAX_802_3_LEN) return readLlc(packet, at);
  return packet.etherType === EtherType.PPPOE_SESSION ? readPpp(packet, at + PPPOE_HEADER_LEN) : at;
}

/** LLC/SNAP (AA AA 03, OUI 0) has the EtherType 6 bytes on; other LLC is not IP. */
function readLlc(packet: Packet, at: number): number {
  const { bytes } = packet;
  packet.etherType = NOT_IP;
  const isSnap = at + 8 <= packet.frameEnd && readU16(bytes, at) === 0xaaaa && readU8(bytes, at + 2) === 3;
  if (!isSnap || readU8(bytes, at + 3) !== 0 || readU16(bytes, at + 4) !== 0) return at;
  packet.etherType = readU16(bytes, at + 6);
  return at + 8;
}

/** LINKTYPE_LINUX_SLL: packet type 2, ARPHRD 2, address length 2, address 8, protocol 2. */
function readCooked(packet: Packet): number {
  const { bytes, frameStart } = packet;
  if (frameStart + 16 > packet.frameEnd) return LINK_TOO_SHORT;
  packet.packetType = readU16(bytes, frameStart);
  return readEtherType(packet, frameStart + 14);
}

/** LINKTYPE_LINUX_SLL2: protocol 2, reserved 2, interface 4, ARPHRD 2, packet type 1, address length 1, address 8. */
function readCooked2(packet: Packet): number {
  const { bytes, frameStart } = packet;
  if (frameStart + 20 > packet.frameEnd) return LINK_TOO_SHORT;
  packet.packetType = readU8(bytes, frameStart + 10);
  packet.etherType = readU16(bytes, frameStart);
  if (isTag(packet.etherType)) return skipTags(packet, frameStart + 20);
  return enterEtherType(packet, frameStart + 20);
}

/** No link header: the version nibble decides. */
function readRaw(packet: Packet): number {
  const { frameStart } = packet;
  if (frameStart >= packet.frameEnd) return LINK_TOO_SHORT;
  const version = readU8(packet.bytes, frameStart) >>> 4;
  if (version === 4) packet.etherType = EtherType.IPV4;
  if (version === 6) packet.etherType = EtherType.IPV6;
  return frameStart;
}

/** LINKTYPE_NULL and LINKTYPE_LOOP: a 4-byte address family, in the byte order of the capturing host. */
function readFamily(packet: Packet): number {
  const { bytes, frameStart } = packet;
  if (frameStart + 4 > packet.frameEnd) return LINK_TOO_SHORT;
  const bigEndian = readU16(bytes, frameStart) === 0;
  const family = bigEndian
    ? readU16(bytes, frameStart + 2)
    : readU8(bytes, frameStart) | (readU8(bytes, frameStart + 1) << 8);
  if (family === 2) packet.etherType = EtherType.IPV4;
  // AF_INET6 of Linux, of NetBSD and OpenBSD, of FreeBSD, of macOS (tcpdump.org/linktypes, LINKTYPE_NULL).
  if (family === 10 || family === 24 || family === 28 || family === 30) packet.etherType = EtherType.IPV6;
  return frameStart + 4;
}

/** RFC 1661 section 2, RFC 1662 section 3.1: FF 03 may be left out. Protocols: RFC 1332, RFC 5072. */
function readPpp(packet: Packet, start: number): number {
  const { bytes } = packet;
  if (start + 4 > packet.frameEnd) return LINK_TOO_SHORT;
  const at = readU16(bytes, start) === 0xff03 ? start + 2 : start;
  const protocol = readU16(bytes, at);
  packet.etherType = NOT_IP;
  if (protocol === 0x0021) packet.etherType = EtherType.IPV4;
  if (protocol === 0x0057) packet.etherType = EtherType.IPV6;
  return at + 2;
}
