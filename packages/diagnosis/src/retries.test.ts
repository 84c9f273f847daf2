import { describe, expect, test } from '@jest/globals';
import type { TcpStream } from '@resetscope/flow';
import { type Match, matchLines } from './match.ts';
import { Retries } from './retries.ts';
import { StreamIndex } from './stream-index.ts';
import { type LineParts, lineOf } from './testing/log-text.ts';
import { START_US, StreamBuilder, type StreamEnds } from './testing/stream-builder.ts';

const UPSTREAM: LineParts = {
  level: 'error',
  action: 'reading response header from upstream',
  upstream: 'http://10.0.1.3:8080/a',
};
const TO_UPSTREAM: StreamEnds = { client: '10.0.0.2', clientPort: 50_000, server: '10.0.1.3', serverPort: 8080 };
const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: shop.test\r\n\r\n`;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

interface Asking extends StreamEnds {
  readonly atUs?: number;
  readonly target?: string;
  readonly answer?: string;
  readonly resetBy?: 'originator' | 'responder';
}

function asking({ atUs = 0, target = '/a', answer, resetBy, ...ends }: Asking): TcpStream {
  let builder = new StreamBuilder({ startUs: START_US + atUs, ...ends })
    .open()
    .send('originator', get(target))
    .ack('responder');
  if (answer !== undefined) builder = builder.send('responder', answer).ack('originator');
  return (resetBy === undefined ? builder : builder.rst(resetBy)).build();
}

function matchOf(parts: LineParts, stream: TcpStream): Match {
  const line = lineOf(parts);
  const context = { clockOffsetUs: 0, accessLog: null, serials: null, missing: [] };
  const [match] = matchLines([line], new StreamIndex([stream], [line]), context);
  if (match?.kind !== 'matched') throw new Error('expected the line to match');
  return match;
}

const summary = (match: Match, streams: readonly TcpStream[]): readonly string[] =>
  new Retries(streams).of(match).map(({ stream, status, response }) => `${stream.originator} ${status} ${response}`);

describe('a client that comes back', () => {
  const failed = asking({ index: 1, clientPort: 40_000, resetBy: 'originator' });
  const match = matchOf({ action: 'sending request to upstream', upstream: 'http://10.0.1.3:8080/a' }, failed);
  const later = (index: number, parts: Asking): TcpStream =>
    asking({ index, clientPort: 40_000 + index, atUs: 2_000_000, ...parts });

  test('the same address and request line, after the end, in order of time', () => {
    const streams = [failed, later(3, { atUs: 9_000_000 }), later(2, { answer: OK })];
    expect(summary(match, streams)).toEqual(['10.0.0.1:40002 200 complete', '10.0.0.1:40003 null none']);
    expect(new Retries(streams).of(match)[0]?.afterUs).toBeGreaterThan(1_900_000);
  });

  test.each([
    ['another request', { target: '/b' }],
    ['another client', { client: '10.0.0.9' }],
    ['minutes later', { atUs: 200_000_000 }],
    ['before the end', { atUs: -1_000_000 }],
  ])('not %s', (_name, parts) => {
    expect(summary(match, [failed, later(2, parts)])).toEqual([]);
  });

  test('what was answered is not asked again: it is the next request', () => {
    const answered = asking({ index: 1, clientPort: 40_000, answer: OK, resetBy: 'originator' });
    const done = matchOf(
      {
        message: 'client 10.0.0.1 closed keepalive connection (104: Connection reset by peer)',
        action: '',
        client: null,
        request: null,
        host: null,
      },
      answered,
    );
    expect(summary(done, [answered, later(2, {})])).toEqual([]);
  });
});

describe('nginx trying the next upstream', () => {
  const failed = asking({ index: 1, ...TO_UPSTREAM, resetBy: 'responder' });
  const match = matchOf(UPSTREAM, failed);
  const next = (index: number, atUs: number): TcpStream =>
    asking({ index, ...TO_UPSTREAM, clientPort: 50_000 + index, server: '10.0.1.4', atUs, answer: OK });

  test('at once', () => {
    expect(summary(match, [failed, next(2, 5_000)])).toEqual(['10.0.0.2:50002 200 complete']);
    expect(summary(match, [failed, next(2, 500_000)])).toEqual([]);
  });

  test('of two, nobody knows which', () => {
    expect(summary(match, [failed, next(2, 5_000), next(3, 6_000)])).toEqual([]);
  });
});

test('nothing of a line without a connection', () => {
  expect(new Retries([]).of({ kind: 'unmatched', line: lineOf(), reason: 'clock' })).toEqual([]);
});
