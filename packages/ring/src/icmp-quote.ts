/**
 * The packet that an ICMP error quotes (RFC 792, RFC 4443 section 3): whose connection it speaks of, and where its headers
 * end, so that quoted payload is not kept. Nothing else of ICMP is read.
 */
import type { Packet } from '@resetscope/wire';
import type { Endpoints } from './connection-key.ts';

/** Type, code, checksum and 4 bytes by type, before the quote. */
const ICMP_HEADER_LEN = 8;
const IPV6_HEADER_LEN = 40;
const PROTOCOL_TCP = 6;
const TCP_HEADER_MIN_LEN = 20;
/** What every ICMP error quotes at least of the transport header (RFC 792). */
const QUOTED_MIN_LEN = 8;

/** Filled by read; reused. The endpoints are those of the quoted packet, valid after `true`. */
export class IcmpQuote implements Endpoints {
  src0 = 0;
  src1 = 0;
  src2 = 0;
  src3 = 0;
  srcPort = 0;
  dst0 = 0;
  dst1 = 0;
  dst2 = 0;
  dst3 = 0;
  dstPort = 0;
  /** Offset in the packet's bytes behind the last header, quoted ones included. */
  headersEnd = 0;

  /** `packet`: decoded as `icmp`, without IPv6 extension headers. True: it quotes a TCP segment. Sets headersEnd in any case. */
  read(packet: Packet): boolean {
    const { bytes, frameEnd, ipOffset, ipVersion } = packet;
    const icmpAt = ipOffset + (ipVersion === 4 ? ipv4HeaderLen(bytes, ipOffset) : IPV6_HEADER_LEN);
    const at = icmpAt + ICMP_HEADER_LEN;
    this.headersEnd = Math.min(at, frameEnd);
    if (icmpAt >= frameEnd || !isError(ipVersion, bytes[icmpAt] as number)) return false;
    const tcpAt = ipVersion === 4 ? this.readIpv4(bytes, at, frameEnd) : this.readIpv6(bytes, at, frameEnd);
    if (tcpAt === -1 || tcpAt + QUOTED_MIN_LEN > frameEnd) return false;
    const view = viewOf(bytes);
    this.srcPort = view.getUint16(tcpAt);
    this.dstPort = view.getUint16(tcpAt + 2);
    const dataOffset = tcpAt + 12 < frameEnd ? view.getUint8(tcpAt + 12) >>> 4 : 0;
    this.headersEnd = Math.min(tcpAt + Math.max(dataOffset << 2, TCP_HEADER_MIN_LEN), frameEnd);
    return true;
  }

  /** Offset of the quoted TCP header, or -1. */
  private readIpv4(bytes: Uint8Array, at: number, end: number): number {
    if (at + 20 > end || (bytes[at] as number) >>> 4 !== 4 || bytes[at + 9] !== PROTOCOL_TCP) return -1;
    const view = viewOf(bytes);
    this.src0 = this.src1 = this.dst0 = this.dst1 = 0;
    this.src2 = this.dst2 = 0xffff;
    this.src3 = view.getInt32(at + 12);
    this.dst3 = view.getInt32(at + 16);
    return at + ipv4HeaderLen(bytes, at);
  }

  private readIpv6(bytes: Uint8Array, at: number, end: number): number {
    if (at + IPV6_HEADER_LEN > end || (bytes[at] as number) >>> 4 !== 6 || bytes[at + 6] !== PROTOCOL_TCP) return -1;
    const view = viewOf(bytes);
    this.src0 = view.getInt32(at + 8);
    this.src1 = view.getInt32(at + 12);
    this.src2 = view.getInt32(at + 16);
    this.src3 = view.getInt32(at + 20);
    this.dst0 = view.getInt32(at + 24);
    this.dst1 = view.getInt32(at + 28);
    this.dst2 = view.getInt32(at + 32);
    this.dst3 = view.getInt32(at + 36);
    return at + IPV6_HEADER_LEN;
  }
}

/** Unreachable, source quench, time exceeded, parameter problem; in ICMPv6 every type below 128 (RFC 4443 section 2.1). */
function isError(ipVersion: 4 | 6, type: number): boolean {
  if (ipVersion === 6) return type < 128;
  return type === 3 || type === 4 || type === 11 || type === 12;
}

function ipv4HeaderLen(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) & 0x0f) << 2;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
