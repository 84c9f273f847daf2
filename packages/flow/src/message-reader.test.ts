import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { latin1Bytes } from '../test-data/follow.ts';
import type { HttpHead } from './http-head.ts';
import { type BodyFraming, MessageReader } from './message-reader.ts';
import type { Payload, PayloadHints } from './payload.ts';

const NO_HINTS: PayloadHints = {
  headLen: null,
  contentLength: null,
  chunked: false,
  headGoesOn: false,
  endsWithLastChunk: false,
};

/** RFC 9112 section 6.3 without the exceptions that need the other direction. */
function framingOf(head: HttpHead): BodyFraming {
  if (head.target === '/tunnel') return { kind: 'tunnel' };
  if (head.chunked) return { kind: 'chunked' };
  if (head.contentLength !== null) return { kind: 'length', bytes: head.contentLength };
  return head.status === null ? { kind: 'none' } : { kind: 'until-close' };
}

/** A reader and what it told: `start 0`, `head POST`, `lost`, `end 17`. */
class Listener {
  readonly told: string[] = [];
  readonly reader: MessageReader = new MessageReader({
    messageStarted: (offset) => this.told.push(`start ${offset}`),
    headRead: (head) => {
      this.told.push(`head ${head.method ?? head.status}`);
      return framingOf(head);
    },
    framingLost: () => this.told.push('lost'),
    messageEnded: (end) => this.told.push(`end ${end}`),
    messageResumed: () => this.told.push('resumed'),
  });

  /** wireLen: more than the text when the capture cut it; push: it ends a write. */
  read(text: string, { push = false, ...more }: Partial<Payload> & { readonly push?: boolean } = {}): this {
    this.reader.read({ ...AT, bytes: latin1Bytes(text), wireLen: text.length, ...more }, push);
    return this;
  }
}

const AT: Payload = { bytes: new Uint8Array(0), wireLen: 0, tsUs: 0, frameNumber: 1, hints: null };

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello';
const CHUNKED_HEAD = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const CHUNKED = `${CHUNKED_HEAD}5\r\nhello\r\n00a;ext="\r"\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n`;
const EMPTY_BODY = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
const CLOSE_DELIMITED = 'HTTP/1.1 200 OK\r\n\r\nuntil the end';

describe('whole messages', () => {
  test.each([
    { name: 'no body', text: GET, told: ['start 0', 'head GET', 'end 27'] },
    { name: 'Content-Length', text: POST, told: ['start 0', 'head POST', 'end 43'] },
    { name: 'Content-Length 0', text: EMPTY_BODY, told: ['start 0', 'head 200', `end ${EMPTY_BODY.length}`] },
    { name: 'chunks and trailers', text: CHUNKED, told: ['start 0', 'head 200', `end ${CHUNKED.length}`] },
    { name: 'pipelined', text: GET + POST, told: ['start 0', 'head GET', 'end 27', 'start 27', 'head POST', 'end 70'] },
    { name: 'empty lines before', text: `\r\n\n${GET}`, told: ['start 3', 'head GET', 'end 30'] },
    { name: 'until close', text: CLOSE_DELIMITED, told: ['start 0', 'head 200'] },
    { name: 'a tunnel', text: `GET /tunnel HTTP/1.1\r\n\r\n${GET}`, told: ['start 0', 'head GET'] },
    { name: 'a body not all there', text: POST.slice(0, -1), told: ['start 0', 'head POST'] },
    { name: 'a head not all there', text: GET.slice(0, -1), told: ['start 0'] },
  ])('$name', ({ text, told }) => {
    expect(new Listener().read(text).told).toEqual(told);
  });

  test('a FIN ends what lasts until it, and nothing else', () => {
    const open = new Listener().read(CLOSE_DELIMITED);
    open.reader.endOfStream(AT);
    expect(open.told.at(-1)).toBe(`end ${CLOSE_DELIMITED.length}`);
    const partial = new Listener().read(POST.slice(0, -1));
    partial.reader.endOfStream(AT);
    expect(partial.told).toEqual(['start 0', 'head POST']);
  });

  test.each([
    { name: 'no number', line: 'xyz' },
    { name: 'beyond 2^53', line: 'fffffffffffffff' },
    { name: 'a line without end', line: '1'.repeat(300) },
  ])('a chunk size that is $name loses the framing', ({ line }) => {
    expect(new Listener().read(`${CHUNKED_HEAD}${line}\r\n`).told.at(-1)).toBe('lost');
  });

  test('leading zeros of a chunk size count for nothing', () => {
    const text = `${CHUNKED_HEAD}00000000000000005\r\nhello\r\n0\r\n\r\n`;
    expect(new Listener().read(text).told.at(-1)).toBe(`end ${text.length}`);
  });

  test('a head of more than 64 KiB loses the framing, also over many segments', () => {
    const listener = new Listener();
    for (let i = 0; i < 70; i++) listener.read(`${i === 0 ? 'GET / HTTP/1.1\r\n' : ''}X: ${'y'.repeat(1000)}\r\n`);
    expect(listener.told).toEqual(['start 0', 'head GET', 'lost']);
  });
});

