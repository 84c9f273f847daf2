/**
 * nginx `log_format` strings compiled for reading (ngx_http_log_module): the literals, and for every variable what its
 * values can look like. Knows no lines; format-match.ts does.
 */

/** What nginx does to a value: default `\xHH`, json as in RFC 8259 strings, none nothing. */
export type LogEscape = 'default' | 'json' | 'none';

export interface LogFormatPart {
  /** Text before the variable, byte for byte. */
  readonly literal: string;
  /** Name without `$`. */
  readonly variable: string;
  readonly value: ValueShape;
}

export interface AccessLogFormat {
  /** The format text, without quotes and directive words. */
  readonly source: string;
  readonly escaping: LogEscape;
  readonly parts: readonly LogFormatPart[];
  /** Text after the last variable. */
  readonly tail: string;
}

/** What the values of a variable look like as nginx writes them. */
export interface ValueShape {
  /** Sticky; matches the longest text that may be the value. */
  readonly reach: RegExp;
  /** Which of the shorter ones may be; null: all of them. */
  readonly whole: RegExp | null;
  /** Of several ends that fit, the last one counts. */
  readonly prefersLongest: boolean;
  /** What ends most values of the variable: such an end is tried before others. */
  readonly likelyEnd?: RegExp;
}

/** Exact client tuple, request and upstream attempts: what joins an access line to packets (nginx-error-log.md 4). */
export const RECOMMENDED_LOG_FORMAT: string =
  '$connection $connection_requests $realip_remote_addr:$realip_remote_port $server_addr:$server_port $msec $status ' +
  '$bytes_sent $request_completion $upstream_addr $upstream_status $request_id "$request"';

/** The same and more: worker, byte counts and times of each attempt. */
export const DETAILED_LOG_FORMAT: string =
  '$msec $pid $connection/$connection_requests $realip_remote_addr:$realip_remote_port $server_addr:$server_port ' +
  '"$request" $status $request_completion $bytes_sent $request_time $upstream_addr $upstream_status ' +
  '$upstream_bytes_sent $upstream_bytes_received $upstream_connect_time $upstream_response_time $request_id';

/** nginx's predefined format (ngx_http_log_module.c, ngx_http_combined_fmt). */
export const COMBINED_LOG_FORMAT: string =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';

/** `main` of the nginx.conf in nginx.org's packages and Docker images. */
export const MAIN_LOG_FORMAT: string = `${COMBINED_LOG_FORMAT} "$http_x_forwarded_for"`;

/** `log-format-upstream` of ingress-nginx, unless configured otherwise (docs/user-guide/nginx-configuration/log-format.md). */
export const INGRESS_LOG_FORMAT: string =
  `${COMBINED_LOG_FORMAT} $request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] ` +
  '$upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id';

const DIRECTIVE = /^\s*(log_format\s+[^\s'"]+\s+)?(?:escape=(default|json|none)\s+)?/;
const VARIABLE = /\$(?:\{(\w+)\}|(\w+))/g;

/**
 * `format`: the text alone, with `escape=...` before it, or the directive as it stands in nginx.conf, quotes and all.
 * Throws RangeError when it holds no variable.
 */
export function compileLogFormat(format: string): AccessLogFormat {
  const directive = DIRECTIVE.exec(format);
  const escaping = (directive?.[2] ?? 'default') as LogEscape;
  const text = format.slice(directive?.[0].length ?? 0).trim();
  const source = directive?.[1] !== undefined || isQuoted(text) ? joinParameters(text) : text;
  const variables = [...source.matchAll(VARIABLE)];
  if (variables.length === 0) {
    throw new RangeError(`expected an nginx log_format such as ${COMBINED_LOG_FORMAT}, got ${JSON.stringify(format)}`);
  }
  let end = 0;
  const parts = variables.map((match) => {
    const literal = source.slice(end, match.index);
    end = match.index + match[0].length;
    const variable = match[1] ?? match[2] ?? '';
    return { literal, variable, value: shapeOf(variable, escaping) };
  });
  return { source, escaping, parts, tail: source.slice(end) };
}

/** A parameter of a directive: in single or double quotes with `\` before a quote, or bare (ngx_conf_read_token). */
const PARAMETER = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s'";][^\s;]*)/gs;
const CONF_ESCAPES: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n' };

function isQuoted(text: string): boolean {
  return text.startsWith("'") || /^"(?:[^"\\]|\\.)*"\s*;?$/s.test(text);
}

/** nginx joins the parameters of the directive without anything in between. */
function joinParameters(text: string): string {
  const parameters = [...text.matchAll(PARAMETER)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  return parameters.join('').replace(/\\(["'\\trn])/g, (_, char: string) => CONF_ESCAPES[char] ?? char);
}

const NUMBER: ValueShape = { reach: /[-\d.]*/y, whole: /^(?:-|\d*(?:\.\d+)?)$/, prefersLongest: true };
/** An IPv6 text without brackets before `:port` ends at the last colon. */
const ADDRESS: ValueShape = {
  reach: /unix:[^ "]*|[-0-9a-fA-F.:]*/y,
  whole: /^(?:-|unix:.*|[0-9a-fA-F.:]*)$/,
  prefersLongest: true,
};
/** One item per attempt, `, ` between attempts, ` : ` between groups (ngx_http_upstream variables). */
const ATTEMPTS: ValueShape = {
  reach: /(?:[^ ,"]+(?:(?:, | : )[^ ,"]+)*)?/y,
  whole: /^(?:[^ ,"]+(?:(?:, | : )[^ ,"]+)*)?$/,
  prefersLongest: true,
};
const TEXT: Readonly<Record<LogEscape, ValueShape>> = {
  default: { reach: /[^"]*/y, whole: null, prefersLongest: false },
  json: { reach: /(?:[^"\\]|\\.)*/sy, whole: null, prefersLongest: false },
  none: { reach: /.*/sy, whole: null, prefersLongest: false },
};

/** RFC 9112 section 3: of a whole request line. */
const REQUEST_END = / HTTP\/\d(?:\.\d)?$/;

const IS_NUMBER =
  /^(?:connection|connection_requests|msec|status|bytes_sent|body_bytes_sent|pid|request_time|request_length|(?:realip_)?remote_port|server_port)$/;
const IS_ADDRESS = /^(?:(?:realip_)?remote_addr|server_addr)$/;

function shapeOf(variable: string, escaping: LogEscape): ValueShape {
  if (IS_NUMBER.test(variable)) return NUMBER;
  if (IS_ADDRESS.test(variable)) return ADDRESS;
  const isAttempts = variable.startsWith('upstream_') && !/^upstream_(?:http|cookie|trailer)_/.test(variable);
  if (isAttempts) return ATTEMPTS;
  return variable === 'request' ? { ...TEXT[escaping], likelyEnd: REQUEST_END } : TEXT[escaping];
}
