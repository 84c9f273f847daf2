/**
 * The value of `request: "..."`: the raw request line, or as much of it as had arrived; HTTP/2 and HTTP/3 requests are
 * rebuilt by nginx as `METHOD path HTTP/2.0`. Quotes inside are not escaped. Does not decode the target.
 */

export interface RequestLine {
  /** As logged, hostile text. */
  readonly raw: string;
  /** Null where `raw` does not start as a request line does. */
  readonly method: string | null;
  /** Null where `raw` has none; may be cut short where `protocol` is null. */
  readonly target: string | null;
  /** `HTTP/1.1`; null for HTTP/0.9 and for a line that had not arrived in full. */
  readonly protocol: string | null;
}

/** Method bytes as nginx accepts them: upper case, `_` and `-` (ngx_http_parse_request_line). */
const METHOD = /^[A-Z_-]{1,64}(?= |$)/;
const PROTOCOL = /^HTTP\/\d{1,3}\.\d{1,3}$/;

/** Total. The target runs to the last ` HTTP/x.y`, so that the blanks nginx tolerated before 1.21.1 stay in it. */
export function parseRequestLine(raw: string): RequestLine {
  if (!METHOD.test(raw)) return { raw, method: null, target: null, protocol: null };
  const firstBlank = raw.indexOf(' ');
  if (firstBlank < 0) return { raw, method: raw, target: null, protocol: null };
  const lastBlank = raw.lastIndexOf(' ');
  const protocol = raw.slice(lastBlank + 1);
  const hasProtocol = PROTOCOL.test(protocol);
  const target = raw.slice(firstBlank + 1, hasProtocol ? lastBlank : raw.length);
  return {
    raw,
    method: raw.slice(0, firstBlank),
    target: target === '' ? null : target,
    protocol: hasProtocol ? protocol : null,
  };
}
