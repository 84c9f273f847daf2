import { describe, expect, test } from '@jest/globals';
import type { TcpStream } from '@resetscope/flow';
import type { Candidate } from './candidate.ts';
import type { LogLine } from './log-line.ts';
import { type Match, matchLines } from './match.ts';
import { SerialLog } from './serial-log.ts';
import { type Option, settleGroup } from './settle.ts';
import { StreamIndex } from './stream-index.ts';
import { type LineParts, lineOf } from './testing/log-text.ts';
import { START_US, StreamBuilder, type StreamEnds } from './testing/stream-builder.ts';
import type { TimeSpan } from './timed-streams.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: shop.test\r\n\r\n`;

/** A finished exchange that the client resets. */
function answered(index: number, target = '/a', ends: StreamEnds = {}): TcpStream {
  const builder = new StreamBuilder({ index, clientPort: 40_000 + index, startUs: START_US + index * 1000, ...ends });
  return builder.open().exchange(get(target), OK).rst('originator').build();
}

function match(
  lines: readonly LogLine[],
  streams: readonly TcpStream[],
  missing: readonly TimeSpan[] = [],
): readonly Match[] {
  return matchLines(lines, new StreamIndex(streams, lines), {
    ...{ clockOffsetUs: 0, accessLog: null, serials: null, missing },
  });
}

/** Index of the stream, or why there is none. */
function answers(lines: readonly LogLine[], streams: readonly TcpStream[]): readonly (number | string)[] {
  return match(lines, streams).map((m) =>
    m.kind === 'matched' ? m.best.stream.index : m.kind === 'ambiguous' ? `ambiguous ${m.candidates.length}` : m.reason,
  );
}

const line = (connectionNumber: number, parts: LineParts = {}): LogLine =>
  lineOf({ connectionNumber, lineNumber: connectionNumber, ...parts });

