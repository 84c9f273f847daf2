import { describe, expect, test } from '@jest/globals';
import type { TcpStream } from '@resetscope/flow';
import { endingsFor } from './noticed.ts';
import { type LineParts, lineOf } from './testing/log-text.ts';
import { StreamBuilder } from './testing/stream-builder.ts';

const GET = 'GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n';
const HALF = 'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nhello';
const TLS = Uint8Array.of(23, 3, 3, 0, 1, 0);

const waiting = (): StreamBuilder => new StreamBuilder().open().send('originator', GET);
const RESET = waiting().rst('originator').build();
const CLOSED = waiting().fin('originator').build();
const CLOSED_THEN_RESET = waiting().fin('originator').send('responder', HALF).bareRst('originator').build();
const RESET_BY_NGINX = waiting().rst('responder').build();
const TLS_RESET = new StreamBuilder().open().send('originator', TLS).rst('originator').build();
const REFUSED = new StreamBuilder().syn().refuse().build();
const RESET_AT_ACCEPT = new StreamBuilder().open().bareRst('responder').build();
const RESET_BY_UPSTREAM = waiting().rst('responder').build();

const NO_ERRNO: LineParts = { message: 'client prematurely closed connection', action: '' };
const CONNECT: LineParts = {
  level: 'error',
  message: 'connect() failed (111: Connection refused)',
  action: 'connecting to upstream',
  upstream: 'http://10.0.0.2:80/a',
};
const UPSTREAM: LineParts = {
  level: 'error',
  action: 'reading response header from upstream',
  upstream: 'http://10.0.0.2:80/a',
};
const PIPE: LineParts = { message: 'writev() failed (32: Broken pipe)' };
const SILENT = new StreamBuilder().syn().build();
const HALF_OPEN = new StreamBuilder().syn().synAck().bareRst('originator').build();
const CLOSED_BY_NGINX = waiting().fin('responder').build();
const RACED = waiting()
  .send('responder', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  .fin('responder')
  .wait(1000)
  .send('originator', GET)
  .bareRst('responder')
  .build();
const UNFINISHED = waiting().build();
const TIMED_OUT: LineParts = { message: 'client timed out (110: Connection timed out)' };

describe('endingsFor', () => {
  test.each<[string, LineParts, TcpStream, readonly string[]]>([
    ['errno 104 wants the RST of the peer', {}, RESET, ['rst originator']],
    ['errno 104 does not come from a FIN', {}, CLOSED, []],
    ['errno 104 is not about a RST of nginx', {}, RESET_BY_NGINX, []],
    ['errno 104 of an upstream', UPSTREAM, RESET_BY_UPSTREAM, ['rst responder']],
    ['errno 104 does not come from a refused SYN', UPSTREAM, REFUSED, []],
    ['errno 32 comes from a RST', PIPE, CLOSED_THEN_RESET, ['rst originator']],
    ['or, without one, from a FIN', PIPE, CLOSED, ['fin originator']],
    ['no errno: the FIN came first', NO_ERRNO, CLOSED_THEN_RESET, ['fin originator']],
    [
      'no errno: the FIN was there before the request, which the RST answers',
      { ...UPSTREAM, message: 'upstream prematurely closed connection' },
      RACED,
      ['rst responder'],
    ],
    ['no errno: a RST shows only through TLS', NO_ERRNO, TLS_RESET, ['rst originator']],
    ['no errno and no TLS: not from a RST', NO_ERRNO, RESET, []],
    ['refused', CONNECT, REFUSED, ['rst responder']],
    ['refused, or reset before nginx sent a byte', CONNECT, RESET_AT_ACCEPT, ['rst responder']],
    ['refused is not reset later', CONNECT, RESET_BY_UPSTREAM, []],
    ['refused wants a RST', CONNECT, CLOSED, []],
    ['refused by ICMP: silence', CONNECT, SILENT, ['silence']],
    ['no route: silence', { ...CONNECT, message: 'connect() failed (113: No route to host)' }, SILENT, ['silence']],
    [
      'no route does not come from a RST',
      { ...CONNECT, message: 'connect() failed (113: No route to host)' },
      REFUSED,
      [],
    ],
    ["a half-open probe was never nginx's", {}, HALF_OPEN, []],
    ['a timeout: the FIN of nginx', TIMED_OUT, CLOSED_BY_NGINX, ['fin responder']],
    ['a timeout: nothing more is in the capture', TIMED_OUT, UNFINISHED, ['silence']],
    ['a timeout: the RST of nginx itself', TIMED_OUT, RESET_BY_NGINX, ['rst responder']],
    ['a timeout is not the RST of the client', TIMED_OUT, RESET, []],
  ])('%s', (_title, parts, stream, expected) => {
    const line = lineOf(parts);
    const found = endingsFor(line, line.leg ?? 'client', stream);
    expect(found.map((e) => (e === null ? 'silence' : `${e.kind} ${e.from}`))).toEqual(expected);
  });
});
