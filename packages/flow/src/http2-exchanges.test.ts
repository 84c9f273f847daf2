import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { latin1Bytes } from '../test-data/follow.ts';
import {
  all,
  frame,
  GET_BLOCK,
  goAway,
  OK_BLOCK,
  POST_BLOCK,
  PREFACE,
  recordHttp2,
  rstStream,
  SETTINGS,
} from '../test-data/http2.ts';
import { type Exchange, ExchangeList } from './exchange.ts';
import { Http2Exchanges } from './http2-exchanges.ts';
import type { Side } from './side.ts';

const END_STREAM = 1;
const END_HEADERS = 4;

/** An HTTP/2 connection told frame by frame, a segment a call, one frame number and one microsecond each. */
class Talk {
  readonly labels: string[] = [];
  readonly list: ExchangeList = new ExchangeList();
  readonly http2: Http2Exchanges;
  private segment = 0;

  constructor(isMidway = false) {
    this.http2 = new Http2Exchanges(this.list, (number, text) => this.labels.push(`${number} ${text}`), isMidway);
    if (!isMidway) this.originator(PREFACE, SETTINGS).responder(SETTINGS);
  }

  originator(...frames: readonly Uint8Array[]): this {
    return this.send('originator', all(...frames));
  }

  responder(...frames: readonly Uint8Array[]): this {
    return this.send('responder', all(...frames));
  }

  /** wireLen: more than the bytes when the capture cut them. */
  send(side: Side, bytes: Uint8Array, wireLen: number = bytes.length): this {
    this.segment++;
    this.http2.readers[side].read({ bytes, wireLen, tsUs: this.segment, frameNumber: this.segment, hints: null });
    return this;
  }

  /** The capture missed a segment. */
  lose(side: Side, wireLen: number): this {
    this.http2.readers[side].skip(wireLen, {
      bytes: new Uint8Array(0),
      wireLen: 0,
      tsUs: 0,
      frameNumber: 0,
      hints: null,
    });
    return this;
  }

  get lines(): readonly string[] {
    return this.list.kept.map(line);
  }

  get current(): number | null {
    return this.http2.current()?.streamId ?? null;
  }
}

const line = (e: Exchange): string =>
  `[${e.streamId}] ${e.method} ${e.target} ${e.requestState}, ${e.status} ${e.responseState}`;

const get = (streamId: number): Uint8Array => frame(1, END_STREAM | END_HEADERS, streamId, GET_BLOCK);
const post = (streamId: number): Uint8Array => frame(1, END_HEADERS, streamId, POST_BLOCK);
const ok = (streamId: number, flags = 0): Uint8Array => frame(1, END_HEADERS | flags, streamId, OK_BLOCK);
const data = (streamId: number, length: number, flags = 0): Uint8Array =>
  frame(0, flags, streamId, new Uint8Array(length));

describe('one stream', () => {
  test('END_STREAM ends each message', () => {
    const talk = new Talk().originator(post(1));
    expect(talk.lines).toEqual(['[1] POST / partial, null none']);
    talk.originator(data(1, 10)).originator(data(1, 0, END_STREAM));
    expect(talk.lines).toEqual(['[1] POST / complete, null none']);
    talk.responder(ok(1), data(1, 20));
    expect(talk.lines).toEqual(['[1] POST / complete, 200 partial']);
    expect(talk.current).toBe(1);
    talk.responder(data(1, 5, END_STREAM));
    expect(talk.lines).toEqual(['[1] POST / complete, 200 complete']);
    expect(talk.current).toBeNull();
    expect(talk.list.kept[0]).toMatchObject({
      host: 'a',
      requestStart: 33,
      requestEnd: 33 + 14 + 19 + 9,
      requestStartUs: 3,
      requestEndUs: 5,
      responseStart: 9,
      responseEnd: 9 + 10 + 29 + 14,
      responseHeaderDone: true,
      framing: 'exact',
    });
  });

  test('a message in the middle of a frame is not complete', () => {
    const talk = new Talk().originator(get(1).subarray(0, 12));
    expect(talk.lines).toEqual(['[1] null null partial, null none']);
    expect(talk.originator(get(1).subarray(12)).lines).toEqual(['[1] GET / complete, null none']);
    talk.responder(ok(1), data(1, 50, END_STREAM).subarray(0, 58));
    expect(talk.lines).toEqual(['[1] GET / complete, 200 partial']);
    expect(talk.responder(new Uint8Array(1)).lines).toEqual(['[1] GET / complete, 200 complete']);
  });

  test('a block that CONTINUATION ends', () => {
    const talk = new Talk().originator(frame(1, END_STREAM, 1, GET_BLOCK.slice(0, 1)));
    expect(talk.lines).toEqual(['[1] null null partial, null none']);
    talk.originator(frame(9, END_HEADERS, 1, GET_BLOCK.slice(1)));
    expect(talk.lines).toEqual(['[1] GET / complete, null none']);
  });

  test('interim responses and trailers', () => {
    const interim = frame(1, END_HEADERS, 1, [0x48, 3, 0x31, 0x30, 0x33]);
    const trailers = frame(1, END_HEADERS | END_STREAM, 1, [0x40, 1, 0x74, 1, 0x31]);
    const talk = new Talk().originator(get(1)).responder(interim);
    expect(talk.lines).toEqual(['[1] GET / complete, null none']);
    expect(talk.responder(ok(1), data(1, 4), trailers).lines).toEqual(['[1] GET / complete, 200 complete']);
  });

  test('an answer before the end of the request', () => {
    const talk = new Talk().originator(post(1), data(1, 10)).responder(ok(1, END_STREAM));
    expect(talk.lines).toEqual(['[1] POST / partial, 200 complete']);
    expect(talk.http2.current()).toMatchObject({ streamId: 1, earlyResponse: true });
    expect(talk.responder(rstStream(1, 0)).current).toBeNull();
  });
});

