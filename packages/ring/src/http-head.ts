/**
 * The little of HTTP/1 that must be known before a body is thrown away: does a payload start a message, where does its head
 * end, and how long is the body. Tolerates bare LF as nginx does (RFC 9112 section 2.2). It does not reassemble: a head that
 * goes on in the next segment has no end here.
 */

const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const HTAB = 0x09;
const COLON = 0x3a;

/** Methods nginx knows (src/http/ngx_http_request.h, NGX_HTTP_GET and following) and PURGE, which caches use. */
const METHODS: readonly string[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'MKCOL',
  'COPY',
  'MOVE',
  'OPTIONS',
  'PROPFIND',
  'PROPPATCH',
  'LOCK',
  'UNLOCK',
  'PATCH',
  'TRACE',
  'CONNECT',
  'PURGE',
];

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

const STARTS: readonly Uint8Array[] = ['HTTP/1.', ...METHODS.map((method) => `${method} `)].map(latin1);

/** STARTS by their first byte: most payloads are refused after one look. */
const STARTS_BY_BYTE: readonly (readonly Uint8Array[])[] = Array.from({ length: 256 }, (_, byte) =>
  STARTS.filter((start) => start[0] === byte),
);

/** Does an HTTP/1 request or response start at `at`? Needs the whole method and its space, or `HTTP/1.`. */
export function startsHttpMessage(bytes: Uint8Array, at: number, end: number): boolean {
  const candidates = at < end ? STARTS_BY_BYTE[bytes[at] as number] : undefined;
  if (candidates === undefined) return false;
  for (let i = 0; i < candidates.length; i++) {
    if (hasBytes(bytes, at, end, candidates[i] as Uint8Array)) return true;
  }
  return false;
}

export function hasBytes(bytes: Uint8Array, at: number, end: number, wanted: Uint8Array): boolean {
  if (end - at < wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

/** Does `bytes` hold the lower-case `name` at `at`, in any case of letters? */
export function hasName(bytes: Uint8Array, at: number, end: number, name: Uint8Array): boolean {
  if (end - at < name.length) return false;
  for (let i = 0; i < name.length; i++) {
    const byte = bytes[at + i] as number;
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (lower !== name[i]) return false;
  }
  return true;
}

const CONTENT_LENGTH = latin1('content-length:');
const TRANSFER_ENCODING = latin1('transfer-encoding:');
const CHUNKED = latin1('chunked');
const LAST_CHUNK = latin1('0\r\n\r\n');

/** What the head at the start of one payload says; reused for every packet. -1 stands for null. */
export class HttpHead {
  /** Bytes from the start of the payload to after the empty line; -1: it does not end in these bytes. */
  headLen = -1;
  /** -1: none, not a number, or several that differ (RFC 9112 section 6.3). */
  contentLength = -1;
  chunked = false;
  private differs = false;

  /** Reads the head that starts at `at`; linear in its bytes. */
  read(bytes: Uint8Array, at: number, end: number): void {
    this.headLen = -1;
    this.contentLength = -1;
    this.chunked = false;
    this.differs = false;
    for (let i = at; i < end && this.headLen === -1; i++) {
      if (bytes[i] === LF) this.readLine(bytes, at, i + 1, end);
    }
    if (this.differs) this.contentLength = -1;
  }

  /** The line at `line`, of the head that starts at `at`. */
  private readLine(bytes: Uint8Array, at: number, line: number, end: number): void {
    const first = line < end ? (bytes[line] as number) : 0;
    if (first === LF) this.headLen = line + 1 - at;
    else if (first === CR && line + 1 < end && bytes[line + 1] === LF) this.headLen = line + 2 - at;
    else if ((first | 0x20) === 0x63 && hasName(bytes, line, end, CONTENT_LENGTH)) {
      this.addContentLength(readDecimal(bytes, line + CONTENT_LENGTH.length, end));
    } else if ((first | 0x20) === 0x74 && hasName(bytes, line, end, TRANSFER_ENCODING)) {
      this.chunked = endsInChunked(bytes, line + TRANSFER_ENCODING.length, end);
    }
  }

  private addContentLength(length: number): void {
    this.differs ||= length === -1 || (this.contentLength !== -1 && this.contentLength !== length);
    this.contentLength = length;
  }
}

/** A decimal alone on the rest of its line; -1 for anything else, or past 2^53 (15 digits are taken). */
function readDecimal(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && isBlank(bytes[at] as number)) at++;
  const first = at;
  let value = 0;
  for (; at < end; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  if (at === first || at - first > 15) return -1;
  while (at < end && isBlank(bytes[at] as number)) at++;
  return at < end && (bytes[at] === CR || bytes[at] === LF) ? value : -1;
}

/** Is `chunked` the last coding of the line (RFC 9112 section 6.1)? */
function endsInChunked(bytes: Uint8Array, from: number, end: number): boolean {
  let stop = from;
  while (stop < end && bytes[stop] !== LF) stop++;
  while (stop > from && (bytes[stop - 1] === CR || isBlank(bytes[stop - 1] as number))) stop--;
  return stop - CHUNKED.length >= from && hasName(bytes, stop - CHUNKED.length, stop, CHUNKED);
}

function isBlank(byte: number): boolean {
  return byte === SP || byte === HTAB;
}

/** Do the bytes end in a last chunk without trailers, at the start of a line? One that is split over two segments is not seen. */
export function endsInLastChunk(bytes: Uint8Array, start: number, end: number): boolean {
  const at = end - LAST_CHUNK.length;
  if (at < start || bytes[end - 1] !== LF) return false;
  return hasBytes(bytes, at, end, LAST_CHUNK) && (at === start || bytes[at - 1] === LF);
}

/** Offset of the colon that ends the field name of the line at `at`, or -1. */
export function fieldColon(bytes: Uint8Array, at: number, lineEnd: number): number {
  for (let i = at; i < lineEnd; i++) if (bytes[i] === COLON) return i;
  return -1;
}
