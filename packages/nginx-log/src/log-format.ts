/**
 * nginx `log_format` strings compiled for reading (ngx_http_log_module). Every variable becomes one pattern that ends at
 * the literal text after it and is never tried again, so matching is linear in the line whatever a client wrote into it.
 * Not: `escape=none` values that hold the delimiter after them, two variables with nothing in between.
 */

/** What nginx does to a value: default `\xHH`, json as in RFC 8259 strings, none nothing. */
export type LogEscape = 'default' | 'json' | 'none';

export interface LogFormatPart {
  /** Text before the variable, byte for byte. */
  readonly literal: string;
  /** Name without `$`. */
  readonly variable: string;
  /** Sticky; matches the value as written. */
  readonly value: RegExp;
}

export interface AccessLogFormat {
  /** The format text, without quotes and directive words. */
  readonly source: string;
  readonly escaping: LogEscape;
  readonly parts: readonly LogFormatPart[];
  /** Text after the last variable. */
  readonly tail: string;
}

/** Exact client tuple, request and upstream attempts: what joins an access line to packets (nginx-error-log.md 4). */
export const RECOMMENDED_LOG_FORMAT: string =
  '$connection $connection_requests $realip_remote_addr:$realip_remote_port $server_addr:$server_port $msec $status ' +
  '$bytes_sent $request_completion $upstream_addr $upstream_status $request_id "$request"';

/** nginx's predefined format (ngx_http_log_module.c, ngx_http_combined_fmt). */
export const COMBINED_LOG_FORMAT: string =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';

/** `main` of the nginx.conf in nginx.org's packages and Docker images. */
export const MAIN_LOG_FORMAT: string = `${COMBINED_LOG_FORMAT} "$http_x_forwarded_for"`;

const DIRECTIVE = /^\s*(?:log_format\s+[^\s'"]+\s+)?(?:escape=(default|json|none)\s+)?/;
const VARIABLE = /\$(?:\{(\w+)\}|(\w+))/g;

/**
 * `format`: the text alone, with `escape=...` before it, or the directive as it stands in nginx.conf, quotes and all.
 * Throws RangeError when it holds no variable.
 */
export function compileLogFormat(format: string): AccessLogFormat {
  const directive = DIRECTIVE.exec(format);
  const escaping = (directive?.[1] ?? 'default') as LogEscape;
  const source = unquoteParameters(format.slice(directive?.[0].length ?? 0));
  const variables = [...source.matchAll(VARIABLE)];
  if (variables.length === 0) {
    throw new RangeError(`expected an nginx log_format such as ${COMBINED_LOG_FORMAT}, got ${JSON.stringify(format)}`);
  }
  let end = 0;
  const parts = variables.map((match, index) => {
    const literal = source.slice(end, match.index);
    end = match.index + match[0].length;
    const next = source.slice(end, variables[index + 1]?.index ?? source.length);
    const variable = match[1] ?? match[2] ?? '';
    return { literal, variable, value: valuePattern(variable, next, escaping) };
  });
  return { source, escaping, parts, tail: source.slice(end) };
}

/** nginx joins the quoted parameters of the directive without anything in between. */
function unquoteParameters(text: string): string {
  const trimmed = text.trim().replace(/;$/, '');
  if (!/^'|^"[^"]*\$[^"]*"$/.test(trimmed)) return trimmed;
  return [...trimmed.matchAll(/'([^']*)'|"([^"]*)"/g)].map((match) => match[1] ?? match[2] ?? '').join('');
}

const NUMBER = '-|\\d*(?:\\.\\d+)?';
/** An IPv6 text without brackets runs to the last colon that the following literal can take. */
const ADDRESS = '-|unix:[^ ]*|[0-9a-fA-F.:]*';
/** One item per attempt, `, ` between attempts, ` : ` between groups (ngx_http_upstream variables). */
const ATTEMPTS = '(?:[^ ,"]+(?:(?:, | : )[^ ,"]+)*)?';

const IS_NUMBER =
  /^(?:connection|connection_requests|msec|status|bytes_sent|body_bytes_sent|pid|request_time|request_length|(?:realip_)?remote_port|server_port)$/;
const IS_ADDRESS = /^(?:(?:realip_)?remote_addr|server_addr)$/;

function valuePattern(variable: string, next: string, escaping: LogEscape): RegExp {
  const end = next === '' ? '$' : `(?=${escapeRegExp(next)})`;
  return new RegExp(`(?:${valueSource(variable, next, escaping)})${end}`, 'sy');
}

function valueSource(variable: string, next: string, escaping: LogEscape): string {
  if (IS_NUMBER.test(variable)) return NUMBER;
  if (IS_ADDRESS.test(variable)) return ADDRESS;
  if (variable.startsWith('upstream_') && !variable.startsWith('upstream_http_')) return ATTEMPTS;
  if (escaping === 'json' && next.startsWith('"')) return '(?:[^"\\\\]|\\\\.)*';
  return next === '' ? '.*' : '.*?';
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
