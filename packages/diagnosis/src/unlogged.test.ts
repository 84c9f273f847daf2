import { describe, expect, test } from '@jest/globals';
import type { TcpStream } from '@resetscope/flow';
import { type Analysed, analyse } from './analyse.ts';
import { LogFacts } from './log-facts.ts';
import type { LogLine } from './log-line.ts';
import { Surroundings } from './surroundings.ts';
import { lineOf } from './testing/log-text.ts';
import { StreamBuilder } from './testing/stream-builder.ts';
import { causeOfHalfOpen } from './unlogged.ts';

const GET = 'GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const LONG = `HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n${'x'.repeat(500)}`;
const HALF = 'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nhello';

/** A logged reset of a client: it tells who nginx is. */
const LOGGED = new StreamBuilder({ clientPort: 39_999 }).open().exchange(GET, OK).rst('originator').build();
const LINE = lineOf({ request: null, host: null, connectionNumber: 99 });

function toNginx(): StreamBuilder {
  return new StreamBuilder({ index: 1, clientPort: 40_001, client: '10.0.0.9' }).open();
}

function toUpstream(): StreamBuilder {
  return new StreamBuilder({ index: 1, client: '10.0.0.2', server: '10.0.1.3', serverPort: 8080 }).open();
}

function analysed(stream: TcpStream, lines: readonly LogLine[] = [LINE], logsClients = true): Analysed {
  const streams = [LOGGED, stream];
  const surroundings = new Surroundings();
  for (const one of streams) surroundings.noteStream(one);
  const log = new LogFacts('UTC');
  log.logsClients = logsClients;
  return analyse({ lines, streams, surroundings, accessLog: null, clockOffsetUs: 0, lostPackets: null, log });
}

describe('a connection that lost data, and has no line', () => {
  test.each<[string, StreamBuilder, string, string, string]>([
    [
      'the response was never acknowledged, and the client reset after our FIN (D2)',
      toNginx().send('originator', GET).send('responder', LONG).fin('responder').rst('originator', { ack: 1 }),
      'client',
      'client-linger0-mid-response',
      'nginx-had-closed',
    ],
    [
      'a request met a connection that nginx had closed (N5)',
      toNginx().exchange(GET, OK).wait(5_000_000).fin('responder').send('originator', GET).bareRst('responder'),
      'client',
      'keepalive-race-client-nginx',
      'nginx-had-closed',
    ],
    [
      'nginx reset a body that did not come (N1)',
      toNginx()
        .send('originator', 'POST /a HTTP/1.1\r\nContent-Length: 9\r\n\r\n')
        .ack('responder')
        .wait(2_000_000)
        .rst('responder'),
      'client',
      'nginx-reset-timedout',
      'nginx-closed-itself',
    ],
    [
      'nginx ended the response with FIN',
      toNginx().send('originator', GET).send('responder', HALF).fin('responder'),
      'client',
      'unknown-rst',
      'nginx-closed-itself',
    ],
    [
      'the upstream cut the response with FIN',
      toUpstream().send('originator', GET).send('responder', HALF).fin('responder'),
      'upstream',
      'upstream-fin-mid-body',
      'not-known',
    ],
  ])('%s', (_title, builder, leg, cause, reason) => {
    const { unlogged } = analysed(builder.build());
    expect(unlogged.map(({ found }) => found)).toMatchObject([{ leg, cause, stream: { index: 1 }, why: { reason } }]);
    expect(unlogged[0]?.found.endedAt).toMatch(/^2026-11-22T06:35:/);
  });

  test('a log without lines of level info hides what clients do', () => {
    const aborted = toNginx().send('originator', GET).wait(2_000_000).rst('originator').build();
    expect(analysed(aborted, [LINE], false).unlogged[0]?.found.why.reason).toBe('log-level');
    expect(analysed(aborted).unlogged[0]?.found.why.reason).toBe('not-known');
  });
});

describe('not listed', () => {
  test.each<[string, StreamBuilder]>([
    ['all was answered and acknowledged', toNginx().exchange(GET, OK).rst('originator')],
    ['no request was sent', toNginx().rst('originator')],
    ['still open', toNginx().send('originator', GET)],
    [
      'a FIN, and all that was sent is on its way',
      toNginx().send('originator', GET).send('responder', OK).fin('responder'),
    ],
    ['nginx itself left the upstream', toUpstream().send('originator', GET).fin('originator')],
  ])('%s', (_title, builder) => {
    expect(analysed(builder.build()).unlogged).toEqual([]);
  });

  test('a response that another line explains: the upstream of the same request had failed', () => {
    const failed = lineOf({
      level: 'error',
      message: 'readv() failed (104: Connection reset by peer)',
      action: 'reading upstream',
      upstream: 'http://10.0.1.3:8080/a',
    });
    const cut = toNginx().send('originator', GET).send('responder', HALF).fin('responder').build();
    expect(analysed(cut, [LINE, failed]).unlogged).toEqual([]);
    expect(analysed(cut, [LINE]).unlogged).toHaveLength(1);
  });

  test('a connection whose ends are both strangers', () => {
    const elsewhere = new StreamBuilder({ index: 1, client: '10.9.9.1', server: '10.9.9.2' });
    expect(analysed(elsewhere.open().send('originator', GET).rst('responder').build()).unlogged).toEqual([]);
  });
});

describe('resets without a line', () => {
  test('are counted by cause, lost or not', () => {
    const { withoutLine } = analysed(toNginx().exchange(GET, OK).rst('originator').build());
    expect([...withoutLine]).toEqual([['client-rst-after-complete', 1]]);
  });

  test('a half-open connection needs no place in memory', () => {
    const probe = new StreamBuilder().syn().synAck().bareRst('originator').build();
    expect(causeOfHalfOpen(probe, new Surroundings())).toBe('probe-syn-rst');
  });

  test('nothing is said about them when the whole log is not at hand', () => {
    const streams = [LOGGED, toNginx().send('originator', GET).send('responder', HALF).fin('responder').build()];
    const input = { lines: [LINE], streams, surroundings: new Surroundings(), accessLog: null, lostPackets: null };
    expect(analyse({ ...input, clockOffsetUs: 0 })).toMatchObject({ unlogged: [], withoutLine: new Map() });
  });
});
