/** What appendix-a.test.ts does not reach: rule 5 at other levels, and rule 8. */
import { expect, test } from '@jest/globals';
import { decideSide, parseErrorLogLine } from './index.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const CONTEXT = ', client: 10.0.0.1, server: x, request: "GET / HTTP/1.1", upstream: "http://10.0.0.2:80/", host: "x"';

test.each([
  {
    name: 'SSL_read() at crit',
    text: `[crit] 1#1: *7 SSL_read() failed (SSL: error:0A) while sending to client${CONTEXT}`,
    side: 'unknown',
    certainty: 'low',
  },
  {
    name: 'recv() at alert',
    text: `[alert] 1#1: *7 recv() failed (9: Bad file descriptor)${CONTEXT}`,
    side: 'unknown',
    certainty: 'low',
  },
  {
    name: 'upstream handshake at crit',
    text: `[crit] 1#1: *7 SSL_do_handshake() failed (SSL: error:0A) while SSL handshaking to upstream${CONTEXT}`,
    side: 'upstream',
    certainty: 'high',
  },
  {
    name: 'handshake at crit, no action',
    text: `[crit] 1#1: *7 SSL_do_handshake() failed (SSL: error:0A)${CONTEXT}`,
    side: 'unknown',
    certainty: 'low',
  },
  {
    name: 'a file error',
    text: `[error] 1#1: *7 open() "/x" failed (2: No such file)${CONTEXT}`,
    side: 'unknown',
    certainty: 'low',
  },
  {
    name: 'a keepalive close without *N',
    text: '[info] 1#1: client 10.0.0.1 closed keepalive connection',
    side: 'client',
    certainty: 'certain',
  },
  {
    name: 'a cosocket in a timer of OpenResty',
    text: '[error] 1#1: *2 recv() failed (104: Connection reset by peer), context: ngx.timer',
    side: 'other',
    certainty: 'high',
  },
  {
    name: 'the same with the client that set the timer',
    text: '[error] 1#1: *2 recv() failed (104: Connection reset by peer), context: ngx.timer, client: 10.0.0.1, server: 0.0.0.0:80',
    side: 'other',
    certainty: 'high',
  },
  {
    name: 'a cosocket of a request',
    text: '[error] 1#1: *2 recv() failed (104: Connection reset by peer), client: 10.0.0.1, server: x, request: "GET / HTTP/1.1"',
    side: 'other',
    certainty: 'high',
  },
  {
    name: 'a handshake to an upstream with certificates by Lua',
    text: `[error] 1#1: *2 peer closed connection in SSL handshake (104: Connection reset by peer) while proxy pass SSL handshaking${CONTEXT}`,
    side: 'upstream',
    certainty: 'certain',
  },
  {
    name: 'a health check of Tengine',
    text: '[error] 1#1: recv() failed (104: Connection reset by peer)',
    side: 'none',
    certainty: 'certain',
  },
  {
    name: 'a cut line',
    text: `[error] 1#1: *7 recv() failed (104: x), client: 10.0.0.1, server: x, request: "GET /${'a'.repeat(2048)}`,
    side: 'upstream',
    certainty: 'low',
  },
  {
    name: 'a suspect line',
    text: `[info] 1#1: *7 client prematurely closed connection while dreaming${CONTEXT}`,
    side: 'client',
    certainty: 'high',
  },
])('$name: $side, $certainty', ({ text, side, certainty }) => {
  const parsed = parseErrorLogLine(latin1(`2026/11/22 07:59:09 ${text}`));
  expect(parsed.kind === 'entry' ? decideSide(parsed.entry) : parsed).toMatchObject({ side, certainty });
});