describe('several streams', () => {
  test('the exchange in progress is the oldest that is not complete', () => {
    const talk = new Talk().originator(get(1), get(3), get(5));
    expect(talk.current).toBe(1);
    expect(talk.responder(ok(1, END_STREAM), ok(5, END_STREAM)).current).toBe(3);
    expect(talk.http2.summary().openStreams).toBe(1);
    expect(talk.responder(ok(3, END_STREAM)).current).toBeNull();
  });

  test('RST_STREAM ends one of them, whoever sends it', () => {
    const talk = new Talk().originator(get(1), get(3), rstStream(1, 8)).responder(rstStream(3, 7), rstStream(9, 1));
    expect(talk.list.kept.map((e) => e.streamReset)).toEqual([
      { from: 'originator', errorCode: 8, frameNumber: 3, tsUs: 3 },
      { from: 'responder', errorCode: 7, frameNumber: 4, tsUs: 4 },
    ]);
    expect(talk.list.kept.map((e) => e.isUnprocessed)).toEqual([false, true]);
    expect(talk.current).toBeNull();
    expect(talk.http2.summary().streamResets).toEqual({ originator: 1, responder: 2 });
  });

  test('GOAWAY tells which requests were not acted on', () => {
    const talk = new Talk().originator(get(1), get(3)).responder(goAway(1, 11)).originator(goAway(0, 0));
    expect(talk.list.kept.map((e) => [e.streamId, e.isUnprocessed])).toEqual([
      [1, false],
      [3, true],
    ]);
    expect(talk.http2.summary().goAways).toEqual([
      { from: 'responder', lastStreamId: 1, errorCode: 11, frameNumber: 4, tsUs: 4 },
      { from: 'originator', lastStreamId: 0, errorCode: 0, frameNumber: 5, tsUs: 5 },
    ]);
  });

  test('a promised stream has its request at once', () => {
    const promise = frame(5, END_HEADERS, 1, [0, 0, 0, 2, ...GET_BLOCK]);
    const talk = new Talk().originator(get(1)).responder(promise, ok(2, END_STREAM));
    expect(talk.lines).toEqual(['[1] GET / complete, null none', '[2] GET / complete, 200 complete']);
  });

  test('ten thousand that nobody answers are bounded', () => {
    const talk = new Talk();
    for (let i = 0; i < 10_000; i++) talk.originator(get(2 * i + 1));
    expect([talk.list.count, talk.list.kept.length, talk.http2.summary().openStreams]).toEqual([10_000, 32, 1024]);
  });
});

test('labels name frames as Wireshark does', () => {
  const talk = new Talk()
    .originator(get(1))
    .responder(ok(1), data(1, 3))
    .originator(rstStream(1, 8), rstStream(1, 99))
    .responder(goAway(1, 0));
  expect(talk.labels).toEqual([
    '3 HEADERS[1]: GET /',
    '4 HEADERS[1]: 200',
    '5 RST_STREAM[1]: CANCEL',
    '5 RST_STREAM[1]: error 99',
    '6 GOAWAY: NO_ERROR, last stream 1',
  ]);
});

