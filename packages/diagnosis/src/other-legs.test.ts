import { describe, expect, test } from '@jest/globals';
import type { TcpStream } from '@resetscope/flow';
import { compileLogFormat, parseAccessLogLine, RECOMMENDED_LOG_FORMAT } from '@resetscope/nginx-log';
import { AccessLog } from './access-log.ts';
import { legQuestion } from './leg-question.ts';
import type { LogLine } from './log-line.ts';
import { type Match, matchLines } from './match.ts';
import { type FoundLeg, OtherLegs } from './other-legs.ts';
import { StreamIndex } from './stream-index.ts';
import { type LineParts, lineOf } from './testing/log-text.ts';
import { START_US, StreamBuilder, type StreamEnds } from './testing/stream-builder.ts';
import { type Unreadable, unreadable, unreadUntil } from './unreadable.ts';

const UPSTREAM: LineParts = {
  level: 'error',
  action: 'reading response header from upstream',
  upstream: 'http://10.0.1.3:8080/a',
};
const CLIENT: LineParts = {
  message:
    'epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too (104: Connection reset by peer)',
  action: 'sending request to upstream',
  upstream: 'http://10.0.1.3:8080/a',
};
const TO_UPSTREAM: StreamEnds = { client: '10.0.0.2', clientPort: 50_000, server: '10.0.1.3', serverPort: 8080 };

const get = (head = '', target = '/a'): string => `GET ${target} HTTP/1.1\r\nHost: shop.test\r\n${head}\r\n`;

interface Asking extends StreamEnds {
  readonly atUs?: number;
  readonly head?: string;
  readonly target?: string;
  readonly resetBy?: 'originator' | 'responder';
}

/** A connection with a request that waits for its answer. */
function asking({ atUs = 0, head, target, resetBy, ...ends }: Asking): TcpStream {
  const builder = new StreamBuilder({ startUs: START_US + atUs, ...ends }).open().send('originator', get(head, target));
  builder.ack('responder').wait(5000);
  return (resetBy === undefined ? builder : builder.rst(resetBy)).build();
}

const client = (parts: Asking = {}): TcpStream => asking({ index: 1, ...parts });
const upstream = (parts: Asking = {}): TcpStream => asking({ index: 2, atUs: 700, ...TO_UPSTREAM, ...parts });

interface View {
  readonly accessLog?: AccessLog | null;
  readonly isWhole?: boolean;
  readonly unreadable?: readonly Unreadable[];
}

function matchOf(line: LogLine, streams: readonly TcpStream[]): Match {
  const [match] = matchLines([line], new StreamIndex(streams.slice(0, 1), [line]), {
    clockOffsetUs: 0,
    accessLog: null,
    serials: null,
    missing: [],
  });
  if (match?.kind !== 'matched') throw new Error('expected the first stream to be the line’s');
  return match;
}

/** The leg found for a line of the first stream. */
function otherOf(parts: LineParts, streams: readonly TcpStream[], view: View = {}): FoundLeg | null {
  const { accessLog = null, isWhole = true, unreadable: others = [] } = view;
  return new OtherLegs({ streams, unreadable: others, isWhole }, accessLog).of(matchOf(lineOf(parts), streams));
}

function accessLogOf(...clients: readonly string[]): AccessLog {
  const log = new AccessLog();
  for (const one of clients) {
    const text = `3 1 ${one} 10.0.0.2:80 1795329312.728 200 5 OK 10.0.1.3:8080 502 9231c0344d6f8aa24a08df766502ae6c "GET /a HTTP/1.1"`;
    const entry = parseAccessLogLine(
      compileLogFormat(RECOMMENDED_LOG_FORMAT),
      Uint8Array.from(text, (c) => c.charCodeAt(0)),
    );
    if (entry !== null) log.add(entry);
  }
  return log;
}

