/**
 * The fields that nginx's log handlers append after the action: `, client: ..., server: ...` and what http, stream and
 * mail add (nginx-error-log.md 1.2, 1.3). Angie quotes client and server and says `request_line:`; that is read too.
 */
import { type Action, moduleOfAction } from './action.ts';
import type { ContextKind, LineContext } from './error-log-entry.ts';
import { claimsUpstreamEarly, isAmbiguous, parseQuotedFields, type QuotedFields } from './quoted-fields.ts';
import { parseRequestLine } from './request-line.ts';
import { splitStreamBytes } from './stream-bytes.ts';
import type { SuspectFlag } from './suspect-flag.ts';
import { hasSingleSlash, parseUpstream, type UpstreamRef } from './upstream-ref.ts';

export interface ParsedContext extends LineContext {
  readonly flags: readonly SuspectFlag[];
}

/** What a timer of OpenResty says first (ngx_http_lua_log_timer_error). */
const TIMER = ', context: ngx.timer';
const CLIENT = ', client: ';
const UDP_CLIENT = ', udp client: ';
const STARTTLS = ' using starttls';
const REQUEST = ', request: "';
const REQUEST_LINE = ', request_line: "';
const SERVER = ', server: ';
const AFTER_SERVER = /, (?:request: "|request_line: "|subrequest: "|upstream: |host: "|referrer: "|login: "|user: ")/;

const EMPTY_CONTEXT: ParsedContext = {
  context: 'none',
  client: null,
  clientPort: null,
  server: null,
  request: null,
  subrequest: null,
  upstream: null,
  host: null,
  referrer: null,
  bytes: null,
  flags: [],
};

/** `text` starts at `, client: ` or is something else, which gives the empty context. Total. */
export function parseContext(text: string, action: Action | null, truncated: boolean): ParsedContext {
  const clientAt = offsetOfClient(text);
  if (clientAt < 0) return EMPTY_CONTEXT;
  const { text: fields, bytes } = splitStreamBytes(text.slice(clientAt));
  const { client, server, rest } = splitAddresses(fields);
  const quoted = parseQuotedFields(rest, action);
  const { request, subrequest, host, referrer } = quoted;
  const upstream = parseUpstreamField(quoted, rest);
  return {
    context: contextKind(action, bytes !== null, quoted, rest),
    client,
    clientPort: null,
    server,
    request: request === null ? null : parseRequestLine(request),
    subrequest,
    upstream,
    host,
    referrer,
    bytes,
    flags: contextFlags(quoted, upstream, action, truncated),
  };
}

/** Of the client's address; -1 where there is none. */
function offsetOfClient(text: string): number {
  const at = text.startsWith(TIMER) ? TIMER.length : 0;
  if (text.startsWith(CLIENT, at)) return at + CLIENT.length;
  return text.startsWith(UDP_CLIENT, at) ? at + UDP_CLIENT.length : -1;
}

interface Addresses {
  readonly client: string;
  readonly server: string | null;
  /** From the comma of the first field after the server. */
  readonly rest: string;
}

/** Neither holds client text, so the first delimiter ends each. */
function splitAddresses(fields: string): Addresses {
  const serverAt = fields.indexOf(SERVER);
  const clientText = serverAt < 0 ? fields : fields.slice(0, serverAt);
  const client = unquote(clientText.endsWith(STARTTLS) ? clientText.slice(0, -STARTTLS.length) : clientText);
  if (serverAt < 0) return { client, server: null, rest: '' };
  const afterServer = fields.slice(serverAt + SERVER.length);
  const end = afterServer.search(AFTER_SERVER);
  if (end < 0) return { client, server: unquote(afterServer), rest: '' };
  return { client, server: unquote(afterServer.slice(0, end)), rest: withRequest(afterServer.slice(end)) };
}

/** nginx's name for the field that Angie calls `request_line`. */
function withRequest(fields: string): string {
  return fields.startsWith(REQUEST_LINE) ? REQUEST + fields.slice(REQUEST_LINE.length) : fields;
}

/** Angie quotes what nginx prints bare. */
function unquote(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

/** Mail prints the upstream without quotes, after the login. */
function parseUpstreamField({ upstream }: QuotedFields, rest: string): UpstreamRef | null {
  const text = upstream ?? /^(?:, login: ".*")?, upstream: ([^" ]+)$/.exec(rest)?.[1];
  return text === undefined ? null : parseUpstream(text);
}

function contextKind(action: Action | null, hasBytes: boolean, { request }: QuotedFields, rest: string): ContextKind {
  if (request !== null) return 'http';
  if (hasBytes) return 'stream';
  if (rest.startsWith(', login: "') || /^, upstream: [^"]/.test(rest)) return 'mail';
  return moduleOfAction(action) ?? 'http';
}

function contextFlags(
  quoted: QuotedFields,
  upstream: UpstreamRef | null,
  action: Action | null,
  truncated: boolean,
): readonly SuspectFlag[] {
  const flags: SuspectFlag[] = [];
  if (claimsUpstreamEarly(quoted, action)) flags.push('upstream-before-request');
  if (upstream !== null && hasSingleSlash(upstream)) flags.push('single-slash-upstream');
  if (isAmbiguous(quoted)) flags.push('ambiguous-fields');
  if (quoted.isUnclosed && !truncated) flags.push('unclosed-quote');
  return flags;
}
