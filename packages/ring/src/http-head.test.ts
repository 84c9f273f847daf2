import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { endsInLastChunk, HttpHead, LAST_CHUNK_LEN, lastChunkTail, startsHttpMessage } from './http-head.ts';

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

function read(text: string): { headLen: number; contentLength: number; chunked: boolean } {
  const bytes = bytesOf(`\n${text}`);
  const head = new HttpHead();
  head.read(bytes, 1, bytes.length);
  return { headLen: head.headLen, contentLength: head.contentLength, chunked: head.chunked };
}

test.each([
  { text: 'GET / HTTP/1.1\r\n', starts: true },
  { text: 'PROPFIND /dav HTTP/1.1\r\n', starts: true },
  { text: 'HTTP/1.1 200 OK\r\n', starts: true },
  { text: 'HTTP/1.', starts: true },
  { text: 'HTTP/2 200', starts: false },
  { text: 'GET', starts: false },
  { text: 'GETTING on', starts: false },
  { text: 'get / HTTP/1.1', starts: false },
  { text: '', starts: false },
])('startsHttpMessage $text', ({ text, starts }) => {
  expect(startsHttpMessage(bytesOf(text), 0, text.length)).toBe(starts);
});

describe('HttpHead', () => {
  test.each([
    { name: 'a request', text: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', headLen: 27, contentLength: -1, chunked: false },
    { name: 'bare LF', text: 'GET / HTTP/1.1\nHost: a\n\nrest', headLen: 24, contentLength: -1, chunked: false },
    {
      name: 'a length, in any case, body behind it',
      text: 'POST / HTTP/1.1\r\ncontent-LENGTH:  12 \r\n\r\nhello',
      headLen: 41,
      contentLength: 12,
      chunked: false,
    },
    {
      name: 'chunked as the last coding',
      text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n',
      headLen: 53,
      contentLength: -1,
      chunked: true,
    },
    {
      name: 'chunked that is not last',
      text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n',
      headLen: 53,
      contentLength: -1,
      chunked: false,
    },
    {
      name: 'the same length twice',
      text: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n',
      headLen: 57,
      contentLength: 5,
      chunked: false,
    },
    {
      name: 'two lengths that differ',
      text: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n',
      headLen: 57,
      contentLength: -1,
      chunked: false,
    },
    {
      name: 'a length that is none',
      text: 'HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\n',
      headLen: 39,
      contentLength: -1,
      chunked: false,
    },
    {
      name: 'a length past exact numbers',
      text: 'HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999\r\n\r\n',
      headLen: 53,
      contentLength: -1,
      chunked: false,
    },
    {
      name: 'a head that goes on',
      text: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b',
      headLen: -1,
      contentLength: 5,
      chunked: false,
    },
    { name: 'cut between CR and LF', text: 'GET / HTTP/1.1\r\n\r', headLen: -1, contentLength: -1, chunked: false },
    {
      name: 'a length cut off in its digits',
      text: 'HTTP/1.1 200 OK\r\nContent-Length: 12',
      headLen: -1,
      contentLength: -1,
      chunked: false,
    },
  ])('$name', ({ text, ...expected }) => {
    expect(expected).toMatchObject(read(text));
  });

  test('a head read in pieces says what it says as a whole', () => {
    const head = 'POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\nContent-Length: 12\r\nCookie: a=b\r\n\r\n';
    const bytes = bytesOf(`${head}body`);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: head.length - 1 }), { minLength: 1, maxLength: 5 }), (cuts) => {
        const ends = [...new Set(cuts)].sort((a, b) => a - b);
        const pieces = [...ends, bytes.length];
        const read = new HttpHead();
        read.read(bytes, 0, pieces[0] as number);
        for (const [i, end] of pieces.slice(1).entries()) {
          expect(read.headLen).toBe(-1);
          read.readOn(bytes, pieces[i] as number, end);
        }
        expect(read).toMatchObject({ contentLength: 12, chunked: true });
        expect(read.headLen).toBe(head.length - (ends.at(-1) as number));
      }),
    );
  });

  test('never throws, and the head never passes the end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const head = new HttpHead();
        head.read(bytes, 0, bytes.length);
        expect(head.headLen).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});

test('a last chunk is seen whole, and over any segments', () => {
  const body = bytesOf('5\r\nhello\r\n0\r\n\r\n');
  const anyCuts = fc.array(fc.integer({ min: 1, max: body.length - 1 }), { maxLength: 6 });
  fc.assert(
    fc.property(anyCuts, (cuts) => {
      const ends = [...new Set(cuts)].sort((a, b) => a - b).concat(body.length);
      let [start, tail] = [0, 0];
      for (const end of ends) {
        tail = lastChunkTail(body, start, end, tail);
        expect(tail === LAST_CHUNK_LEN).toBe(end === body.length);
        start = end;
      }
    }),
  );
});

test.each([
  { text: 'abc\r\n0\r\n\r\n', ends: true },
  { text: '0\r\n\r\n', ends: true },
  { text: 'Total: 10\r\n\r\n', ends: false },
  { text: 'abc\r\n0\r\n', ends: false },
  { text: '\r\n', ends: false },
  { text: '', ends: false },
])('endsInLastChunk %j', ({ text, ends }) => {
  expect(endsInLastChunk(bytesOf(text), 0, text.length)).toBe(ends);
});