describe('what the capture did not hold', () => {
  test('a segment lost inside DATA changes nothing', () => {
    const body = data(1, 100, END_STREAM);
    const talk = new Talk().originator(get(1)).responder(ok(1), body.subarray(0, 20)).lose('responder', 40);
    expect(talk.responder(body.subarray(60)).lines).toEqual(['[1] GET / complete, 200 complete']);
    expect(talk.http2.summary().missedFrames).toEqual({ originator: false, responder: false });
  });

  test('after a hole open streams are guessed, later ones exact', () => {
    const talk = new Talk().originator(get(1)).responder(ok(1)).lose('responder', 500);
    expect(talk.list.kept[0]?.framing).toBe('guessed');
    expect(talk.current).toBeNull();
    expect(talk.http2.summary().missedFrames).toEqual({ originator: false, responder: true });
    talk.originator(get(3));
    expect(talk.current).toBe(3);
    talk.responder(ok(3, END_STREAM));
    expect(talk.lines[1]).toBe('[3] GET / complete, 200 complete');
    expect(talk.list.kept[1]?.framing).toBe('exact');
  });

  test('an answer ends a request whose end was missed', () => {
    const talk = new Talk().originator(post(1), data(1, 10)).lose('originator', 500);
    expect(talk.responder(ok(1)).lines).toEqual(['[1] POST / complete, 200 partial']);
  });

  test('a capture that begins inside the connection', () => {
    const talk = new Talk(true).responder(latin1Bytes('rest')).responder(data(7, 20), data(7, 5, END_STREAM));
    talk.originator(get(9));
    expect(talk.lines).toEqual(['[7] null null complete, null complete', '[9] GET / complete, null none']);
    expect(talk.list.kept.map((e) => e.framing)).toEqual(['guessed', 'exact']);
  });

  test('codes cut by the snap length', () => {
    const talk = new Talk()
      .originator(get(1))
      .send('originator', rstStream(1, 8).subarray(0, 9), 13)
      .send('responder', goAway(1, 0).subarray(0, 13), 17);
    expect(talk.list.kept[0]?.streamReset?.errorCode).toBe(-1);
    expect(talk.http2.summary().goAways).toMatchObject([{ lastStreamId: 1, errorCode: -1 }]);
  });

  test('any frames, cut anywhere, never throw', () => {
    const block = fc.oneof(fc.constant(GET_BLOCK), fc.array(fc.nat(255), { maxLength: 20 }));
    const any = fc.record({ side: fc.constantFrom('originator', 'responder'), cut: fc.nat(5), lost: fc.nat(3) });
    const framed = fc.tuple(any, fc.nat(10), fc.nat(255), fc.nat(9), block);
    fc.assert(
      fc.property(fc.boolean(), fc.array(framed, { maxLength: 60 }), (isMidway, pieces) => {
        const talk = new Talk(isMidway);
        for (const [{ side, cut, lost }, type, flags, streamId, content] of pieces) {
          const bytes = frame(type, flags, streamId, content);
          talk.send(side, bytes.subarray(0, bytes.length - cut), bytes.length);
          if (lost === 0) talk.lose(side, cut);
        }
        expect(talk.http2.summary().openStreams).toBeLessThanOrEqual(pieces.length);
      }),
    );
  });
});

test('what node:http2 sends', async () => {
  const cookie = 'c'.repeat(20_000);
  const requests = [
    { headers: { ':path': '/a?q=1', 'x-request-id': 'id-1' } },
    { headers: { ':method': 'POST', ':path': '/up', cookie }, body: new Uint8Array(30_000) },
    { headers: { ':method': 'HEAD', ':path': '/%20~{}|' } },
    { headers: { ':path': '/a?q=1', 'x-request-id': 'id-1' } },
  ];
  const flights = await recordHttp2(requests, 50_000);
  const list = new ExchangeList();
  const http2 = new Http2Exchanges(list, () => undefined, false);
  for (const { from, bytes } of flights)
    http2.readers[from].read({ bytes, wireLen: bytes.length, tsUs: 0, frameNumber: 1, hints: null });
  expect(list.kept.map(line)).toEqual([
    '[1] GET /a?q=1 complete, 201 complete',
    '[3] POST /up complete, 201 complete',
    '[5] HEAD /%20~{}| complete, 201 complete',
    '[7] GET /a?q=1 complete, 201 complete',
  ]);
  expect(list.kept.map((e) => [e.host, e.requestId])).toEqual([
    ['www.shop.test:80', 'id-1'],
    ['www.shop.test:80', null],
    ['www.shop.test:80', null],
    ['www.shop.test:80', 'id-1'],
  ]);
  expect(list.kept[0]?.responseEnd).toBeGreaterThan(50_000);
});