describe('segmentation', () => {
  const message = fc.constantFrom(GET, POST, CHUNKED, EMPTY_BODY, `\r\n${POST}`);

  test('every split into two', () => {
    const text = POST + CHUNKED + GET;
    const whole = new Listener().read(text).told;
    for (let at = 1; at < text.length; at++)
      expect(new Listener().read(text.slice(0, at)).read(text.slice(at)).told).toEqual(whole);
  });

  test('byte by byte', () => {
    const text = CHUNKED + POST;
    const listener = new Listener();
    for (const byte of text) listener.read(byte);
    expect(listener.told).toEqual(new Listener().read(text).told);
  });

  test('any segmentation of any messages tells the same', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), fc.array(fc.nat(60), { maxLength: 40 }), (messages, lengths) => {
        const text = messages.join('');
        const pieces = new Listener();
        let at = 0;
        for (const length of lengths) {
          pieces.read(text.slice(at, at + length));
          at += length;
        }
        pieces.read(text.slice(at));
        expect(pieces.told).toEqual(new Listener().read(text).told);
      }),
    );
  });

  test('never throws, and the offset counts every byte', () => {
    const piece = fc.record({ bytes: fc.uint8Array({ maxLength: 40 }), cut: fc.nat(20) });
    fc.assert(
      fc.property(fc.constantFrom('', CHUNKED_HEAD, 'HTTP/1.1 '), fc.array(piece), (start, pieces) => {
        const listener = new Listener().read(start);
        let offset = start.length;
        for (const { bytes, cut } of pieces) {
          listener.reader.read({ ...AT, bytes, wireLen: bytes.length + cut }, cut % 2 === 0);
          offset += bytes.length + cut;
          expect(listener.reader.offset).toBe(offset);
        }
      }),
    );
  });
});

