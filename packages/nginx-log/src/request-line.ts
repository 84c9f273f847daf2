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
const PROTOCOL = / (HTTP\/\d{1,3}\.\d{1,3})$/;

/** Total. The target runs to the last ` HTTP/x.y`, so that the blanks nginx tolerated before 1.21.1 stay in it. */
export function parseRequestLine(raw: string): RequestLine {
  const method = METHOD.exec(raw)?.[0] ?? null;
  if (method === null) return { raw, method: null, target: null, protocol: null };
  const protocol = PROTOCOL.exec(raw);
  const target = raw.slice(method.length + 1, protocol?.index ?? raw.length);
  return { raw, method, target: target === '' ? null : target, protocol: protocol?.[1] ?? null };
}
