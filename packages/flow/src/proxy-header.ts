/**
 * The PROXY protocol header (HAProxy doc/proxy-protocol.txt 2.1 and 2.2): what a proxy says, before anything else, about the
 * connection for which it opened this one. Read for its length and the source address that it names; neither the destination
 * nor the TLVs of version 2 are read.
 *
 *     version 1   PROXY TCP4 192.0.2.7 192.0.2.1 56324 443 CR LF
 *     version 2   0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A | version, command | family | length, 2 bytes | addresses, ports, TLVs
 */
import { addressText, joinBytes, parseAddress } from '@resetscope/wire';
import { latin1 } from './http-head.ts';
import type { Payload } from './payload.ts';

export interface ProxyHeader {
  /** Bytes, from the first of the connection. */
  readonly len: number;
  /** Whom the proxy speaks for; null when it names nobody (UNKNOWN, LOCAL), or the capture cut it. */
  readonly sourceAddress: string | null;
  readonly sourcePort: number | null;
}

const NO_BYTES: Uint8Array = new Uint8Array(0);
const V1_START = 'PROXY ';
/** Longest header of version 1, CRLF included (section 2.1). */
const V1_MAX_LEN = 107;
const V1_WHOLE = /^PROXY (?:TCP[46] (\S+) \S+ (\d{1,5}) \d{1,5}|UNKNOWN[^\r\n]*)\r\n/;
const V1_CUT = /^PROXY TCP[46] (\S+) (?:\S+ (\d{1,5}) )?/;

const V2_START = '\r\n\r\n\0\r\nQUIT\n';
/** Signature, version and command, family, length (section 2.2). */
const V2_FIXED_LEN = 16;
/** What nginx reads of one (src/core/ngx_proxy_protocol.h, NGX_PROXY_PROTOCOL_MAX_HEADER). */
const V2_MAX_LEN = 4096;
/** Version 2, command PROXY. */
const V2_PROXY = 0x21;
/** Length of an address by family: TCP over IPv4, TCP over IPv6. */
const V2_ADDRESS_LEN: ReadonlyMap<number, number> = new Map([
  [0x11, 4],
  [0x21, 16],
]);

/** Takes the first payloads of a connection that begins with a header, until it is whole. */
export class ProxyHeaderReader {
  /** Null before its end. */
  header: ProxyHeader | null = null;
  private held: Uint8Array = NO_BYTES;

  /** How many bytes of the payload belong to the header. */
  read({ bytes, wireLen }: Payload): number {
    if (this.header !== null) return 0;
    const heldLen = this.held.length;
    const joined = heldLen === 0 ? bytes : joinBytes([this.held, bytes]);
    this.header = parseProxyHeader(joined, heldLen + wireLen);
    if (this.header !== null) return Math.min(wireLen, this.header.len - heldLen);
    const goesOn = startsProxyHeader(joined) && joined.length < (isStart(joined, V1_START) ? V1_MAX_LEN : V2_MAX_LEN);
    this.held = goesOn ? joined.slice() : NO_BYTES;
    return goesOn ? wireLen : 0;
  }
}

/** Its signature is whole: a proxy sends the header in one write. */
export function startsProxyHeader(bytes: Uint8Array): boolean {
  return isStart(bytes, V1_START) || isStart(bytes, V2_START);
}

/** wireLen: more than bytes.length when the capture cut them. Null: no header, or not all of it yet. */
export function parseProxyHeader(bytes: Uint8Array, wireLen: number): ProxyHeader | null {
  if (isStart(bytes, V1_START)) return parseV1(latin1(bytes, 0, V1_MAX_LEN), bytes.length, wireLen);
  return isStart(bytes, V2_START) && bytes.length >= V2_FIXED_LEN ? parseV2(bytes, wireLen) : null;
}

/** Where the end of the line was cut off, a segment that could be the header alone is taken for that. */
function parseV1(text: string, capturedLen: number, wireLen: number): ProxyHeader | null {
  const whole = V1_WHOLE.exec(text);
  if (whole !== null) return { len: whole[0].length, ...sourceOf(whole) };
  if (capturedLen === wireLen || text.includes('\n')) return null;
  return { len: wireLen <= V1_MAX_LEN ? wireLen : capturedLen, ...sourceOf(V1_CUT.exec(text)) };
}

/** Groups: address, port. */
function sourceOf(match: RegExpExecArray | null): Pick<ProxyHeader, 'sourceAddress' | 'sourcePort'> {
  const words = parseAddress(match?.[1] ?? '');
  const port = match?.[2];
  return {
    sourceAddress: words === null ? null : addressText(...words),
    sourcePort: words === null || port === undefined ? null : Number(port),
  };
}

/** Address of the source, of the destination, then their ports; as much of it as was captured. */
function parseV2(bytes: Uint8Array, wireLen: number): ProxyHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const len = V2_FIXED_LEN + view.getUint16(14);
  if (len > wireLen) return null;
  const addressLen = view.getUint8(12) === V2_PROXY ? V2_ADDRESS_LEN.get(view.getUint8(13)) : undefined;
  const isThere = (end: number): boolean => end <= Math.min(len, bytes.length);
  if (addressLen === undefined || !isThere(V2_FIXED_LEN + addressLen))
    return { len, sourceAddress: null, sourcePort: null };
  const word = (index: number): number => view.getInt32(V2_FIXED_LEN + 4 * index);
  const portAt = V2_FIXED_LEN + 2 * addressLen;
  return {
    len,
    sourceAddress:
      addressLen === 4 ? addressText(0, 0, 0xffff, word(0)) : addressText(word(0), word(1), word(2), word(3)),
    sourcePort: isThere(portAt + 2) ? view.getUint16(portAt) : null,
  };
}

function isStart(bytes: Uint8Array, start: string): boolean {
  return bytes[0] === start.charCodeAt(0) && latin1(bytes, 0, start.length) === start;
}
