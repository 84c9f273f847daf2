/**
 * nginx's own phrases after ` while `: the last handler that ran on the client connection, not the socket that failed
 * (nginx-error-log.md 0.2, 2.3). Collected from `log->action =` and the `*_action` locals of nginx 1.22.1 to 1.31.5.
 */

/** src/http and src/event/ngx_event_pipe.c; the TLS and PROXY protocol phrases are shared with stream and mail. */
const HTTP_PHRASES = [
  'waiting for request',
  'SSL handshaking',
  'reading PROXY protocol',
  'reading client request line',
  'reading client request headers',
  'reading client pipelined request line',
  'reading client request',
  'reading request body',
  'connecting to upstream',
  'SSL handshaking to upstream',
  'sending request to upstream',
  'reading response header from upstream',
  'reading upstream',
  'sending to client',
  'sending early hints to client',
  'sending response to client',
  'sending mp4 to client',
  'sending flv to client',
  'proxying upgraded connection',
  'keepalive',
  'closing request',
  'logging request',
  'processing HTTP/2 connection',
] as const;

/** src/stream; mail shares the four `proxying and ...` phrases. */
const STREAM_PHRASES = [
  'initializing session',
  'prereading client data',
  'proxying and reading from client',
  'proxying and sending to upstream',
  'proxying and reading from upstream',
  'proxying and sending to client',
  'proxying connection',
  'returning text',
  'passing connection to port',
] as const;

/** src/mail */
const MAIL_PHRASES = [
  'sending client greeting line',
  'in auth state',
  'in starttls state',
  'in http auth state',
  'in resolving client address',
  'in resolving client hostname',
  'in delay pipelining state',
  'reading response from upstream',
  'sending AUTH to upstream',
  'sending HELO/EHLO to upstream',
  'sending LOGIN command to upstream',
  'sending MAIL FROM to upstream',
  'sending PROXY protocol header to upstream',
  'sending RCPT TO to upstream',
  'sending XCLIENT to upstream',
  'sending client HELO/EHLO to upstream',
  'sending password to upstream',
  'sending user name to upstream',
  'proxying',
] as const;

/** src/core, src/event: lines of the resolver, OCSP stapling, the syslog sender and QUIC. */
const CORE_PHRASES = [
  'resolving',
  'requesting certificate status',
  'logging to syslog',
  'creating quic connection',
  'decrypting packet',
  'handling decrypted packet',
  'handling frames',
  'handling initial packet',
  'handling payload',
  'handling quic input',
  'handling quic packet',
  'parsing frames',
  'parsing quic long header',
  'parsing quic packet',
  'preparing ack',
  'sending frames',
  'updating keys',
] as const;

/** lua-nginx-module (OpenResty, Tengine, ingress-nginx), Tengine's multi upstream, Angie's HTTP/3 to upstreams. */
const DERIVATIVE_PHRASES = [
  'loading SSL certificate by lua',
  'loading SSL client hello by lua',
  'fetching SSL session by lua',
  'storing SSL session by lua',
  'proxy pass SSL handshaking',
  'multi reading from upstream',
  'QUIC handshaking to upstream',
] as const;

export type HttpPhrase = (typeof HTTP_PHRASES)[number];
export type StreamPhrase = (typeof STREAM_PHRASES)[number];
export type MailPhrase = (typeof MAIL_PHRASES)[number];
export type CorePhrase = (typeof CORE_PHRASES)[number];
export type DerivativePhrase = (typeof DERIVATIVE_PHRASES)[number];
export type ActionPhrase = HttpPhrase | StreamPhrase | MailPhrase | CorePhrase | DerivativePhrase;

/** `other`: a module's phrase, or `accepting new connection on ADDR`; hostile where the line is forged. */
export type Action =
  | { readonly kind: 'known'; readonly phrase: ActionPhrase }
  | { readonly kind: 'other'; readonly text: string };

const KNOWN: ReadonlyMap<string, ActionPhrase> = new Map(
  [...HTTP_PHRASES, ...STREAM_PHRASES, ...MAIL_PHRASES, ...CORE_PHRASES, ...DERIVATIVE_PHRASES].map((phrase) => [
    phrase,
    phrase,
  ]),
);
const STREAM: ReadonlySet<string> = new Set(STREAM_PHRASES);
const MAIL: ReadonlySet<string> = new Set(MAIL_PHRASES);

/** No request line has been read in full yet: a genuine line with one of these has no upstream and no subrequest. */
const PRE_REQUEST: ReadonlySet<string> = new Set<ActionPhrase>([
  'waiting for request',
  'SSL handshaking',
  'reading PROXY protocol',
  'reading client request line',
  'reading client pipelined request line',
  'reading client request headers',
]);

/** Set by nginx, lua-nginx-module and Angie while an upstream is being greeted. */
const UPSTREAM_HANDSHAKE: ReadonlySet<string> = new Set<ActionPhrase>([
  'SSL handshaking to upstream',
  'proxy pass SSL handshaking',
  'QUIC handshaking to upstream',
]);

export function parseAction(text: string): Action {
  const phrase = KNOWN.get(text);
  return phrase === undefined ? { kind: 'other', text } : { kind: 'known', phrase };
}

/** The phrase when it is nginx's own, else null. */
export function knownPhrase(action: Action | null): ActionPhrase | null {
  return action?.kind === 'known' ? action.phrase : null;
}

export function isUpstreamHandshake(action: Action | null): boolean {
  return action?.kind === 'known' && UPSTREAM_HANDSHAKE.has(action.phrase);
}

export function isPreRequest(action: Action | null): boolean {
  return action?.kind === 'known' && PRE_REQUEST.has(action.phrase);
}

/** The module that alone uses the phrase; null for http's and for the shared ones. */
export function moduleOfAction(action: Action | null): 'stream' | 'mail' | null {
  if (action?.kind !== 'known') return null;
  if (STREAM.has(action.phrase)) return 'stream';
  return MAIL.has(action.phrase) ? 'mail' : null;
}
