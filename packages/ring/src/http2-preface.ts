/** The start of a cleartext HTTP/2 connection (RFC 9113 section 3.4): the preface and the frames around it that carry no
 *  request data. Header blocks are left out: they hold paths and cookies. */
import { hasBytes } from './http-head.ts';

const PREFACE: Uint8Array = Uint8Array.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', (char) => char.charCodeAt(0));
/** RFC 9113 section 4.1: length 3, type 1, flags 1, stream 4. */
const FRAME_HEADER_LEN = 9;
/** RFC 9113 section 6.5 and 6.9. */
const SETTINGS = 4;
const WINDOW_UPDATE = 8;
/** Enough for the preface, a SETTINGS of ten settings, a WINDOW_UPDATE and the header of the first request. */
const MAX_KEPT_LEN = 128;

export function startsHttp2(bytes: Uint8Array, at: number, end: number): boolean {
  return hasBytes(bytes, at, end, PREFACE);
}

/** Bytes to keep from `at`, where startsHttp2 said yes: up to and with the header of the first frame that has request data. */
export function prefaceLen(bytes: Uint8Array, at: number, end: number): number {
  const limit = Math.min(end, at + MAX_KEPT_LEN);
  let next = at + PREFACE.length;
  while (next + FRAME_HEADER_LEN <= limit) {
    const length = ((bytes[next] as number) << 16) | ((bytes[next + 1] as number) << 8) | (bytes[next + 2] as number);
    const type = bytes[next + 3];
    next += FRAME_HEADER_LEN;
    if (type !== SETTINGS && type !== WINDOW_UPDATE) return next - at;
    next += length;
  }
  return Math.min(next, limit) - at;
}
