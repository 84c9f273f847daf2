/**
 * Which of nginx's two connections a line speaks of, from the line alone: nginx-error-log.md section 3, rules 1 to 8 in
 * order. Level = side is nginx's own rule (ngx_connection_error); the `while` phrase and the presence of an upstream
 * are not. Knows no packets and says nothing about who reset.
 */
import { isUpstreamHandshake, knownPhrase } from './action.ts';
import type { ErrorLogEntry } from './error-log-entry.ts';
import { isSocketCall } from './line-kind.ts';

export type Certainty = 'certain' | 'high' | 'low';

export interface SideDecision {
  /** `other`: a third party (Lua cosocket, auth_http); `none`: no connection of a client; `unknown`: the line cannot tell. */
  readonly side: 'client' | 'upstream' | 'other' | 'none' | 'unknown';
  readonly certainty: Certainty;
  /** One sentence, for the report. */
  readonly because: string;
}

function decision(side: SideDecision['side'], certainty: Certainty, because: string): SideDecision {
  return { side, certainty, because };
}

/** Total; every entry gets a decision with its reason. */
export function decideSide(entry: ErrorLogEntry): SideDecision {
  const plain =
    noConnection(entry) ?? namedInMessage(entry) ?? thirdParty(entry) ?? calledOnUpstream(entry) ?? byLevel(entry);
  const doubt = reasonToDoubt(entry);
  if (doubt === null || plain.side === 'none') return plain;
  return {
    ...plain,
    certainty: plain.certainty === 'certain' ? 'high' : 'low',
    because: `${plain.because}, but ${doubt}`,
  };
}

/** Rule 1. */
function noConnection(entry: ErrorLogEntry): SideDecision | null {
  if (entry.connectionNumber !== null || entry.client !== null) return null;
  if (/^client \S{1,128} closed keepalive connection$/.test(entry.message)) return null;
  return decision('none', 'certain', 'the line belongs to no client connection');
}

const NAMES_CLIENT = /^(?:udp )?(?:client |(?:epoll_wait|kevent)\(\) reported that client )/;
const NAMES_UPSTREAM =
  /^(?:upstream |no live upstreams|kevent\(\) reported that (?:upstream|connect\(\)))|^(?:udp )?proxy \S+ connected to /;

/** Rules 2 and 3, the part that names the side in words. */
function namedInMessage(entry: ErrorLogEntry): SideDecision | null {
  if (NAMES_CLIENT.test(entry.message)) return decision('client', 'certain', 'the message names the client');
  if (NAMES_UPSTREAM.test(entry.message)) return decision('upstream', 'certain', 'the message names the upstream');
  if (entry.message !== 'peer closed connection in SSL handshake') return null;
  const isUpstream = isUpstreamHandshake(entry.action) && entry.level === 'error';
  return isUpstream
    ? decision('upstream', 'certain', 'the TLS handshake to the upstream failed, at level error')
    : decision('client', 'certain', 'the TLS handshake of the client failed');
}

/**
 * Rule 7, asked before rules 3 and 5 could call it an upstream: a module's own socket has no upstream, with a request or
 * without (`recv() failed (104: ...), context: ngx.timer` of OpenResty).
 */
function thirdParty(entry: ErrorLogEntry): SideDecision | null {
  if (entry.level !== 'error' || !isSocketCall(entry.call) || entry.call === 'readv()') return null;
  if (entry.upstream !== null || entry.truncated) return null;
  return decision('other', 'high', 'a socket failed at level error with no upstream: a module has its own connection');
}

/** The rest of rule 3, and rule 4. */
function calledOnUpstream(entry: ErrorLogEntry): SideDecision | null {
  if (entry.call === 'connect()') return decision('upstream', 'certain', 'nginx connects to upstreams only');
  if (entry.call === 'readv()') return decision('upstream', 'certain', 'nginx calls readv() on upstreams only');
  return null;
}

/** Rule 5. */
function byLevel(entry: ErrorLogEntry): SideDecision {
  if (!isSocketCall(entry.call) && entry.message !== 'connection timed out') {
    return decision('unknown', 'low', 'the message is not about a socket');
  }
  if (entry.level === 'info') return decision('client', 'high', 'nginx logs client sockets at level info');
  if (entry.level === 'error') return decision('upstream', 'high', 'nginx logs upstream sockets at level error');
  if (entry.call === 'SSL_do_handshake()') return handshakeByAction(entry);
  return decision('unknown', 'low', `level ${entry.level} does not tell the side`);
}

/** Strange TLS peers are logged at crit on both sides: the one place where the action says more than the level. */
function handshakeByAction(entry: ErrorLogEntry): SideDecision {
  if (isUpstreamHandshake(entry.action)) {
    return decision('upstream', 'high', 'the TLS handshake to the upstream failed');
  }
  if (knownPhrase(entry.action) === 'SSL handshaking')
    return decision('client', 'high', 'the TLS handshake of the client failed');
  return decision('unknown', 'low', `level ${entry.level} does not tell the side`);
}

/** Rules 6 and 8. */
function reasonToDoubt(entry: ErrorLogEntry): string | null {
  if (entry.flags.length > 0) return `the line is suspect (${entry.flags.join(', ')})`;
  return entry.truncated ? 'the line is cut' : null;
}
