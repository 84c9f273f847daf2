/** Frames made from fields: correct lengths and checksums, for testkit and examples. The inverse of PacketDecoder for plain TCP over Ethernet. */
import { type AddressWords, parseAddress } from './address.ts';
import { internetChecksum } from './checksum.ts';
import { IPV4_HEADER_MIN_LEN, IPV6_HEADER_LEN, IpProtocol } from './ip.ts';
import { joinBytes } from './join-bytes.ts';
import { EtherType } from './link-header.ts';
import type { Seq } from './seq.ts';
import { TCP_AT, TCP_HEADER_MIN_LEN, type TcpOption } from './tcp.ts';
import { encodeTcpOptions } from './tcp-options-encoder.ts';

export interface TcpFrameSpec {
  /** IPv4 or IPv6 text; both of one family. */
  readonly src: string;
  readonly dst: string;
  readonly srcPort: number;
  readonly dstPort: number;
  /** TcpFlag bits. */
  readonly flags: number;
  /** Default 0. */
  readonly seq?: Seq;
  /** Default 0. */
  readonly ack?: Seq;
  /** As sent, before scaling. Default 65535. */
  readonly window?: number;
  readonly options?: readonly TcpOption[];
  readonly payload?: Uint8Array;
  /** Hop limit for IPv6. Default 64. */
  readonly ttl?: number;
  /** IPv4 only. Default 0. */
  readonly ipId?: number;
  /** IPv4 only. Default true. */
  readonly dontFragment?: boolean;
  /** 802.1Q id; absent: untagged. */
  readonly vlan?: number;
}

/** 02:00:00:00:00:02 from 02:00:00:00:00:01: locally administered (IEEE 802 section 8.4). */
const MAC_ADDRESSES: Uint8Array = Uint8Array.of(2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1);

/** Ethernet frame, without padding to 60 bytes. @throws RangeError if an address does not parse or the families differ. */
export function buildTcpFrame(spec: TcpFrameSpec): Uint8Array {
  const packet = buildTcpPacket(spec);
  const etherType = isIpv4(addressOf(spec.src)) ? EtherType.IPV4 : EtherType.IPV6;
  const tag = spec.vlan === undefined ? new Uint8Array(0) : Uint8Array.of(0x81, 0, spec.vlan >>> 8, spec.vlan);
  return joinBytes([MAC_ADDRESSES, tag, Uint8Array.of(etherType >>> 8, etherType), packet]);
}

/** The same from the IP header on: for cooked, raw and other links. @throws RangeError as buildTcpFrame. */
export function buildTcpPacket(spec: TcpFrameSpec): Uint8Array {
  const src = addressOf(spec.src);
  const dst = addressOf(spec.dst);
  if (isIpv4(src) !== isIpv4(dst)) throw new RangeError(`expected one address family, got ${spec.src} and ${spec.dst}`);
  const segment = buildSegment(spec);
  const addresses = joinBytes([addressBytes(src), addressBytes(dst)]);
  const pseudoHeader = new Uint8Array(8);
  new DataView(pseudoHeader.buffer).setUint32(0, segment.length);
  pseudoHeader[7] = IpProtocol.TCP;
  // RFC 9293 section 3.1 and RFC 8200 section 8.1: the same sum, whatever the order and width of the fields.
  putU16(segment, TCP_AT.checksum, internetChecksum(joinBytes([addresses, pseudoHeader, segment])));
  const header = isIpv4(src) ? ipv4Header(spec, segment.length) : ipv6Header(spec, segment.length);
  header.set(addresses, header.length - addresses.length);
  if (isIpv4(src)) putU16(header, 10, internetChecksum(header));
  return joinBytes([header, segment]);
}

/** TCP header and payload, checksum 0. */
function buildSegment(spec: TcpFrameSpec): Uint8Array {
  const options = encodeTcpOptions(spec.options ?? []);
  const header = new DataView(new ArrayBuffer(TCP_HEADER_MIN_LEN));
  header.setUint16(TCP_AT.srcPort, spec.srcPort);
  header.setUint16(TCP_AT.dstPort, spec.dstPort);
  header.setUint32(TCP_AT.seq, spec.seq ?? 0);
  header.setUint32(TCP_AT.ack, spec.ack ?? 0);
  header.setUint8(TCP_AT.dataOffset, ((TCP_HEADER_MIN_LEN + options.length) >>> 2) << 4);
  header.setUint8(TCP_AT.flags, spec.flags);
  header.setUint16(TCP_AT.window, spec.window ?? 65_535);
  return joinBytes([new Uint8Array(header.buffer), options, spec.payload ?? new Uint8Array(0)]);
}

/** RFC 791 section 3.1; addresses and checksum 0. */
function ipv4Header(spec: TcpFrameSpec, segmentLen: number): Uint8Array {
  const header = new DataView(new ArrayBuffer(IPV4_HEADER_MIN_LEN));
  header.setUint8(0, 0x45);
  header.setUint16(2, IPV4_HEADER_MIN_LEN + segmentLen);
  header.setUint16(4, spec.ipId ?? 0);
  header.setUint16(6, (spec.dontFragment ?? true) ? 0x4000 : 0);
  header.setUint8(8, spec.ttl ?? 64);
  header.setUint8(9, IpProtocol.TCP);
  return new Uint8Array(header.buffer);
}

/** RFC 8200 section 3; addresses 0. */
function ipv6Header(spec: TcpFrameSpec, segmentLen: number): Uint8Array {
  const header = new DataView(new ArrayBuffer(IPV6_HEADER_LEN));
  header.setUint8(0, 0x60);
  header.setUint16(4, segmentLen);
  header.setUint8(6, IpProtocol.TCP);
  header.setUint8(7, spec.ttl ?? 64);
  return new Uint8Array(header.buffer);
}

function addressOf(text: string): AddressWords {
  const words = parseAddress(text);
  if (words === null) throw new RangeError(`expected an IP address, got ${JSON.stringify(text)}`);
  return words;
}

function isIpv4([w0, w1, w2]: AddressWords): boolean {
  return w0 === 0 && w1 === 0 && w2 === 0xffff;
}

/** 4 or 16 bytes. */
function addressBytes(words: AddressWords): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(16));
  for (const [index, word] of words.entries()) bytes.setInt32(index * 4, word);
  return new Uint8Array(bytes.buffer, isIpv4(words) ? 12 : 0);
}

function putU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}