describe('payload that the capture cut', () => {
  test('body bytes need not be seen', () => {
    const listener = new Listener().read(POST.slice(0, -3), { wireLen: POST.length }).read(GET);
    expect(listener.told).toEqual(['start 0', 'head POST', 'end 43', 'start 43', 'head GET', 'end 70']);
  });

  test('a lost segment inside a body, then one at a message boundary', () => {
    const listener = new Listener().read('POST / HTTP/1.1\r\nContent-Length: 5000\r\n\r\n');
    listener.reader.skip(5000, AT);
    expect(listener.told.at(-1)).toBe('end 5041');
    listener.reader.skip(100, AT);
    expect(listener.told.slice(-3)).toEqual(['start 5041', 'head null', 'lost']);
  });

  test('a cut head loses the framing until the other side takes its turn', () => {
    const listener = new Listener().read('GET /lon', { wireLen: 400 }).read(GET);
    listener.reader.endGuessed(AT);
    listener.reader.endGuessed(AT);
    expect(listener.told).toEqual(['start 0', 'head GET', 'lost', 'end 427']);
    expect(listener.read(GET).told.slice(3)).toEqual(['end 427', 'start 427', 'head GET', 'end 454']);
  });

  test('a FIN ends it as well', () => {
    const listener = new Listener().read('HTTP/1.1 200', { wireLen: 400 });
    listener.reader.endOfStream(AT);
    expect(listener.told.at(-1)).toBe('end 400');
  });

  test.each([
    { name: 'no body', hints: { headLen: 400 }, rest: 0, told: ['start 0', 'head GET', 'end 400'] },
    {
      name: 'a length',
      hints: { headLen: 400, contentLength: 60 },
      rest: 60,
      told: ['start 0', 'head GET', 'end 460'],
    },
    { name: 'part of a body', hints: { headLen: 400, contentLength: 99 }, rest: 60, told: ['start 0', 'head GET'] },
    {
      name: 'chunks that end here',
      hints: { headLen: 400, chunked: true, endsWithLastChunk: true },
      rest: 60,
      told: ['start 0', 'head GET', 'lost', 'end 460'],
    },
    {
      name: 'chunks that go on',
      hints: { headLen: 400, chunked: true },
      rest: 60,
      told: ['start 0', 'head GET', 'lost'],
    },
    { name: 'a head beyond the segment', hints: {}, rest: 0, told: ['start 0', 'head GET', 'lost'] },
  ])('hints tell of $name', ({ hints, rest, told }) => {
    const listener = new Listener().read('GET /lon', { wireLen: 400 + rest, hints: { ...NO_HINTS, ...hints } });
    expect(listener.told).toEqual(told);
  });

  test('hints tell that a head goes on, and where it ends', () => {
    const listener = new Listener().read('GET /lon', { wireLen: 400, hints: { ...NO_HINTS, headGoesOn: true } });
    listener.read('', { wireLen: 300, hints: { ...NO_HINTS, headGoesOn: true } });
    expect(listener.told).toEqual(['start 0']);
    listener.read('', { wireLen: 100, hints: { ...NO_HINTS, headLen: 40, contentLength: 80 } });
    expect(listener.told).toEqual(['start 0', 'head GET']);
    listener.read('', { wireLen: 20, hints: null });
    expect(listener.told).toEqual(['start 0', 'head GET', 'end 820']);
  });

  test('the last chunk, seen by the source only', () => {
    const listener = new Listener().read(CHUNKED_HEAD).read('', { wireLen: 1000, hints: NO_HINTS });
    expect(listener.told.at(-1)).toBe('lost');
    listener.read('', { wireLen: 500, hints: { ...NO_HINTS, endsWithLastChunk: true } });
    expect(listener.told.at(-1)).toBe(`end ${CHUNKED_HEAD.length + 1500}`);
  });

  test('a stream that ends without the last chunk which the source would have told of ends in the message', () => {
    for (const [endsWithLastChunk, last] of [
      [false, 'lost'],
      [true, `end ${CHUNKED_HEAD.length + 1000}`],
    ] as const) {
      const listener = new Listener().read(CHUNKED_HEAD, {
        hints: { ...NO_HINTS, headLen: CHUNKED_HEAD.length, chunked: true },
      });
      listener.read('', { wireLen: 1000, hints: { ...NO_HINTS, endsWithLastChunk } });
      listener.reader.endOfStream(AT);
      expect(listener.told.at(-1)).toBe(last);
    }
  });

  test('a last chunk that was seen as well ends the message once', () => {
    const listener = new Listener().read(`${CHUNKED_HEAD}0\r\n\r\n`, {
      hints: { ...NO_HINTS, endsWithLastChunk: true },
    });
    expect(listener.told.filter((event) => event.startsWith('end'))).toHaveLength(1);
  });
});

