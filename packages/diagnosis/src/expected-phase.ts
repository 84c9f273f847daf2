/**
 * Which phases of the connection agree with a line: nginx's message and its `while ...` against what the packets show
 * (nginx-error-log sections 2.3 and 3). A line says what nginx was doing, so this is a weight, never a proof.
 */

import type { Phase } from './incident.ts';
import type { LogLine } from './log-line.ts';

const IN_REQUEST: readonly Phase[] = ['request', 'handshake'];
const UNANSWERED: readonly Phase[] = ['waiting', 'request'];
const ANSWERED: readonly Phase[] = ['response', 'idle', 'lingering'];
const AFTER: readonly Phase[] = ['lingering', 'closing', 'response', 'idle'];

const CLIENT_BY_ACTION: Readonly<Record<string, readonly Phase[]>> = {
  'waiting for request': ['handshake', 'tls-handshake'],
  'SSL handshaking': ['handshake', 'tls-handshake'],
  'reading PROXY protocol': IN_REQUEST,
  'reading client request line': IN_REQUEST,
  'reading client request headers': IN_REQUEST,
  'sending to client': AFTER,
  'sending response to client': ['response', 'lingering', 'idle'],
  'proxying upgraded connection': ['tunnel'],
};

const UPSTREAM_BY_ACTION: Readonly<Record<string, readonly Phase[]>> = {
  'connecting to upstream': ['handshake', 'waiting', 'request'],
  'SSL handshaking to upstream': ['handshake', 'tls-handshake'],
  'sending request to upstream': ['request', 'waiting', 'response'],
  'reading response header from upstream': ['waiting', 'request', 'response'],
  'reading upstream': ANSWERED,
  'sending to client': ANSWERED,
  'proxying upgraded connection': ['tunnel'],
};

/** Null: the line says nothing about the phase. */
export function expectedPhases(line: LogLine): readonly Phase[] | null {
  if (line.entry.action?.kind === 'other') return null;
  const action = line.entry.action?.phrase ?? null;
  if (line.leg === 'upstream') return action === null ? null : (UPSTREAM_BY_ACTION[action] ?? null);
  switch (line.kind) {
    case 'client-closed-keepalive':
      return ['idle', 'response'];
    case 'client-aborted':
      return action === 'reading upstream' || action === 'sending to client' ? ['response', 'waiting'] : UNANSWERED;
    case 'client-closed-early':
      return action === null ? ['request'] : action.startsWith('sending') ? ['response'] : IN_REQUEST;
    case 'client-closed-before-request':
      return ['handshake', 'tls-handshake'];
    default:
      return clientSocketPhases(line, action);
  }
}

function clientSocketPhases(line: LogLine, action: string | null): readonly Phase[] | null {
  if (action === null) return ['request', ...AFTER];
  if (action === 'sending to client' && line.kind !== 'reset-recv') return ['waiting', 'response', 'lingering', 'idle'];
  if (action === 'sending request to upstream' && line.kind === 'reset-recv') return ['request', 'waiting'];
  return CLIENT_BY_ACTION[action] ?? null;
}
