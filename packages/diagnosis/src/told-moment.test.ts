import { describe, expect, test } from '@jest/globals';
import type { Moment } from '@resetscope/flow';
import type { Leg } from './incident.ts';
import { nginxSideOf } from './nginx-side.ts';
import { outcomeOf } from './outcome.ts';
import { phaseAt } from './phase.ts';
import { type LineParts, lineOf } from './testing/log-text.ts';
import { StreamBuilder } from './testing/stream-builder.ts';
import { toldMoment } from './told-moment.ts';

const RESET = '(104: Connection reset by peer)';
const PROXIED: LineParts = { request: 'POST /pay HTTP/1.1', upstream: 'http://10.0.0.9:8080/pay' };
const EARLY = 'client prematurely closed connection';
const ABORTED = `epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too ${RESET}`;
const KEEPALIVE: LineParts = {
  message: `client 10.0.0.1 closed keepalive connection ${RESET}`,
  action: '',
  client: null,
  request: null,
  host: null,
};

/** TLS 1.2 without its handshake messages: their content says nothing here. */
const HELLO = Uint8Array.of(22, 3, 3, 0, 4, 1, 0, 0, 0);
const record = (length: number): Uint8Array =>
  Uint8Array.of(23, 3, 3, length >> 8, length & 0xff, ...new Uint8Array(length));
const tls = (): StreamBuilder => new StreamBuilder().open().send('originator', HELLO).send('responder', HELLO);
const asked = (): StreamBuilder => tls().send('originator', record(100)).ack('responder');
const answered = (): StreamBuilder => asked().send('responder', record(300)).ack('originator');
const older = (): StreamBuilder => new StreamBuilder();

/** phase, request, response, delivered, retrySafe: with the line. */
function told(builder: StreamBuilder, leg: Leg, line: LineParts): string {
  const peer = leg === 'client' ? 'originator' : 'responder';
  const stream = builder.rst(peer).build();
  const ending = stream.endings.find((e) => e.kind === 'rst') ?? null;
  const { entry, kind } = lineOf({ level: leg === 'client' ? 'info' : 'error', ...line });
  const moment = toldMoment({ entry, kind, leg, stream, ending });
  const { request, response, delivered, retrySafe } = outcomeOf(stream, moment, leg);
  return [phaseAt(stream, moment, peer, nginxSideOf(leg)), request, response, delivered, retrySafe].join(' ');
}

describe('what a line tells of TLS, on the side of the client', () => {
  test.each([
    {
      name: 'a request line not all there looks like a request',
      stream: asked(),
      line: { message: EARLY, action: 'reading client request line' },
      expected: 'request partial none no yes',
    },
    {
      name: 'a body not all there, no phrase',
      stream: asked(),
      line: { message: EARLY, action: '' },
      expected: 'request partial none no yes',
    },
    {
      name: 'an upload that is not buffered',
      stream: asked(),
      line: { ...PROXIED, message: `recv() failed ${RESET}`, action: 'sending request to upstream' },
      expected: 'request partial none no yes',
    },
    {
      name: 'nginx waited for the upstream',
      stream: tls().send('originator', record(100).subarray(0, 60)).ack('responder'),
      line: { ...PROXIED, message: ABORTED, action: 'sending request to upstream' },
      expected: 'waiting complete none no no',
    },
    {
      name: 'the upstream was still answering',
      stream: answered(),
      line: { ...PROXIED, message: ABORTED, action: 'reading upstream' },
      expected: 'response complete partial no no',
    },
    {
      name: 'a failed write, of which nothing was seen',
      stream: asked(),
      line: { message: `SSL_write() failed ${RESET}`, action: 'sending to client' },
      expected: 'waiting complete none no yes',
    },
    {
      name: 'a response that was draining',
      stream: answered(),
      line: { message: `${EARLY} ${RESET}`, action: 'sending response to client' },
      expected: 'response complete partial no yes',
    },
    {
      name: 'the connection was idle',
      stream: asked().send('responder', record(300).subarray(0, 200)).ack('originator'),
      line: KEEPALIVE,
      expected: 'idle complete complete yes unknown',
    },
    {
      name: 'it was not, where a byte was not acknowledged',
      stream: asked().send('responder', record(300)),
      line: KEEPALIVE,
      expected: 'response complete complete no unknown',
    },
    {
      name: 'all was written and nginx lingered',
      stream: answered().fin('responder'),
      line: { ...PROXIED, message: `recv() failed ${RESET}`, action: 'sending to client' },
      expected: 'lingering complete complete yes no',
    },
    {
      name: 'nginx lingered, and its FIN was still behind bytes of the response',
      stream: answered(),
      line: { ...PROXIED, message: `recv() failed ${RESET}`, action: 'sending to client' },
      expected: 'response complete partial no no',
    },
    {
      name: 'idle for nginx, but the window of the client was closed before the end',
      stream: asked().send('responder', record(300)).ack('originator', { window: 0 }),
      line: KEEPALIVE,
      expected: 'response complete partial no unknown',
    },
  ])('$name', ({ stream, line, expected }) => expect(told(stream, 'client', line)).toBe(expected));
});

describe('on the side of the upstream', () => {
  test.each([
    {
      name: 'a header that was not complete',
      stream: answered(),
      line: { ...PROXIED, message: `recv() failed ${RESET}`, action: 'reading response header from upstream' },
      expected: 'response complete partial no no',
    },
    {
      name: 'no header at all',
      stream: asked(),
      line: { ...PROXIED, message: `recv() failed ${RESET}`, action: 'reading response header from upstream' },
      expected: 'waiting complete none no no',
    },
    {
      name: 'a body that was not complete',
      stream: answered(),
      line: { ...PROXIED, message: `readv() failed ${RESET}`, action: 'reading upstream' },
      expected: 'response complete partial no no',
    },
    {
      name: 'a request that was not all written',
      stream: asked(),
      line: { ...PROXIED, message: `SSL_write() failed ${RESET}`, action: 'sending request to upstream' },
      expected: 'request partial none no unknown',
    },
  ])('$name', ({ stream, line, expected }) => expect(told(stream, 'upstream', line)).toBe(expected));
});

