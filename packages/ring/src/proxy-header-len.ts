/** The PROXY protocol header (HAProxy doc/proxy-protocol.txt 2.1 and 2.2) before the first message: how long it is, and what of it may be kept. */
import { hasBytes } from './http-head.ts';

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

const V1_START: Uint8Array = bytesOf('PROXY ');
/** Longest header of version 1, CRLF included (section 2.1). */
const V1_MAX_LEN = 107;
const LF = 0x0a;

const V2_START: Uint8Array = bytesOf('\r\n\r\n\0\r\nQUIT\n');
/** Signature, version and command, family, length (section 2.2). */
const V2_FIXED_LEN = 16;
/** Both addresses and ports, by address family: none, IPv4, IPv6. Behind them lie TLVs, which may name certificates and tokens. */
const V2_ADDRESSES_LEN: readonly number[] = [0, 12, 36];

/** Bytes of the header that starts at `at`; 0: there is none, or not all of it. */
export function proxyHeaderLen(bytes: Uint8Array, at: number, end: number): number {
  if (hasBytes(bytes, at, end, V1_START)) {
    for (let i = at; i < end && i < at + V1_MAX_LEN; i++) if (bytes[i] === LF) return i + 1 - at;
    return 0;
  }
  if (!hasBytes(bytes, at, end, V2_START) || end - at < V2_FIXED_LEN) return 0;
  const length = V2_FIXED_LEN + (((bytes[at + 14] as number) << 8) | (bytes[at + 15] as number));
  return at + length <= end ? length : 0;
}

/** Bytes of such a header that hold no TLV. */
export function proxyClearLen(bytes: Uint8Array, at: number, headerLen: number): number {
  if (bytes[at] !== V2_START[0]) return headerLen;
  const family = (bytes[at + 13] as number) >>> 4;
  return Math.min(headerLen, V2_FIXED_LEN + (V2_ADDRESSES_LEN[family] ?? 0));
}
