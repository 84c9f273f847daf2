import { describe, expect, test } from '@jest/globals';
import { latin1Bytes } from '../test-data/follow.ts';
import { Conversation } from './conversation.ts';
import type { Exchange } from './exchange.ts';
import type { Payload } from './payload.ts';
import type { Side } from './side.ts';

/** Both directions of an HTTP/1 connection, a segment a call, one frame and one microsecond each. */
class Talk {
  readonly labels: string[] = [];
  readonly conversation: Conversation = new Conversation((frame, text) => this.labels.push(`${frame} ${text}`));
  private frame = 0;

  constructor() {
    this.conversation.startHttp1(0, 0);
  }

  /** wireLen: more than the text when the capture cut it; push: it ends a write. */
  asks(text: string, wireLen: number = text.length, push = false): this {
    this.conversation.read('originator', this.payload(text, wireLen), push);
    return this;
  }

  answers(text: string, wireLen: number = text.length, push = false): this {
    this.conversation.read('responder', this.payload(text, wireLen), push);
    return this;
  }

  ends(side: Side): this {
    this.conversation.endOfStream(side, this.payload('', 0));
    return this;
  }

  /** One line an exchange: request, its state, response, its state. */
  get lines(): readonly string[] {
    return this.conversation.exchanges.map(line);
  }

  payload(text: string, wireLen: number = text.length): Payload {
    this.frame++;
    return { bytes: latin1Bytes(text), wireLen, tsUs: this.frame, frameNumber: this.frame, hints: null };
  }
}

const line = (e: Exchange): string => `${e.method} ${e.target} ${e.requestState}, ${e.status} ${e.responseState}`;