describe('a connection older than the capture', () => {
  test.each([
    {
      name: 'idle',
      line: KEEPALIVE,
      expected: 'idle complete complete yes unknown',
    },
    {
      name: 'waiting',
      line: { message: ABORTED, action: 'sending request to upstream' },
      expected: 'waiting complete none no yes',
    },
    {
      name: 'in its request',
      line: { message: `recv() failed ${RESET}`, action: 'reading client request headers' },
      expected: 'request partial none no yes',
    },
  ])('$name', ({ line, expected }) => expect(told(older(), 'client', line)).toBe(expected));
});

describe('an upstream connection of which only the RST is there', () => {
  test.each([
    ['reading response header from upstream', 'waiting complete none no no'],
    ['reading upstream', 'response complete partial no no'],
  ])('while %s', (action, expected) => {
    expect(told(older(), 'upstream', { ...PROXIED, message: `recv() failed ${RESET}`, action })).toBe(expected);
  });
});

describe('the name of the request', () => {
  const UPSTREAM_URI: LineParts = {
    level: 'error',
    request: 'GET /a?b=c HTTP/1.1',
    upstream: 'http://10.0.0.9:8080/x',
  };
  const EXACT = new StreamBuilder().open().send('originator', 'PUT /seen HTTP/1.1\r\n\r\n');
  const HEADLESS = new StreamBuilder().open().send('originator', 'GET /a?b');

  test.each<[string, Leg, StreamBuilder, LineParts, string]>([
    ['from the packets', 'client', EXACT, {}, 'PUT /seen'],
    ['from the line, where it was cut short', 'client', HEADLESS, { request: 'GET /a?b=c HTTP/1.1' }, 'GET /a?b=c'],
    ['from the line, over TLS', 'client', asked(), { request: 'GET /a?b=c HTTP/1.1' }, 'GET /a?b=c'],
    ['as the upstream was asked', 'upstream', asked(), UPSTREAM_URI, 'GET /x'],
    ['from nowhere', 'client', asked(), { request: null }, 'null null'],
  ])('%s', (_title, leg, builder, parts, expected) => {
    const stream = builder.build();
    const { entry, kind } = lineOf(parts);
    const { exchange } = toldMoment({ entry, kind, leg, stream, ending: null });
    expect(`${exchange?.method} ${exchange?.target}`).toBe(expected);
  });
});

test('where framing is exact the line changes nothing', () => {
  const stream = new StreamBuilder()
    .open()
    .exchange('GET /a HTTP/1.1\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    .rst('originator');
  expect(told(stream, 'client', { message: EARLY, action: '' })).toBe('idle complete complete yes yes');
});

test('a length that was announced and reached is not doubted', () => {
  const { entry, kind } = lineOf({
    ...PROXIED,
    level: 'error',
    message: 'readv() failed (104)',
    action: 'reading upstream',
  });
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConn';
  for (const [sent, expected] of [
    [1200, 'complete'],
    [900, 'partial'],
  ] as const) {
    const stream = new StreamBuilder()
      .open()
      .send('originator', 'GET /a HTTP/1.1\r\n\r\n')
      .send('responder', head)
      .build();
    const { exchange } = stream.last;
    if (exchange === null) throw new Error('expected an exchange');
    const responseState = sent === 1200 ? 'complete' : 'partial';
    const last: Moment = {
      ...stream.last,
      exchange: { ...exchange, framing: 'guessed', contentLength: 1000, responseState },
    };
    const told = toldMoment({ entry, kind, leg: 'upstream', stream: { ...stream, last }, ending: null });
    expect(told.exchange?.responseState).toBe(expected);
  }
});

describe('an answer before the end of the request', () => {
  /** A TLS stream whose answer is known to have come early: the request went on after it. */
  function early(leg: Leg, line: LineParts): Moment {
    const stream = answered().build();
    const { exchange } = stream.last;
    if (exchange === null) throw new Error('expected an exchange');
    const last: Moment = { ...stream.last, exchange: { ...exchange, status: 413, earlyResponse: leg === 'client' } };
    const { entry, kind } = lineOf({ level: leg === 'client' ? 'info' : 'error', ...line });
    return toldMoment({ entry, kind, leg, stream: { ...stream, last }, ending: null });
  }
  const told413 = { requestState: 'partial', responseState: 'complete', earlyResponse: true, status: 413 };

  test('nginx discarded the body: no phrase', () => {
    expect(early('client', { message: `recv() failed ${RESET}`, action: '' }).exchange).toMatchObject(told413);
  });

  test('nginx could not write the rest of it to the upstream', () => {
    const line = { ...PROXIED, message: 'sendfile() failed (32: Broken pipe)', action: 'sending request to upstream' };
    expect(early('upstream', line).exchange).toMatchObject(told413);
  });

  test('nginx read it on', () => {
    const line = { message: `recv() failed ${RESET}`, action: 'reading client request headers' };
    expect(early('client', line).exchange).toMatchObject(told413);
  });
});

test('without a line nothing is told', () => {
  const stream = answered().build();
  expect(toldMoment({ entry: null, kind: null, leg: 'client', stream, ending: null })).toBe(stream.last);
});
