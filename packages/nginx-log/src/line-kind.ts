/**
 * Names for the messages of the reset family and its neighbours (nginx-error-log.md 2.2), and which of them tell of a
 * lost connection. Rests on the constant text at the start of MESSAGE, which no client writes. Says nothing about the
 * side that failed; that is side.ts.
 */
import { isUpstreamHandshake } from './action.ts';
import type { ErrorLogEntry } from './error-log-entry.ts';

/** In the order of nginx-error-log.md 2.2. `reset-*`: the call failed with one of LOST_CONNECTION_ERRNOS. */
export const LINE_KINDS = [
  'reset-recv',
  'reset-readv',
  'reset-send',
  'reset-writev',
  'reset-sendfile',
  'reset-ssl-read',
  'reset-ssl-write',
  'reset-ssl-shutdown',
  'reset-ssl-handshake',
  'tls-handshake-closed',
  'tls-handshake-alert',
  'tls-handshake-failed',
  'connect-failed',
  'client-aborted',
  'client-closed-early',
  'client-closed-before-request',
  'client-closed-keepalive',
  'client-stream-closed',
  'client-timed-out',
  'upstream-closed-early',
  'upstream-timed-out',
  'no-live-upstreams',
  'upstream-disabled',
  'stream-client-connected',
  'stream-upstream-connected',
  'stream-client-disconnected',
  'stream-upstream-disconnected',
  'stream-timed-out',
  'accept-failed',
  'socket-error',
  'log-limited',
  'other',
] as const;
export type LineKind = (typeof LINE_KINDS)[number];

/**
 * Linux errno values with which a TCP connection is lost or refused (asm-generic/errno.h, errno-base.h): EPIPE,
 * ECONNABORTED, ECONNRESET, ETIMEDOUT (kernel retransmission or keepalive), ECONNREFUSED, EHOSTUNREACH.
 */
const LOST_CONNECTION_ERRNOS: ReadonlySet<number> = new Set([32, 103, 104, 110, 111, 113]);

/** True for the errno of a connection that was reset, refused or given up by the kernel. */
export function isLostConnectionErrno(errno: number | null): boolean {
  return errno !== null && LOST_CONNECTION_ERRNOS.has(errno);
}

/** Calls whose failure is a matter of one socket (ngx_connection_error callers), and their kind when it was a reset. */
const SOCKET_CALLS: ReadonlyMap<string, LineKind> = new Map([
  ['recv()', 'reset-recv'],
  ['readv()', 'reset-readv'],
  ['send()', 'reset-send'],
  ['writev()', 'reset-writev'],
  ['sendfile()', 'reset-sendfile'],
  ['SSL_read()', 'reset-ssl-read'],
  ['SSL_write()', 'reset-ssl-write'],
  ['SSL_sendfile()', 'reset-ssl-write'],
  ['SSL_shutdown()', 'reset-ssl-shutdown'],
  ['kevent()', 'reset-recv'],
]);

/** True when `call` works on one connected socket, so that its level tells the side (nginx-error-log.md 2.1). */
export function isSocketCall(call: string | null): boolean {
  return call !== null && (SOCKET_CALLS.has(call) || call === 'SSL_do_handshake()' || call === 'connect()');
}

/** First match wins; each pattern is anchored and linear. */
const MESSAGES: readonly (readonly [pattern: RegExp, kind: LineKind])[] = [
  [/^(?:epoll_wait|kevent)\(\) reported that client prematurely closed connection/, 'client-aborted'],
  [/^client prematurely closed connection, so upstream connection is closed too/, 'client-aborted'],
  [/^client prematurely closed connection/, 'client-closed-early'],
  [/^client closed connection/, 'client-closed-before-request'],
  [/^client (?:prematurely closed|canceled|refused|terminated) stream/, 'client-stream-closed'],
  [/^client timed out/, 'client-timed-out'],
  [/^client \S{1,128} closed keepalive connection$/, 'client-closed-keepalive'],
  [/^(?:udp )?client \S{1,64} connected to /, 'stream-client-connected'],
  [/^(?:udp )?proxy \S{1,64} connected to /, 'stream-upstream-connected'],
  [/^client disconnected/, 'stream-client-disconnected'],
  [/^upstream disconnected/, 'stream-upstream-disconnected'],
  [/^kevent\(\) reported that upstream closed connection/, 'upstream-closed-early'],
  [/^upstream prematurely closed /, 'upstream-closed-early'],
  [/^upstream timed out/, 'upstream-timed-out'],
  [/^no live upstreams/, 'no-live-upstreams'],
  [/^upstream server temporarily disabled/, 'upstream-disabled'],
  [/^connection timed out/, 'stream-timed-out'],
  [/^(?:kevent\(\) reported that )?connect\(\) (?:to \S{1,256} )?failed/, 'connect-failed'],
  [/^accept4?\(\) failed/, 'accept-failed'],
  [/^too many log messages, limiting$/, 'log-limited'],
];