describe('the client of an upstream leg', () => {
  const own = upstream({ resetBy: 'responder' });

  test('is the only one that had asked for it and waits', () => {
    const found = otherOf(UPSTREAM, [own, client(), client({ clientPort: 40_001, target: '/b' })]);
    expect(found).toMatchObject({ leg: 'client', joinedBy: 'request-line-and-time', confidence: 0.9 });
    expect(found?.stream.originator.port).toBe(40_000);
  });

  const second = client({ clientPort: 40_001, atUs: 100 });
  test.each<{ name: string; streams: readonly TcpStream[]; parts?: LineParts; view?: View }>([
    { name: 'two had', streams: [client(), second] },
    { name: 'it asked after nginx did', streams: [client({ atUs: 2000 })] },
    { name: 'it asked long before', streams: [client({ atUs: -60_000 })] },
    { name: 'it is another address', streams: [client({ client: '10.0.0.9' })] },
    { name: 'it is another host', streams: [client()], parts: { host: 'other.test' } },
    { name: 'connections were left out', streams: [client()], view: { isWhole: false } },
    {
      name: 'another of the client cannot be read',
      streams: [client()],
      view: {
        unreadable: [{ originator: '10.0.0.1', responder: '10.0.0.2 443', fromUs: START_US, toUs: START_US + 9e6 }],
      },
    },
    {
      name: 'it had its answer',
      streams: [new StreamBuilder().open().exchange(get(), 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n').build()],
    },
    {
      name: 'it is the port of the access log that is missing',
      streams: [client()],
      view: { accessLog: accessLogOf('10.0.0.1:40009') },
    },
  ])('is not told when $name', ({ streams, parts, view }) => {
    expect(otherOf({ ...UPSTREAM, ...parts }, [own, ...streams], view)).toBeNull();
  });

  test('has the port of the access log, whatever else fits', () => {
    const found = otherOf(UPSTREAM, [own, client(), second], { accessLog: accessLogOf('10.0.0.1:40001') });
    expect(found).toMatchObject({ joinedBy: 'access-log', confidence: 0.99, stream: { originator: { port: 40_001 } } });
    const restarted = accessLogOf('10.0.0.1:40001', '10.0.0.1:40000');
    expect(otherOf(UPSTREAM, [own, client(), second], { accessLog: restarted })).toBeNull();
  });

  test('carries the same id', () => {
    const head = 'X-Request-ID: 0123456789abcdef\r\n';
    const marked = upstream({ resetBy: 'responder', head });
    const found = otherOf(UPSTREAM, [marked, client(), client({ clientPort: 40_001, head })]);
    expect(found).toMatchObject({ joinedBy: 'x-request-id', stream: { originator: { port: 40_001 } } });
    const twins = [client({ head }), client({ clientPort: 40_001, head })];
    expect(otherOf(UPSTREAM, [marked, ...twins])).toBeNull();
  });

  test('of a refused connection had asked just before the SYN', () => {
    const refused = new StreamBuilder({ index: 2, startUs: START_US + 700, ...TO_UPSTREAM }).syn().refuse().build();
    const parts = {
      ...UPSTREAM,
      message: 'connect() failed (111: Connection refused)',
      action: 'connecting to upstream',
    };
    expect(otherOf(parts, [refused, client()])?.stream.originator.port).toBe(40_000);
  });
});

describe('the upstream of a client leg', () => {
  const own = client({ resetBy: 'originator' });

  test('is the only one that was asked for it just then', () => {
    const others = [upstream({ clientPort: 50_001, target: '/b' }), upstream({ clientPort: 50_002, atUs: -9000 })];
    const found = otherOf(CLIENT, [own, upstream(), ...others]);
    expect(found).toMatchObject({ leg: 'upstream', joinedBy: 'request-line-and-time' });
    expect(found?.stream.originator.port).toBe(50_000);
  });

  test.each<{ name: string; streams: readonly TcpStream[]; parts?: LineParts; view?: View }>([
    { name: 'two were', streams: [upstream(), upstream({ clientPort: 50_001, atUs: 900 })] },
    { name: 'it is another upstream', streams: [upstream({ server: '10.0.1.4' })] },
    { name: 'no log names the upstream', streams: [upstream()], parts: { upstream: null } },
    {
      name: 'another connection to it cannot be read',
      streams: [upstream()],
      view: {
        unreadable: [{ originator: '10.0.0.2', responder: '10.0.1.3 8080', fromUs: START_US, toUs: START_US + 9e6 }],
      },
    },
  ])('is not told when $name', ({ streams, parts, view }) => {
    expect(otherOf({ ...CLIENT, ...parts }, [own, ...streams], view)).toBeNull();
  });

  test('carries the id that the access log has', () => {
    const head = 'X-Request-ID: 9231c0344d6f8aa24a08df766502ae6c\r\n';
    const streams = [own, upstream(), upstream({ clientPort: 50_001, atUs: 900, head })];
    const found = otherOf(CLIENT, streams, { accessLog: accessLogOf('10.0.0.1:40000') });
    expect(found).toMatchObject({ joinedBy: 'x-request-id', stream: { originator: { port: 50_001 } } });
  });

  test('is the last of several attempts with one id', () => {
    const head = 'X-Request-ID: 0123456789abcdef\r\n';
    const first = new StreamBuilder({ startUs: START_US + 700, ...TO_UPSTREAM }).open().send('originator', get(head));
    const last = upstream({ clientPort: 50_001, atUs: 3000, head });
    const streams = [client({ resetBy: 'originator', head }), first.rst('responder').build(), last];
    expect(otherOf(CLIENT, streams)?.stream.originator.port).toBe(50_001);
  });
});

describe('legQuestion', () => {
  const read = (parts: LineParts, stream: TcpStream, accessLog: AccessLog | null = null) =>
    legQuestion(matchOf(lineOf(parts), [stream]), accessLog);

  test('where the other leg is to be looked for', () => {
    expect(read(UPSTREAM, upstream({ resetBy: 'responder' }))).toEqual({
      window: { fromUs: START_US + 700 - 50_100, toUs: START_US + 800 },
      end: { address: '10.0.0.1' },
      upstream: '10.0.1.3 8080',
    });
    expect(read(CLIENT, client({ resetBy: 'originator' }))).toEqual({
      window: { fromUs: START_US + 300 - 100, toUs: START_US + 300 + 50_100 },
      end: { address: '10.0.1.3', port: 8080 },
      upstream: '10.0.1.3 8080',
    });
  });

  test('the access log may name the upstream; without it nothing is looked for', () => {
    const unnamed = { ...CLIENT, upstream: null };
    const own = client({ resetBy: 'originator' });
    expect(read(unnamed, own)).toBeNull();
    expect(read(unnamed, own, accessLogOf('10.0.0.1:40000'))?.end).toEqual({ address: '10.0.1.3', port: 8080 });
  });
});

describe('unreadable', () => {
  test('a connection that shows its requests is not', () => {
    expect(unreadable(client())).toBeNull();
    expect(unreadable(new StreamBuilder().open().build())).toBeNull();
  });

  test('one with TLS is, from beginning to end', () => {
    const tls = new StreamBuilder()
      .open()
      .send('originator', Uint8Array.of(0x17, 3, 3, 0, 1, 9))
      .build();
    expect(unreadable(tls)).toMatchObject({ originator: '10.0.0.1', responder: '10.0.0.2 80', toUs: tls.lastUs });
  });

  test('one with more requests than are kept is, until the first of those', () => {
    const [exchange] = client().exchanges;
    const reading = {
      protocol: 'http1',
      exchanges: [exchange!],
      exchangeCount: 40,
      lastPayloadUs: 1,
      lastUs: 9,
    } as const;
    expect(unreadUntil(reading)).toBe(exchange?.requestStartUs);
    expect(unreadUntil({ ...reading, exchangeCount: 1 })).toBeNull();
    expect(unreadUntil({ ...reading, exchanges: [{ ...exchange!, targetIsCut: true }], exchangeCount: 1 })).toBe(9);
  });
});
