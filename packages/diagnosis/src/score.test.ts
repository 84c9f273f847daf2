import { describe, expect, test } from '@jest/globals';
import { compileLogFormat, parseAccessLogLine, RECOMMENDED_LOG_FORMAT } from '@resetscope/nginx-log';
import { AccessLog } from './access-log.ts';
import { type Candidate, reasonsOf } from './candidate.ts';
import type { LogLine } from './log-line.ts';
import { endingsFor } from './noticed.ts';
import { type ScoreContext, score, WINDOW_US } from './score.ts';
import { type LineParts, lineOf } from './testing/log-text.ts';
import { START_US, StreamBuilder } from './testing/stream-builder.ts';

const ALONE: ScoreContext = { clockOffsetUs: 0, accessLog: null, addressUnseen: false };
const GET = 'GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';

/** An exchange that the client resets some 600 us after START_US. */
const answered = (): StreamBuilder => new StreamBuilder().open().exchange(GET, OK).rst('originator');
const RESET_US = START_US + 700;

function scoreOf(
  line: LogLine,
  builder: StreamBuilder = answered(),
  context: Partial<ScoreContext> = {},
): Candidate | null {
  const stream = builder.build();
  const leg = line.leg ?? 'client';
  const [ending] = endingsFor(line, leg, stream);
  if (ending === undefined) throw new Error('no ending fits the line');
  return score(line, leg, stream, ending, { ...ALONE, ...context });
}

const reasons = (candidate: Candidate | null): readonly string[] =>
  candidate === null ? ['excluded'] : reasonsOf(candidate);

describe('a line that fits', () => {
  test('gathers its evidence, strongest first', () => {
    const found = scoreOf(lineOf({}));
    expect(found?.score).toBe(8.5);
    expect(reasons(found)).toEqual([
      'request line (+4)',
      'phase idle fits the message (+2)',
      'same second (+1)',
      'client address (+1)',
      'Host (+0.5)',
    ]);
  });

  test('loses by the time between reset and stamp', () => {
    expect(reasons(scoreOf(lineOf({ at: '06:35:14' })))).toContain('2.0 s from the stamp (-1)');
    expect(reasons(scoreOf(lineOf({ at: '06:35:09' })))).toContain('2.0 s from the stamp (-1)');
  });

  test('loses by a phase that contradicts the message', () => {
    const waiting = new StreamBuilder().open().send('originator', GET).rst('originator');
    expect(reasons(scoreOf(lineOf({ action: 'sending response to client' }), waiting))).toContain(
      'phase waiting does not fit the message (-3)',
    );
  });

  test('loses nothing by the phase when the beginning of the connection was not seen', () => {
    const middle = new StreamBuilder().send('originator', GET).rst('originator');
    expect(reasons(scoreOf(lineOf({ action: 'sending response to client' }), middle)).join()).not.toContain('phase');
  });

  test('loses little by the phase when message ends are guessed', () => {
    const bytes = Uint8Array.of(23, 3, 3, 0, 4, 1, 2, 3, 4);
    const tls = new StreamBuilder()
      .open()
      .send('originator', bytes)
      .send('responder', bytes)
      .rst('originator', { ack: 1 });
    const line = lineOf({
      message: 'client prematurely closed connection',
      action: 'reading client request line',
      request: null,
      host: null,
    });
    expect(reasons(scoreOf(line, tls))).toContain('phase response does not fit the message (-1)');
  });

  describe('live', () => {
    const BEST = 2;
    /** STAMP is the start of the reset's second. */
    const STAMP_US = Math.floor(RESET_US / 1_000_000) * 1_000_000;
    const timeOf = (lateUs: number, parts: LineParts = {}): number | undefined =>
      scoreOf(lineOf({ readAtUs: RESET_US + lateUs, ...parts }))?.parts.find(({ kind }) => kind === 'time')?.weight;

    test.each([
      { name: 'just read', lateUs: 0, weight: BEST },
      { name: 'the packet is stamped a little later than the reading', lateUs: -1000, weight: BEST },
      { name: 'later than clocks jitter', lateUs: -4000, weight: BEST - Math.log10(4) },
      { name: 'read later', lateUs: 100_000, weight: BEST - 0.05 },
      { name: 'a reader that was busy', lateUs: 100_000, parts: { unwrittenAtUs: RESET_US - 1 }, weight: BEST - 0.05 },
      {
        name: 'the log was seen without it',
        lateUs: 10_000,
        parts: { unwrittenAtUs: RESET_US + 10_000 },
        weight: BEST - 0.5,
      },
    ])('$name: $weight', ({ lateUs, weight, parts = {} }) => {
      expect(timeOf(lateUs, parts)).toBeCloseTo(weight, 5);
    });

    test('a reset before the second of the stamp was written late, one behind it is hardly the one', () => {
      const stampOf = (us: number) => new Date(us / 1000).toISOString().slice(11, 19);
      const beforeUs = STAMP_US + 1_000_000 - RESET_US;
      expect(timeOf(beforeUs, { at: stampOf(STAMP_US + 1_000_000) })).toBeCloseTo(
        BEST - 0.5 * Math.log10(beforeUs / 1000),
        5,
      );
      const behindUs = RESET_US - (STAMP_US - 1_000_000);
      expect(timeOf(1000, { at: stampOf(STAMP_US - 2_000_000) })).toBeCloseTo(BEST - Math.log10(behindUs / 1000), 5);
      expect(timeOf(1000, { at: stampOf(STAMP_US - 4_000_000) })).toBeUndefined();
    });
  });

  test('TLS hides the request: address and time are left', () => {
    const tls = new StreamBuilder()
      .open()
      .send('originator', Uint8Array.of(23, 3, 3, 0, 1, 0))
      .rst('originator');
    expect(reasons(scoreOf(lineOf({}), tls)).join()).not.toContain('request line');
  });

  test('a cut line matches by the start of its target', () => {
    const line = lineOf({ request: 'GET /a', host: null });
    expect(reasons(scoreOf(line))).toContain('request line (+4)');
  });

  test("upstream: the target is the one that was sent upstream, or the client's own", () => {
    const ends = { client: '10.0.0.2', server: '10.0.1.3', serverPort: 8080 };
    const sent = new StreamBuilder(ends).open().send('originator', GET).rst('responder');
    const parts = { level: 'error', action: 'reading response header from upstream' } as const;
    const same = lineOf({ ...parts, upstream: 'http://10.0.1.3:8080/a', request: 'GET /shop/a HTTP/1.1' });
    expect(reasons(scoreOf(same, sent))).toContain('request line (+4)');
    const rewritten = lineOf({ ...parts, upstream: 'http://10.0.1.3:8080/b', request: 'GET /a HTTP/1.1' });
    expect(reasons(scoreOf(rewritten, sent)).join()).not.toContain('request line');
    const another = lineOf({ ...parts, upstream: 'http://10.0.1.3:8080/b', request: 'GET /b HTTP/1.1' });
    expect(scoreOf(another, sent)).toBeNull();
  });
});

