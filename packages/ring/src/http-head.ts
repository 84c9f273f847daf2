/**
 * The little of HTTP/1 that must be known before a body is thrown away: does a payload start a message, where does its head
 * end, and how long is the body. Tolerates bare LF as nginx does (RFC 9112 section 2.2). A head may go on over segments that
 * follow each other; segments in another order end the reading.
 */

const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const HTAB = 0x09;

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

const HTTP_1 = latin1('HTTP/1.');
const HEAD_METHOD = latin1('HEAD ');
const CONNECT_METHOD = latin1('CONNECT ');
const CONTENT_LENGTH = latin1('content-length:');
const TRANSFER_ENCODING = latin1('transfer-encoding:');
const CHUNKED = latin1('chunked');
const LAST_CHUNK = latin1('0\r\n\r\n');
export const LAST_CHUNK_LEN: number = LAST_CHUNK.length;

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

/** Bytes of an unfinished line that are held for the next segment: every field that matters here fits (RFC 9110 section 8.6). */
const MAX_HELD_LEN = 64;

/** What the head of a message says, read segment by segment; -1 stands for null. */
export class HttpHead {
  /** Bytes from the start of the latest segment's payload to after the empty line; -1: it does not end there. */
  headLen = -1;
  /** -1: none, not a number, or several that differ (RFC 9112 section 6.3). */
  contentLength = -1;
  chunked = false;
  /** A request with this method, or a response with this status (0: a request). */
  isHeadRequest = false;
  isConnectRequest = false;
  status = 0;
  private differs = false;
  private held: Uint8Array = new Uint8Array(0);

  /** Reads the head that starts at `at`; linear in its bytes. */
  read(bytes: Uint8Array, at: number, end: number): void {
    this.contentLength = -1;
    this.chunked = false;
    this.differs = false;
    this.status = hasBytes(bytes, at, end, HTTP_1) ? statusAt(bytes, at, end) : 0;
    this.isHeadRequest = hasBytes(bytes, at, end, HEAD_METHOD);
    this.isConnectRequest = hasBytes(bytes, at, end, CONNECT_METHOD);
    this.readLines(bytes, at, at, end);
  }

  /** Goes on with the bytes that follow those of the read or readOn before. */
  readOn(bytes: Uint8Array, at: number, end: number): void {
    const joined = new Uint8Array(this.held.length + end - at);
    joined.set(this.held);
    joined.set(bytes.subarray(at, end), this.held.length);
    this.readLines(joined, this.held.length, 0, joined.length);
  }

  /** A head like this one, which goes on elsewhere. */
  copy(): HttpHead {
    return Object.assign(new HttpHead(), this);
  }

  /** Reads the lines in [from, end) of a payload that starts at `payloadAt`; an unfinished one is held. */
  private readLines(bytes: Uint8Array, payloadAt: number, from: number, end: number): void {
    this.headLen = -1;
    let line = from;
    for (let i = from; i < end; i++) {
      if (bytes[i] !== LF) continue;
      if (i === line || (i === line + 1 && bytes[line] === CR)) {
        this.headLen = i + 1 - payloadAt;
        return;
      }
      this.readField(bytes, line, i);
      line = i + 1;
    }
    this.held = bytes.slice(line, Math.min(end, line + MAX_HELD_LEN));
  }

  /** The line [line, lineEnd), without its LF; a start line is no field that matters. */
  private readField(bytes: Uint8Array, line: number, lineEnd: number): void {
    const first = (bytes[line] as number) | 0x20;
    if (first === 0x63 && hasName(bytes, line, lineEnd, CONTENT_LENGTH)) {
      this.addContentLength(readDecimal(bytes, line + CONTENT_LENGTH.length, lineEnd));
    } else if (first === 0x74 && hasName(bytes, line, lineEnd, TRANSFER_ENCODING)) {
      this.chunked = endsInChunked(bytes, line + TRANSFER_ENCODING.length, lineEnd);
    }
  }

  private addContentLength(length: number): void {
    this.differs ||= length === -1 || (this.contentLength !== -1 && this.contentLength !== length);
    this.contentLength = this.differs ? -1 : length;
  }
}

/** Three digits after `HTTP/1.x `; 0 for anything else. */
function statusAt(bytes: Uint8Array, at: number, end: number): number {
  const from = at + 9;
  if (from + 3 > end) return 0;
  const digit = (i: number): number => (bytes[from + i] as number) - 0x30;
  return digit(0) * 100 + digit(1) * 10 + digit(2);
}

/** A decimal alone in [from, lineEnd); -1 for anything else, or past 2^53 (15 digits are taken). */
function readDecimal(bytes: Uint8Array, from: number, lineEnd: number): number {
  let at = from;
  while (at < lineEnd && isBlank(bytes[at] as number)) at++;
  const first = at;
  let value = 0;
  for (; at < lineEnd; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  if (at === first || at - first > 15) return -1;
  while (at < lineEnd && isBlank(bytes[at] as number)) at++;
  return at === lineEnd || bytes[at] === CR ? value : -1;
}

/** Is `chunked` the last coding of the line (RFC 9112 section 6.1)? */
function endsInChunked(bytes: Uint8Array, from: number, lineEnd: number): boolean {
  let stop = lineEnd;
  while (stop > from && (bytes[stop - 1] === CR || isBlank(bytes[stop - 1] as number))) stop--;
  return stop - CHUNKED.length >= from && hasName(bytes, stop - CHUNKED.length, stop, CHUNKED);
}

function isBlank(byte: number): boolean {
  return byte === SP || byte === HTAB;
}

/** How much of a last chunk without trailers the bytes end with, 0..5. before: how much those in front of them ended with. */
export function lastChunkTail(bytes: Uint8Array, start: number, end: number, before: number): number {
  const whole = before + end - start;
  if (before > 0 && whole <= LAST_CHUNK_LEN && isLastChunkFrom(before, bytes, start, end)) return whole;
  for (let at = Math.max(start, end - LAST_CHUNK_LEN); at < end; at++) {
    if ((at === start || bytes[at - 1] === LF) && isLastChunkFrom(0, bytes, at, end)) return end - at;
  }
  return 0;
}

/** Are the bytes in [at, end) those of a last chunk from its offset `from` on? */
function isLastChunkFrom(from: number, bytes: Uint8Array, at: number, end: number): boolean {
  for (let i = at; i < end; i++) if (bytes[i] !== LAST_CHUNK[from + i - at]) return false;
  return true;
}

/** Do the bytes end in a last chunk without trailers, at the start of a line? One that is split over two segments is not seen. */
export function endsInLastChunk(bytes: Uint8Array, start: number, end: number): boolean {
  return lastChunkTail(bytes, start, end, 0) === LAST_CHUNK_LEN;
}