describe('matchLines', () => {
  test('one line, one connection', () => {
    const [found] = match([line(1)], [answered(0)]);
    expect(found).toMatchObject({ kind: 'matched', confidence: 0.97 * 0.97, others: [] });
  });

  test('tells connections apart by their requests', () => {
    const streams = [answered(0, '/a'), answered(1, '/b'), answered(2, '/c')];
    const lines = ['/c', '/a', '/b'].map((target, i) => line(i, { request: `GET ${target} HTTP/1.1` }));
    expect(answers(lines, streams)).toEqual([2, 0, 1]);
  });

  describe('live', () => {
    const [early, late] = [answered(1, '/a'), answered(2, '/a', { startUs: START_US + 30_000 })];
    const readAtUs = (late.endings[0]?.tsUs ?? 0) + 500;

    test('a line that a busy reader had read is not given to the freshest reset: it may speak of an older one', () => {
      const read = { readAtUs, unwrittenAtUs: START_US };
      expect(answers([lineOf(read)], [early, late])).toEqual(['ambiguous 2']);
    });

    test('the log was seen without it after the older reset: it speaks of the freshest', () => {
      const read = { readAtUs, unwrittenAtUs: START_US + 20_000 };
      expect(answers([lineOf(read)], [early, late])).toEqual([2]);
    });

    test('two lines read at once have the two resets, in order', () => {
      const lines = [1, 3].map((connectionNumber) => lineOf({ readAtUs, unwrittenAtUs: START_US, connectionNumber }));
      expect(answers(lines, [early, late])).toEqual([1, 2]);
    });

    test('what fits is no match where the capture has a hole', () => {
      const line = lineOf({ readAtUs, unwrittenAtUs: START_US });
      const [found] = match([line], [late], [{ fromUs: START_US + 5000, toUs: START_US + 6000 }]);
      expect(found).toMatchObject({ kind: 'ambiguous', reason: 'capture-gap', candidates: { length: 1 } });
      expect(match([line], [late], [{ fromUs: readAtUs, toUs: readAtUs + 1 }])[0]?.kind).toBe('matched');
    });

    test('an answer that is not sure anyway may speak of what ended in any hole before it', () => {
      const line = (unwrittenAtUs: number, request: string | null) =>
        lineOf({ readAtUs: START_US + 900_000, unwrittenAtUs, request });
      const hole = { fromUs: START_US - 3_000_000, toUs: START_US - 2_000_000 };
      const [unsure, sure] = [line(START_US + 800_000, null), line(START_US, 'GET /a HTTP/1.1')];
      expect(match([unsure], [late])[0]?.kind).toBe('matched');
      expect(match([unsure], [late], [hole])[0]).toMatchObject({ kind: 'ambiguous', reason: 'capture-gap' });
      expect(match([sure], [late], [hole])[0]?.kind).toBe('matched');
    });

    test('a reset long before all that the line and its reading say is believed less', () => {
      const at = (unwrittenAtUs: number) => {
        const [found] = match([lineOf({ readAtUs: START_US + 250_000, unwrittenAtUs })], [early]);
        return found?.kind === 'matched' ? found.confidence : 0;
      };
      expect(at(START_US + 240_000)).toBeLessThan(at(START_US) - 0.05);
    });
  });

  test('one reset explains one line: the second has none', () => {
    expect(answers([line(1), line(2)], [answered(0)])).toEqual([0, 'no-such-reset']);
  });

  test('a line that fits one connection only takes it from a line that has the choice', () => {
    const streams = [
      answered(0, '/a'),
      new StreamBuilder({ index: 1, clientPort: 40_001 })
        .open()
        .exchange('PUT /x HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 0\r\n\r\n', OK)
        .rst('originator')
        .build(),
    ];
    const vague = line(1, { request: null, host: null });
    const exact = line(2, { request: 'GET /a HTTP/1.1' });
    expect(answers([vague, exact], streams)).toEqual([1, 0]);
  });

  test('order decides among equals, with less confidence', () => {
    const streams = [0, 1, 2].map((index) => answered(index));
    const lines = [1, 2, 3].map((n) => line(n));
    expect(answers(lines, streams)).toEqual([0, 1, 2]);
    expect(answers(lines, [...streams].reverse())).toEqual([0, 1, 2]);
    for (const found of match(lines, streams)) expect(found).toMatchObject({ confidence: 0.8 * 0.97 });
  });

  test('order says nothing about clients alike that ended within half a millisecond', () => {
    const at = (us: number) => ({ startUs: START_US + us });
    const streams = [answered(0, '/a', at(0)), answered(1, '/a', at(400)), answered(2, '/a', at(5000))];
    expect(answers([line(1), line(2), line(3)], streams)).toEqual(['ambiguous 3', 'ambiguous 3', 2]);
  });

  test('ambiguous when a connection that nobody claims fits as well', () => {
    expect(answers([line(1)], [answered(0), answered(1)])).toEqual(['ambiguous 2']);
    expect(answers([line(1), line(2)], [answered(0), answered(1), answered(2)])).toEqual([
      'ambiguous 3',
      'ambiguous 3',
    ]);
  });

  test('shows five rivals at most', () => {
    expect(
      answers(
        [line(1)],
        Array.from({ length: 30 }, (_, index) => answered(index)),
      ),
    ).toEqual(['ambiguous 5']);
  });

  test('no packet supports a forged line', () => {
    const forged = [
      line(9, { client: '10.9.9.9', request: 'GET /admin HTTP/1.1' }),
      line(10, { request: 'GET /admin HTTP/1.1' }),
      line(11, { level: 'error', action: 'reading upstream', upstream: 'http://10.0.0.1:9/a' }),
    ];
    expect(answers([line(1), ...forged], [answered(0)])).toEqual([
      0,
      'no-stream-in-window',
      'no-stream-in-window',
      'no-stream-in-window',
    ]);
  });

  test('a line of one client, copied word for word, finds the reset taken', () => {
    expect(answers([line(1), line(2), line(3)], [answered(0)])).toEqual([0, 'no-such-reset', 'no-such-reset']);
  });

  test('unix sockets and lines about nothing have no packets', () => {
    const parts: LineParts = { level: 'error', action: 'reading response header from upstream' };
    const lines = [
      line(1, { ...parts, upstream: 'http://unix:/run/app.sock:/a' }),
      line(2, { client: 'unix:' }),
      line(3, { level: 'error', action: 'sending to client' }),
    ];
    expect(answers(lines, [answered(0)])).toEqual(['unix-socket', 'unix-socket', 'not-tcp']);
  });

  test('several lines of one connection share its reset', () => {
    const lines = [line(5), line(5, { request: 'GET /a HTTP/1.1' }), line(5, { at: '06:35:13' })];
    expect(answers(lines, [answered(0)])).toEqual([0, 0, 0]);
  });

  test('the same *N long after is another connection', () => {
    const later = answered(1, '/a', { startUs: START_US + 3_000_000 });
    expect(answers([line(5), line(5, { at: '06:35:15' })], [answered(0), later])).toEqual([0, 1]);
  });

  test('a client that realip has replaced is found by its request', () => {
    expect(answers([line(1, { client: '203.0.113.9' })], [answered(0), answered(1, '/b')])).toEqual([0]);
    const [found] = match([line(1, { client: '203.0.113.9' })], [answered(0)]);
    expect(found).toMatchObject({ confidence: (0.97 - 0.1) * 0.97 });
  });

  test('its best explanation taken, a line does not fall back on a far worse one', () => {
    const hidden = new StreamBuilder({ index: 1, clientPort: 40_001, startUs: START_US + 1000 })
      .open()
      .send('originator', Uint8Array.of(23, 3, 3, 0, 1, 0))
      .rst('originator')
      .build();
    expect(answers([line(1), line(2)], [answered(0), hidden])).toEqual([0, 'no-such-reset']);
    expect(answers([line(2)], [hidden])).toEqual([1]);
  });

  test('a reset before which nothing was captured lacks no evidence: order decides', () => {
    const lone = new StreamBuilder({ index: 0, clientPort: 40_000 }).rst('originator').build();
    const streams = [lone, answered(1), answered(2)];
    const lines = [1, 2, 3].map((n) => line(n));
    expect(answers(lines, streams)).toEqual([0, 1, 2]);
  });

  test('a client that a PROXY protocol header names is found by it', () => {
    const header = 'PROXY TCP4 203.0.113.9 10.0.0.2 4000 80\r\n';
    const proxied = new StreamBuilder()
      .open()
      .exchange(`${header}${get('/a')}`, OK)
      .rst('originator')
      .build();
    const [found] = match([line(1, { client: '203.0.113.9' })], [proxied]);
    expect(found).toMatchObject({ kind: 'matched', confidence: 0.97 * 0.97 });
  });

  test('hundreds of equal lines get a connection each, in order', () => {
    const ends = (index: number): StreamEnds => ({ startUs: START_US + index * 2000 });
    const streams = Array.from({ length: 300 }, (_, index) => answered(index, '/a', ends(index)));
    expect(
      answers(
        streams.map((_, n) => line(n)),
        streams,
      ),
    ).toEqual(streams.map(({ index }) => index));
  });

  test('connection numbers decide among equals when nothing else does', () => {
    const at = (index: number, second: number): TcpStream =>
      answered(index, `/${index}`, { startUs: START_US + second * 1_000_000, client: `10.0.0.${index % 2}` });
    const old = new StreamBuilder({ index: 7, client: '10.0.0.9', clientPort: 41_000, startUs: START_US - 60_000_000 });
    const young = new StreamBuilder({ index: 8, client: '10.0.0.9', clientPort: 41_001, startUs: START_US + 200_000 });
    const streams = [
      at(1, -70),
      at(2, -50),
      old.open().exchange(get('/k'), OK).wait(60_900_000).rst('originator').build(),
      young.open().exchange(get('/k'), OK).wait(100_000).rst('originator').build(),
    ];
    const anchor = (n: number, stream: number, time: string): LogLine =>
      line(n, { at: time, client: `10.0.0.${stream % 2}`, request: `GET /${stream} HTTP/1.1` });
    const vague = { client: '10.0.0.9', request: null, host: null };
    expect(answers([line(15, vague)], streams)).toEqual(['ambiguous 2']);
    const lines = [anchor(10, 1, '06:34:02'), anchor(20, 2, '06:34:22'), line(15, vague)];
    expect(answers(lines, streams)).toEqual([1, 2, 7]);
    expect(match(lines, streams)[2]).toMatchObject({ confidence: 0.8 * 0.97 });
  });

  test('a connection that began after its number was given is none', () => {
    const serials = new SerialLog();
    serials.note(7, 4, START_US - 60_000_000);
    const streams = [answered(0), answered(1)];
    const context = { clockOffsetUs: 0, accessLog: null, serials, missing: [] };
    const vague = line(3, { request: null, host: null });
    const [found] = matchLines([vague], new StreamIndex(streams, [vague]), context);
    expect(found).toMatchObject({ kind: 'unmatched', reason: 'no-stream-in-window' });
  });
});

describe('settleGroup', () => {
  test('a cut into slices makes no line ambiguous', () => {
    const streams = Array.from({ length: 12 }, (_, index) => answered(index));
    const group = streams.map((_, n): Option => {
      const candidates = streams.map((stream): Candidate => ({ stream, ending: null, score: 5, parts: [] }));
      return { line: line(n), candidates, addressUnseen: false };
    });
    for (const sliceLines of [1, 5, 12]) {
      const found = settleGroup(group, sliceLines).map((m) => (m.kind === 'matched' ? m.best.stream.index : m.kind));
      expect(found).toEqual(streams.map(({ index }) => index));
    }
  });
});
