/** Which protocol a connection carries, from the first payload bytes seen on it. */
import { latin1, startsLikeHttp } from './http-head.ts';
import { startsFrame } from './http2-frame-reader.ts';
import type { Protocol } from './tcp-stream.ts';
import { startsLikeTls } from './tls-reader.ts';

/** Start of the HTTP/2 connection preface, as much as tells it from a method (RFC 9113 section 3.4). */
const HTTP2_PREFACE = 'PRI * HTTP/2.0';

/** A start line that no body is likely to hold: a status line, or a method and a target. */
const STATUS_LINE = /^HTTP\/1\.\d \d{3}/;
const METHOD_AND_TARGET = /^[A-Z][A-Z-]{2,23} [/*h]\S*/;
/** What follows the target: the version and the end of the line, or as much of that as the capture kept. */
const VERSION = / HTTP\/1\.\d\r?\n/y;
const CUT_VERSIONS: ReadonlySet<string> = new Set(
  [' HTTP/1.0\r', ' HTTP/1.1\r'].flatMap((text) =>
    Array.from({ length: text.length + 1 }, (_, end) => text.slice(0, end)),
  ),
);

/** bytes: of one segment, perhaps cut. Text protocols that begin with a capital word and a space (SMTP's EHLO) pass as HTTP/1. */
export function protocolOf(bytes: Uint8Array): Protocol {
  if (startsLikeTls(bytes)) return 'tls';
  if (startsLikeHttp(bytes) === null) return 'unknown';
  const start = latin1(bytes, 0, HTTP2_PREFACE.length);
  return start.length >= 3 && HTTP2_PREFACE.startsWith(start) ? 'http2' : 'http1';
}

/** Does an HTTP/1 message start here, for certain? For a connection whose beginning was not seen. */
export function startsMessage(bytes: Uint8Array): boolean {
  const text = latin1(bytes, 0, bytes.length);
  const end = METHOD_AND_TARGET.exec(text)?.[0].length;
  if (end === undefined) return STATUS_LINE.test(text);
  VERSION.lastIndex = end;
  return VERSION.test(text) || CUT_VERSIONS.has(text.slice(end));
}

/** Does an HTTP/1 message or an HTTP/2 frame start here? For a connection whose beginning was not seen. */
export function startsMidway(bytes: Uint8Array): boolean {
  return startsMessage(bytes) || startsFrame(bytes);
}