function handshakeKind(entry: ErrorLogEntry): LineKind | null {
  const isClosed = entry.message === 'peer closed connection in SSL handshake';
  if (!isClosed && entry.call !== 'SSL_do_handshake()') return null;
  if (isLostConnectionErrno(entry.errno)) return 'reset-ssl-handshake';
  if (isClosed) return 'tls-handshake-closed';
  return entry.message.includes('SSL alert number ') ? 'tls-handshake-alert' : 'tls-handshake-failed';
}

/** Total: what has no name is `other`. */
export function lineKind(entry: ErrorLogEntry): LineKind {
  const handshake = handshakeKind(entry);
  if (handshake !== null) return handshake;
  for (const [pattern, kind] of MESSAGES) if (pattern.test(entry.message)) return kind;
  const reset = entry.call === null ? undefined : SOCKET_CALLS.get(entry.call);
  if (reset === undefined) return 'other';
  return isLostConnectionErrno(entry.errno) ? reset : 'socket-error';
}

/** Kinds that always tell of a lost connection. */
const ALWAYS_LOST: ReadonlySet<LineKind> = new Set<LineKind>([
  'reset-recv',
  'reset-readv',
  'reset-send',
  'reset-writev',
  'reset-sendfile',
  'reset-ssl-read',
  'reset-ssl-write',
  'reset-ssl-shutdown',
  'reset-ssl-handshake',
  'tls-handshake-alert',
  'client-aborted',
  'client-closed-early',
  'upstream-closed-early',
]);
/** Kinds that do so only with an errno: without one they are an ordinary close, or no TCP connection existed. */
const LOST_WITH_ERRNO: ReadonlySet<LineKind> = new Set<LineKind>(['connect-failed', 'client-closed-keepalive']);
/** Timers of nginx: a connection was given up because its peer fell silent. */
const TIMED_OUT: ReadonlySet<LineKind> = new Set<LineKind>(['client-timed-out', 'upstream-timed-out']);
/** Where such a timer says nothing but that a client did not ask: nothing was lost. */
const BEFORE_REQUEST: ReadonlySet<string> = new Set(['waiting for request', 'SSL handshaking', 'keepalive']);

/** The kinds of which a line may be of the family, in the order of LINE_KINDS. */
export const FAMILY_KINDS: readonly LineKind[] = LINE_KINDS.filter(
  (kind) =>
    ALWAYS_LOST.has(kind) || LOST_WITH_ERRNO.has(kind) || TIMED_OUT.has(kind) || kind === 'tls-handshake-closed',
);

/**
 * The lines that are explained, live (jobs) and offline alike: a reset, a refusal, a premature close, a TLS alert, a timeout in the
 * middle of a request, on a connection of a client (`*N`). Not clients that never asked, HTTP/2 stream resets, or `client
 * closed connection` before any request byte (a health check, but over TLS possibly a reset: nothing was lost either way).
 */
export function isResetFamily(entry: ErrorLogEntry): boolean {
  if (entry.connectionNumber === null) return false;
  const kind = lineKind(entry);
  if (ALWAYS_LOST.has(kind)) return true;
  if (TIMED_OUT.has(kind)) return entry.action?.kind !== 'known' || !BEFORE_REQUEST.has(entry.action.phrase);
  if (kind === 'tls-handshake-closed') return isUpstreamHandshake(entry.action);
  return LOST_WITH_ERRNO.has(kind) && isLostConnectionErrno(entry.errno);
}