describe('the end of a message whose head the capture cut', () => {
  const CUT_HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConn';
  const CUT_CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConn';
  const PUSH = { push: true } as const;

  test('PSH ends it: the sender has written no more', () => {
    const listener = new Listener().read('GET /lon', { wireLen: 400 });
    expect(listener.told.at(-1)).toBe('lost');
    expect(listener.read('', { wireLen: 200, ...PUSH }).told.at(-1)).toBe('end 600');
  });

  test('not before the length that the kept part announced', () => {
    const listener = new Listener().read(CUT_HEAD, { wireLen: 900, ...PUSH });
    listener.reader.endGuessed(AT);
    listener.reader.endOfStream(AT);
    expect(listener.told).toEqual(['start 0', 'head 200', 'lost']);
    expect(listener.read('', { wireLen: 350, ...PUSH }).told.at(-1)).toBe('end 1250');
  });

  test.each([
    { name: 'the rest of it', next: 'a=1&b=2', told: ['resumed', 'end 407'] },
    { name: 'the next message', next: GET, told: ['start 400', 'head GET', 'end 427'] },
  ])('what follows is $name', ({ next, told }) => {
    const listener = new Listener().read('POST /lon', { wireLen: 400, ...PUSH }).read(next, PUSH);
    expect(listener.told).toEqual(['start 0', 'head POST', 'lost', 'end 400', ...told]);
  });

  test('the turn of the other side settles it for bytes that were not captured', () => {
    const settled = (text: string, wireLen: number): readonly string[] => {
      const listener = new Listener().read('POST /lon', { wireLen: 400, ...PUSH });
      listener.reader.endGuessed(AT);
      return listener.read(text, { wireLen, ...PUSH }).told.slice(4);
    };
    expect(settled('a=1', 3)).toEqual(['resumed', 'end 403']);
    expect(settled('', 3)).toEqual(['start 400', 'head null', 'lost', 'end 403']);
    expect(settled(GET, GET.length)).toEqual(['start 400', 'head GET', 'end 427']);
  });

  test('of chunks nothing is known, until one of them starts a segment', () => {
    const listener = new Listener().read(CUT_CHUNKED, { wireLen: 1000, ...PUSH }).read('no size', PUSH);
    expect(listener.told).toEqual(['start 0', 'head 200', 'lost']);
    listener
      .read('10', { wireLen: 900, ...PUSH })
      .read('5\r\nhello\r\n', PUSH)
      .read('0\r\n\r\n', PUSH);
    expect(listener.told.slice(3)).toEqual(['end 1922']);
  });

  test('a head that upgrades ends framing', () => {
    const listener = new Listener().read('GET /tunnel HTTP/1.1', { wireLen: 400, ...PUSH }).read(GET, PUSH);
    expect(listener.told).toEqual(['start 0', 'head GET']);
  });
});

describe('a segment cut after chunk data', () => {
  const chunk = (size: string, tail: number): Partial<Payload> => ({ wireLen: size.length + 0x40 + tail });
  const lines = ['40\r\n', 'xx'] as const;

  test.each([
    { name: 'two bytes are the CRLF of the chunk', tail: 2, told: [] },
    { name: 'seven bytes are that and the last chunk', tail: 7, told: [`end ${CHUNKED_HEAD.length + 4 + 64 + 7}`] },
    { name: 'other bytes lose the framing', tail: 30, told: ['lost'] },
  ])('$name', ({ tail, told }) => {
    const listener = new Listener().read(CHUNKED_HEAD).read(lines.join(''), chunk(lines[0], tail));
    expect(listener.told.slice(2)).toEqual(told);
  });

  test('framing goes on at the next chunk', () => {
    const listener = new Listener().read(CHUNKED_HEAD).read(lines.join(''), chunk(lines[0], 2)).read('0\r\n\r\n');
    expect(listener.told.slice(2)).toEqual([`end ${CHUNKED_HEAD.length + 4 + 64 + 2 + 5}`]);
  });
});

test('where an upgraded connection leaves HTTP/1', () => {
  const head = 'GET /tunnel HTTP/1.1\r\n\r\n';
  const listener = new Listener().read(GET);
  expect(listener.reader.tunnelStart).toBeNull();
  expect(listener.read(`${head}frame`).reader.tunnelStart).toBe(GET.length + head.length);
});
