import { expect, test } from '@jest/globals';
import { expectedPhases } from './expected-phase.ts';
import type { Phase } from './incident.ts';
import { type LineParts, lineOf } from './testing/log-text.ts';

const ABORTED =
  'epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too (104: Connection reset by peer)';
const UPSTREAM: LineParts = { level: 'error', upstream: 'http://10.0.1.3:8080/a' };

test.each<[string, LineParts, readonly Phase[] | null]>([
  ['waiting for a request', { action: 'waiting for request', request: null }, ['handshake', 'tls-handshake']],
  ['reading the request line', { action: 'reading client request line' }, ['request', 'handshake']],
  [
    'no action: in the body or after the answer',
    { action: '' },
    ['request', 'lingering', 'closing', 'response', 'idle'],
  ],
  [
    'sending to client: recv() is about what comes after',
    { action: 'sending to client' },
    ['lingering', 'closing', 'response', 'idle'],
  ],
  [
    'sending to client: writev() is about the answer',
    { message: 'writev() failed (104: Connection reset by peer)', action: 'sending to client' },
    ['waiting', 'response', 'lingering', 'idle'],
  ],
  [
    'a client that aborts while the upstream works',
    { message: ABORTED, action: 'reading response header from upstream' },
    ['waiting', 'request'],
  ],
  [
    'a client that aborts while the answer comes',
    { message: ABORTED, action: 'reading upstream' },
    ['response', 'waiting'],
  ],
  [
    'an idle connection',
    { message: 'client 10.0.0.1 closed keepalive connection (104: Connection reset by peer)', action: '' },
    ['idle', 'response'],
  ],
  [
    'a client that leaves inside its request',
    { message: 'client prematurely closed connection', action: 'reading client request line' },
    ['request', 'handshake'],
  ],
  [
    'an upstream that answers with a reset',
    { ...UPSTREAM, action: 'reading response header from upstream' },
    ['waiting', 'request', 'response'],
  ],
  [
    'an upstream inside its body',
    { ...UPSTREAM, action: 'reading upstream', message: 'readv() failed (104: Connection reset by peer)' },
    ['response', 'idle', 'lingering'],
  ],
  ['a phrase that says nothing', { action: 'closing request' }, null],
  ['a phrase that nginx does not have', { action: 'constructor' }, null],
])('%s', (_title, parts, expected) => {
  expect(expectedPhases(lineOf(parts))).toEqual(expected);
});