const get = (target: string, version = 1): string => `GET ${target} HTTP/1.${version}\r\nHost: a\r\n\r\n`;
const HEAD = 'HEAD / HTTP/1.1\r\n\r\n';
const POST = 'POST /up HTTP/1.1\r\nContent-Length: 10\r\n\r\n';
const ok = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe('HTTP/1 exchanges', () => {
  test('one after the other', () => {
    const talk = new Talk().asks(get('/a')).answers(ok('hello')).asks(POST).asks('0123456789').answers(ok('done'));
    expect(talk.lines).toEqual(['GET /a complete, 200 complete', 'POST /up complete, 200 complete']);
    expect(talk.conversation.exchanges[1]).toMatchObject({
      index: 1,
      requestStart: get('/a').length,
      requestEnd: get('/a').length + POST.length + 10,
      requestStartUs: 3,
      requestEndUs: 4,
      requestFrame: 3,
      responseStart: ok('hello').length,
      responseEnd: ok('hello').length + ok('done').length,
      responseStartUs: 5,
      responseEndUs: 5,
      responseFrame: 5,
      contentLength: 4,
      responseHeaderDone: true,
      earlyResponse: false,
      closeAnnounced: false,
      framing: 'exact',
    });
    expect(talk.conversation.current()).toEqual(talk.conversation.exchanges[1]);
  });

  test('pipelined: responses go to requests in order', () => {
    const talk = new Talk()
      .asks(get('/a') + get('/b'))
      .asks(get('/c'))
      .answers(ok('1'));
    expect(talk.conversation.current()?.target).toBe('/b');
    talk.answers(ok('22') + ok('333'));
    expect(talk.lines).toEqual(['/a', '/b', '/c'].map((target) => `GET ${target} complete, 200 complete`));
    expect(talk.conversation.exchanges.map((e) => e.contentLength)).toEqual([1, 2, 3]);
  });

  test('more pipelined requests than are kept: the pairs stay right', () => {
    const talk = new Talk();
    for (let i = 0; i < 40; i++) talk.asks(get(`/${i}`));
    for (let i = 0; i < 40; i++) talk.answers(ok('x'.repeat(i)));
    const { conversation } = talk;
    expect([conversation.count, conversation.exchanges.length]).toEqual([40, 32]);
    for (const e of conversation.exchanges) expect(e.target).toBe(`/${e.contentLength}`);
  });

  test('two thousand requests and no answer are bounded', () => {
    const talk = new Talk();
    for (let i = 0; i < 2000; i++) talk.asks(get(`/${i}`));
    expect(talk.conversation.count).toBe(2000);
    expect(talk.conversation.current()?.target).toBe('/976');
  });

  test.each([
    { name: 'HEAD', asked: HEAD, answer: 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n' },
    { name: '204', asked: get('/'), answer: 'HTTP/1.1 204 \r\nContent-Length: 500\r\n\r\n' },
    { name: '304', asked: get('/'), answer: 'HTTP/1.1 304 \r\nTransfer-Encoding: chunked\r\n\r\n' },
  ])('$name has no body, whatever its fields say', ({ asked, answer }) => {
    const talk = new Talk().asks(asked).answers(answer).asks(get('/next')).answers(ok(''));
    expect(talk.lines[0]).toMatch(/complete, \d+ complete$/);
    expect(talk.lines[1]).toBe('GET /next complete, 200 complete');
  });

  test('1xx comes before the response, 101 is one', () => {
    const talk = new Talk()
      .asks(`${POST.slice(0, -2)}Expect: 100-continue\r\n\r\n`)
      .answers('HTTP/1.1 100 Continue\r\n\r\n');
    expect(talk.conversation.current()).toMatchObject({ status: null, responseState: 'none', responseFrame: null });
    talk.asks('0123456789').answers('HTTP/1.1 103 \r\nLink: </a>\r\n\r\n').answers(ok('hi'));
    expect(talk.lines).toEqual(['POST /up complete, 200 complete']);
    expect(talk.conversation.current()).toMatchObject({ responseStart: 54, earlyResponse: false, responseFrame: 5 });

    const upgrade = new Talk()
      .asks(get('/chat'))
      .answers('HTTP/1.1 101 Switching\r\n\r\n')
      .asks(get('/not-http'))
      .answers(ok(''));
    expect(upgrade.lines).toEqual(['GET /chat complete, 101 partial']);
    expect(upgrade.conversation.current()?.upgraded).toBe(true);
  });

  test.each([
    { status: 200, upgraded: true, lines: ['CONNECT a:443 complete, 200 partial'] },
    { status: 407, upgraded: false, lines: ['CONNECT a:443 complete, 407 complete', 'GET / complete, null none'] },
  ])('CONNECT answered with $status', ({ status, upgraded, lines }) => {
    const talk = new Talk()
      .asks('CONNECT a:443 HTTP/1.1\r\n\r\n')
      .answers(`HTTP/1.1 ${status} \r\nContent-Length: 0\r\n\r\n`);
    talk.asks(get('/'));
    expect(talk.lines).toEqual(lines);
    expect(talk.conversation.exchanges[0]?.upgraded).toBe(upgraded);
  });

  test('an early response', () => {
    const talk = new Talk().asks(`${POST}0123`).answers('HTTP/1.1 413 \r\nContent-Length: 0\r\n\r\n');
    expect(talk.lines).toEqual(['POST /up partial, 413 complete']);
    expect(talk.conversation.current()?.earlyResponse).toBe(true);
    expect(talk.asks('456789').lines).toEqual(['POST /up complete, 413 complete']);
  });

  test('a final answer instead of 100 Continue is not early: no body was sent', () => {
    const talk = new Talk()
      .asks(`${POST.slice(0, -2)}Expect: 100-continue\r\n\r\n`)
      .answers('HTTP/1.1 413 \r\nContent-Length: 0\r\n\r\n');
    expect(talk.conversation.current()).toMatchObject({ earlyResponse: false, requestState: 'partial' });
  });

  test('a response that nobody in the capture asked for', () => {
    const talk = new Talk().answers('HTTP/1.1 408 \r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    expect(talk.lines).toEqual(['null null complete, 408 complete']);
    expect(talk.conversation.current()).toMatchObject({ framing: 'guessed', closeAnnounced: true });
  });

  test.each([
    { asked: get('/'), answer: 'HTTP/1.1 200 \r\nConnection: close\r\nContent-Length: 0\r\n\r\n', announced: true },
    { asked: get('/', 0), answer: ok(''), announced: true },
    { asked: get('/'), answer: 'HTTP/1.0 200 \r\nContent-Length: 0\r\n\r\n', announced: true },
    {
      asked: get('/', 0).replace('Host: a', 'Connection: keep-alive'),
      answer: 'HTTP/1.0 200 \r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n',
      announced: false,
    },
    { asked: `GET /${'a'.repeat(3000)} HTTP/1.1\r\n\r\n`, answer: ok(''), announced: false },
  ])('who announces the close ($announced)', ({ asked, answer, announced }) => {
    expect(new Talk().asks(asked).answers(answer).conversation.current()?.closeAnnounced).toBe(announced);
  });

  test('only a FIN ends a body without length', () => {
    const talk = new Talk().asks(get('/')).answers('HTTP/1.1 200 OK\r\n\r\nall of it');
    expect(talk.lines).toEqual(['GET / complete, 200 partial']);
    expect(talk.conversation.current()?.closeDelimited).toBe(true);
    expect(talk.ends('responder').lines).toEqual(['GET / complete, 200 complete']);
  });

  test('cut heads: the other side taking its turn ends a message', () => {
    const talk = new Talk().asks('GET /lon', 400).answers('HTTP/1.1 200', 700).answers('', 300).asks('GET /ne', 400);
    expect(talk.lines).toEqual(['GET /lon complete, 200 complete', 'GET /ne partial, null none']);
    expect(talk.conversation.exchanges[0]).toMatchObject({ framing: 'guessed', requestEnd: 400, responseEnd: 1000 });
  });

  test('labels name what begins, at the frame where it begins', () => {
    const talk = new Talk()
      .asks('GET /split HT')
      .asks('TP/1.1\r\n\r\n')
      .answers('HTTP/1.1 100 \r\n\r\n')
      .answers(ok(''));
    expect(talk.labels).toEqual(['1 GET /split', '3 100', '4 200']);
  });
});

describe('cut heads', () => {
  const POST_CUT = 'POST /up HTTP/1.1\r\nHost: a';
  const PUSH = true;

  test('a request that PSH ends waits for its answer', () => {
    const talk = new Talk().asks('GET /long', 400, PUSH);
    expect(talk.lines).toEqual(['GET /long complete, null none']);
    expect(talk.conversation.current()).toMatchObject({ framing: 'guessed', requestEnd: 400 });
  });

  test('a body after it takes that back', () => {
    const talk = new Talk().asks(POST_CUT, 400, PUSH).asks('a=1', 2000);
    expect(talk.lines).toEqual(['POST /up partial, null none']);
    expect(talk.asks('&b=2', 100, PUSH).lines).toEqual(['POST /up complete, null none']);
  });

  test('a response that PSH ends, goes on and ends again', () => {
    const talk = new Talk().asks(get('/a')).answers('HTTP/1.1 200 OK\r\nServer', 900, PUSH);
    expect(talk.lines).toEqual(['GET /a complete, 200 complete']);
    expect(talk.conversation.current()).toMatchObject({ responseEnd: 900, framing: 'guessed', closeDelimited: false });
    talk.answers('more', 800);
    expect(talk.conversation.current()).toMatchObject({ responseState: 'partial', responseEnd: null });
    talk.answers('', 100, PUSH).asks(get('/b'));
    expect(talk.lines).toEqual(['GET /a complete, 200 complete', 'GET /b complete, null none']);
  });

  test('a response shorter than the length its kept part announced is partial', () => {
    const talk = new Talk().asks(get('/a')).answers('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nServer', 900, PUSH);
    expect(talk.lines).toEqual(['GET /a complete, 200 partial']);
    expect(talk.ends('responder').lines).toEqual(['GET /a complete, 200 partial']);
  });
});

test('no exchange, no current one', () => expect(new Talk().conversation.current()).toBeNull());
