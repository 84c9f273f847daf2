/** Which protocol a connection carries, from the first payload bytes seen on it. */
import { latin1, startsLikeHttp } from './http-head.ts';
import type { Protocol } from './tcp-stream.ts';
import { startsLikeTls } from './tls-reader.ts';

/** Start of the HTTP/2 connection preface, as much as tells it from a method (RFC 9113 section 3.4). */
const HTTP2_PREFACE = 'PRI * HTTP/2.0';

/** A start line that no body is likely to hold: longer than its method and with a version, unless the capture cut it before. */
const START_LINE = /^(?:HTTP\/1\.\d \d{3}|[A-Z][A-Z-]{2,23} [/*h]\S*(?: HTTP\/1\.\d\r?\n|$))/;

/** bytes: of one segment, perhaps cut. Text protocols that begin with a capital word and a space (SMTP's EHLO) pass as HTTP/1. */
export function protocolOf(bytes: Uint8Array): Protocol {
  if (startsLikeTls(bytes)) return 'tls';
  if (startsLikeHttp(bytes) === null) return 'unknown';
  const start = latin1(bytes, 0, HTTP2_PREFACE.length);
  return start.length >= 3 && HTTP2_PREFACE.startsWith(start) ? 'http2' : 'http1';
}

/** Does an HTTP/1 message start here, for certain? For a connection whose beginning was not seen. */
export function startsMessage(bytes: Uint8Array): boolean {
  return START_LINE.test(latin1(bytes, 0, bytes.length));
}
