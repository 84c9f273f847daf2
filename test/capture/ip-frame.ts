/** Ethernet frames and IP packets put together from parts, for what sockets do not send. Lengths and checksums of IP headers are right. */
import { buildTcpPacket, internetChecksum, joinBytes } from '@resetscope/wire';

/** Destination and source of a frame. */
export const ADDRESSES: Uint8Array = Uint8Array.of(2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1);
const IPV4_HEADER_LEN = 20;
const IPV6_HEADER_LEN = 40;

/** latin1. */
export function text(characters: string): Uint8Array {
  return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}

/** Numbers of 16 bits, one after the other. */
export function u16(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value >>> 8, value & 255]));
}

export function ethernet(etherType: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes([ADDRESSES, u16(etherType), ...parts]);
}

/** A packet of 10.8.0.2 to 10.8.0.1 (RFC 791). fragment: flags and offset. */
export function ipv4(protocol: number, payload: Uint8Array, options = new Uint8Array(0), fragment = 0): Uint8Array {
  const header = Buffer.alloc(IPV4_HEADER_LEN + options.length);
  header[0] = 0x40 | (header.length >> 2);
  header.writeUInt16BE(header.length + payload.length, 2);
  header.writeUInt16BE(fragment, 6);
  header[8] = 64;
  header[9] = protocol;
  header.set([10, 8, 0, 2, 10, 8, 0, 1], 12);
  header.set(options, IPV4_HEADER_LEN);
  header.writeUInt16BE(internetChecksum(header), 10);
  return joinBytes([header, payload]);
}

/** A packet of fd00::2 to fd00::1 (RFC 8200). */
export function ipv6(nextHeader: number, payload: Uint8Array): Uint8Array {
  const ends = { src: 'fd00::2', dst: 'fd00::1', srcPort: 0, dstPort: 0, flags: 0 };
  const header = Buffer.from(buildTcpPacket(ends).slice(0, IPV6_HEADER_LEN));
  header.writeUInt16BE(payload.length, 4);
  header[6] = nextHeader;
  return joinBytes([header, payload]);
}

/** An ICMP or ICMPv6 error that quotes a packet (RFC 792, RFC 4443), without its checksum. */
export function icmpError(type: number, code: number, quoted: Uint8Array): Uint8Array {
  return joinBytes([Uint8Array.of(type, code, 0, 0, 0, 0, 0, 0), quoted]);
}