describe('a line that cannot be about this connection', () => {
  test.each<[string, LogLine, Partial<ScoreContext>]>([
    ['another target', lineOf({ request: 'GET /b HTTP/1.1' }), {}],
    ['another method', lineOf({ request: 'PUT /a HTTP/1.1' }), {}],
    ['too long before the reset', lineOf({ at: '06:35:04' }), {}],
    ['too long after the reset', lineOf({ at: '06:35:20' }), {}],
    ['another clock', lineOf({}), { clockOffsetUs: 3_600_000_000 }],
    ['read before the reset', lineOf({ readAtUs: RESET_US - 6_000 }), {}],
    ['read too long after the reset', lineOf({ readAtUs: RESET_US + WINDOW_US + 1 }), {}],
    ['address unseen, and nothing else to go by', lineOf({ request: null, host: null }), { addressUnseen: true }],
  ])('%s', (_title, line, context) => {
    expect(scoreOf(line, answered(), context)).toBeNull();
  });

  test('address unseen, but the request is its own', () => {
    expect(scoreOf(lineOf({}), answered(), { addressUnseen: true })?.score).toBe(7.5);
  });
});

describe('with an access log', () => {
  const logOf = (clientPort: number, requestId = '-'): AccessLog => {
    const log = new AccessLog();
    const text = `3 1 10.0.0.1:${clientPort} 10.0.0.2:80 1795329312.728 200 5 OK - - ${requestId} "GET /a HTTP/1.1"`;
    const entry = parseAccessLogLine(
      compileLogFormat(RECOMMENDED_LOG_FORMAT),
      Uint8Array.from(text, (c) => c.charCodeAt(0)),
    );
    if (entry === null) throw new Error('not in the recommended format');
    log.add(entry);
    return log;
  };

  test('the client port decides', () => {
    expect(reasons(scoreOf(lineOf({}), answered(), { accessLog: logOf(40_000) }))[0]).toBe(
      'client port in the access log (+6)',
    );
    expect(scoreOf(lineOf({}), answered(), { accessLog: logOf(40_001) })).toBeNull();
  });

  test('it says nothing about a connection that it does not list', () => {
    expect(scoreOf(lineOf({ connectionNumber: 4 }), answered(), { accessLog: logOf(40_001) })?.score).toBe(8.5);
  });
});
