/**
 * One access-log line to an entry: the variables of the format, unescaped, and the ones that join it to packets and to
 * error lines. Bytes are latin1, as in error lines. A line says `200` and `OK` for a response that never arrived; see
 * nginx-error-log.md 0.8.
 */
import { isIpText, parsePort } from './endpoint.ts';
import { matchFormat } from './format-match.ts';
import { parseCommonLogTime, parseIso8601 } from './iso-time.ts';
import { decodeLatin1 } from './latin1.ts';
import {
  type AccessLogFormat,
  COMBINED_LOG_FORMAT,
  compileLogFormat,
  DETAILED_LOG_FORMAT,
  INGRESS_LOG_FORMAT,
  type LogEscape,
  MAIN_LOG_FORMAT,
  RECOMMENDED_LOG_FORMAT,
} from './log-format.ts';
import { parseRequestLine, type RequestLine } from './request-line.ts';

/** Null where the format lacks the variable or nginx wrote `-` or nothing. */
export interface AccessLogEntry {
  /** Every variable of the format by name without `$`, unescaped, `-` kept. */
  readonly variables: ReadonlyMap<string, string>;
  /** `$connection`: the `*N` of error lines. */
  readonly connection: number | null;
  /** `$connection_requests`: which request on that connection, from 1. */
  readonly connectionRequests: number | null;
  /** `$realip_remote_addr`, else `$remote_addr`, which realip and PROXY protocol replace: then it is not the TCP peer. */
  readonly clientAddress: string | null;
  readonly clientPort: number | null;
  readonly serverAddress: string | null;
  readonly serverPort: number | null;
  /** When nginx logged the request, after it ended: `$msec`, else `$time_iso8601`, else `$time_local`. */
  readonly tsUs: number | null;
  /** How exact `tsUs` is: 1,000 for `$msec`, 1,000,000 otherwise. */
  readonly tsResolutionUs: number;
  readonly status: number | null;
  /** Handed to the kernel, headers included, not what arrived. */
  readonly bytesSent: number | null;
  /** `$request_completion` is `OK`. Not a sign of success. */
  readonly requestCompletion: boolean | null;
  /** One per attempt, in order; a group name where no server was live. */
  readonly upstreamAddrs: readonly string[];
  /** One per attempt; null where no status line came. */
  readonly upstreamStatuses: readonly (number | null)[];
  readonly requestId: string | null;
  readonly request: RequestLine | null;
}

/** Bytes looked at; four large header buffers of 8 KB (nginx's default) with every byte escaped as `\xHH`. */
const MAX_LINE_LEN = 131_072;

/** Null when the line does not fit the format. `line` is without its LF (one at the end is ignored); not retained. */
export function parseAccessLogLine(format: AccessLogFormat, line: Uint8Array): AccessLogEntry | null {
  const bytes = line.at(-1) === 0x0a ? line.subarray(0, -1) : line;
  if (bytes.byteLength > MAX_LINE_LEN) return null;
  const values = matchFormat(format, decodeLatin1(bytes));
  if (values === null) return null;
  const named = values.map(
    (raw, index) => [format.parts[index]?.variable ?? '', unescapeValue(raw, format.escaping)] as const,
  );
  return entryOf(new Map(named));
}

const JSON_ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** Reverses ngx_http_log_escape and ngx_escape_json. */
function unescapeValue(raw: string, escaping: LogEscape): string {
  if (escaping === 'none' || !raw.includes('\\')) return raw;
  const fromHex = (hex: string): string => String.fromCharCode(Number.parseInt(hex, 16));
  if (escaping === 'default') return raw.replace(/\\x([0-9A-Fa-f]{2})/g, (_, hex: string) => fromHex(hex));
  return raw.replace(/\\(?:u([0-9A-Fa-f]{4})|(.))/gs, (_, hex: string | undefined, char: string) =>
    hex === undefined ? (JSON_ESCAPES[char] ?? char) : fromHex(hex),
  );
}

function entryOf(variables: ReadonlyMap<string, string>): AccessLogEntry {
  const text = (name: string): string | null => present(variables.get(name));
  const request = text('request');
  return {
    variables,
    connection: numberOf(text('connection')),
    connectionRequests: numberOf(text('connection_requests')),
    clientAddress: addressOf(text('realip_remote_addr') ?? text('remote_addr')),
    clientPort: portOf(variables.has('realip_remote_port') ? text('realip_remote_port') : text('remote_port')),
    serverAddress: addressOf(text('server_addr')),
    serverPort: portOf(text('server_port')),
    ...timeOf(text('msec'), text('time_iso8601'), text('time_local')),
    status: numberOf(text('status')),
    bytesSent: numberOf(text('bytes_sent')),
    requestCompletion: variables.has('request_completion') ? text('request_completion') === 'OK' : null,
    ...attemptsOf(text('upstream_addr'), variables.get('upstream_status') ?? null),
    requestId: text('request_id'),
    request: request === null ? null : parseRequestLine(request),
  };
}

function present(value: string | undefined): string | null {
  return value === undefined || value === '' || value === '-' ? null : value;
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d{1,20}$/.test(text) ? Number(text) : null;
}

function portOf(text: string | null): number | null {
  return text === null ? null : parsePort(text);
}

/** A unix-socket client or listener has no address. */
function addressOf(text: string | null): string | null {
  return text !== null && isIpText(text) ? text : null;
}

const ATTEMPT_SEPARATOR = /, | : /;

function attemptsOf(
  addrs: string | null,
  statuses: string | null,
): Pick<AccessLogEntry, 'upstreamAddrs' | 'upstreamStatuses'> {
  const upstreamAddrs = addrs === null ? [] : addrs.split(ATTEMPT_SEPARATOR);
  const isNone = statuses === null || (addrs === null && present(statuses) === null);
  const upstreamStatuses = isNone ? [] : statuses.split(ATTEMPT_SEPARATOR).map((status) => numberOf(status));
  return { upstreamAddrs, upstreamStatuses };
}

function timeOf(
  msec: string | null,
  iso8601: string | null,
  local: string | null,
): Pick<AccessLogEntry, 'tsUs' | 'tsResolutionUs'> {
  if (msec !== null && /^\d{1,12}\.\d{3}$/.test(msec)) {
    return { tsUs: Math.round(Number(msec) * 1000) * 1000, tsResolutionUs: 1000 };
  }
  return { tsUs: parseIso8601(iso8601 ?? '') ?? parseCommonLogTime(local ?? ''), tsResolutionUs: 1_000_000 };
}

const KNOWN_FORMATS: readonly AccessLogFormat[] = [
  RECOMMENDED_LOG_FORMAT,
  DETAILED_LOG_FORMAT,
  INGRESS_LOG_FORMAT,
  MAIN_LOG_FORMAT,
  COMBINED_LOG_FORMAT,
].map(compileLogFormat);

/** The one of the well-known formats that fits more than half of the lines: a torn line at either end does no harm. */
export function detectLogFormat(lines: readonly Uint8Array[]): AccessLogFormat | null {
  for (const format of KNOWN_FORMATS) {
    const fitting = lines.filter((line) => parseAccessLogLine(format, line) !== null);
    if (fitting.length * 2 > lines.length) return format;
  }
  return null;
}
