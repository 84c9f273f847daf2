/**
 * A line as a collector has wrapped it, back to what nginx wrote (nginx-error-log.md 1.6 and 5):
 *   Docker's json-file      {"log":"LINE\n","stream":"stderr","time":"2026-11-22T07:59:09.123456789Z"}
 *   Kubernetes (CRI)        2026-11-22T07:59:09.123456789Z stderr F LINE
 *   `--timestamps`          2026-11-22T07:59:09.123456789Z LINE
 *   syslog, RFC 3164        <190>Nov 22 07:59:09 host tag: LINE       without <190> in a file of rsyslog or journald
 *   syslog, RFC 5424        <190>1 2026-11-22T07:59:09.123Z host app 123 - - LINE
 *   rsyslog's files         2026-11-22T07:59:09.123456+00:00 host tag: LINE
 * Not: other JSON, lines a collector has cut into several (Docker at 16 KB, above any limit of nginx).
 */
import { parseIso8601 } from './iso-time.ts';
import { decodeLatin1, encodeLatin1 } from './latin1.ts';

export interface UnwrappedLine {
  /** Without LF; a view of the line given, unless that was JSON. */
  readonly line: Uint8Array;
  /** When the collector read the line, microseconds since the epoch; null when it does not say with year and zone. */
  readonly collectedUs: number | null;
}

const SLASH = 0x2f;
const BRACE_OPEN = 0x7b;
const LF = 0x0a;
/** Bytes looked at for a header: RFC 5424 section 6 sums up to less. */
const HEADER_MAX_LEN = 512;

const ISO_TIME = String.raw`(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))`;
/** RFC 3164 section 4.1.2: neither year nor zone. */
const BSD_TIME = String.raw`[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d`;
/** What an error-log line starts with: keeps other text with a time at its start as it is. */
const NGINX_STAMP = String.raw`(?=\d{4}/\d\d/\d\d )`;
const TAG = String.raw`(?:\S{1,255} )?[\w./-]{1,64}(?:\[\d{1,10}\])?: `;
const HEADERS: readonly RegExp[] = [
  new RegExp(`^${ISO_TIME} std(?:out|err) [FP] `),
  new RegExp(`^${ISO_TIME} ${NGINX_STAMP}`),
  new RegExp(`^${ISO_TIME} ${TAG}${NGINX_STAMP}`),
  new RegExp(`^<\\d{1,3}>${BSD_TIME} ${TAG}`),
  new RegExp(`^${BSD_TIME} ${TAG}${NGINX_STAMP}`),
  new RegExp(`^<\\d{1,3}>1 ${ISO_TIME} \\S+ \\S+ \\S+ \\S+ (?:-|\\[[^\\]]{0,200}\\]) (?:\xef\xbb\xbf)?`),
];

/** Total: a line in no known wrapper comes back as it is. Looks at two bytes of a plain error-log line. */
export function unwrapLine(line: Uint8Array): UnwrappedLine {
  if (line[4] === SLASH) return { line: withoutLf(line), collectedUs: null };
  if (line[0] === BRACE_OPEN) return fromJson(line) ?? { line: withoutLf(line), collectedUs: null };
  const head = decodeLatin1(line.subarray(0, HEADER_MAX_LEN));
  for (const header of HEADERS) {
    const match = header.exec(head);
    if (match === null) continue;
    return { line: withoutLf(line.subarray(match[0].length)), collectedUs: parseIso8601(match[1] ?? '') };
  }
  return { line: withoutLf(line), collectedUs: null };
}

function withoutLf(line: Uint8Array): Uint8Array {
  return line.at(-1) === LF ? line.subarray(0, -1) : line;
}

/** Null when it is other JSON, or none. */
function fromJson(line: Uint8Array): UnwrappedLine | null {
  const record = parseJson(decodeLatin1(line));
  if (typeof record !== 'object' || record === null || !('log' in record) || typeof record.log !== 'string')
    return null;
  const time = 'time' in record && typeof record.time === 'string' ? parseIso8601(record.time) : null;
  return { line: withoutLf(encodeLatin1(record.log)), collectedUs: time };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
