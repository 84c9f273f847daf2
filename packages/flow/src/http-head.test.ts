import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { latin1Bytes } from '../test-data/follow.ts';
import { findHeadEnd, type HttpHead, latin1, parseHead, startsLikeHttp } from './http-head.ts';

const NOTHING: HttpHead = {
  method: null,
  target: null,
  targetIsCut: false,
  status: null,
  minorVersion: 1,
  host: null,
  requestId: null,
  contentLength: null,
  chunked: false,
  connectionClose: false,
  connectionKeepAlive: false,
  expectsContinue: false,
  upgradesToH2c: false,
};

const POST = [
  'POST /pay?x=1 HTTP/1.1',
  'Host: www.shop.test:8080',
  'X-Request-ID: 7f3a',
  'content-length: 12',
  'CONNECTION: Keep-Alive, Upgrade',
  'Expect: 100-continue',
  'Cookie: Host: evil.test',
  '',
  '',
].join('\r\n');

describe('parseHead', () => {
  test.each<{ name: string; text: string; expected: Partial<HttpHead> }>([
    {
      name: 'a request with all that is wanted',
      text: POST,
      expected: {
        method: 'POST',
        target: '/pay?x=1',
        host: 'www.shop.test:8080',
        requestId: '7f3a',
        contentLength: 12,
        connectionKeepAlive: true,
        expectsContinue: true,
      },
    },
    {
      name: 'a response',
      text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\nConnection: close\r\n\r\n',
      expected: { status: 200, chunked: true, connectionClose: true },
    },
    { name: 'HTTP/1.0', text: 'HTTP/1.0 404\r\n\r\n', expected: { status: 404, minorVersion: 0 } },
    { name: 'HTTP/0.9', text: 'GET /old\r\n', expected: { method: 'GET', target: '/old', minorVersion: 0 } },
    { name: 'bare LF', text: 'GET / HTTP/1.1\nHost: a\n\n', expected: { method: 'GET', target: '/', host: 'a' } },
    { name: 'a space in the target', text: 'GET /a b HTTP/1.1\r\n\r\n', expected: { method: 'GET', target: '/a' } },
    {
      name: 'chunked not last',
      text: 'HTTP/1.1 200 \r\nTransfer-Encoding: chunked, gzip\r\n\r\n',
      expected: { status: 200 },
    },
    {
      name: 'a cut target',
      text: 'GET /lon',
      expected: { method: 'GET', target: '/lon', targetIsCut: true },
    },
    {
      name: 'an upgrade to HTTP/2',
      text: 'HTTP/1.1 101 \r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
      expected: { status: 101, upgradesToH2c: true },
    },
    { name: 'xchunked', text: 'HTTP/1.1 200 \r\nTransfer-Encoding: xchunked\r\n\r\n', expected: { status: 200 } },
    { name: 'a negative length', text: 'HTTP/1.1 200 \r\nContent-Length: -5\r\n\r\n', expected: { status: 200 } },
    { name: 'two lengths', text: 'HTTP/1.1 200 \r\nContent-Length: 5, 6\r\n\r\n', expected: { status: 200 } },
    {
      name: 'a length beyond reason',
      text: `HTTP/1.1 200 \r\nContent-Length: ${'9'.repeat(16)}\r\n\r\n`,
      expected: { status: 200 },
    },
    { name: 'a status of four digits', text: 'HTTP/1.1 2000 OK\r\n\r\n', expected: {} },
    {
      name: 'names of Object.prototype',
      text: 'HTTP/1.1 200 \r\nhasOwnProperty: 1\r\n__proto__: 2\r\n\r\n',
      expected: { status: 200 },
    },
    {
      name: 'no colon, an empty name, an empty value',
      text: 'HTTP/1.1 200 \r\nhost\r\n: a\r\nHost:\r\n\r\n',
      expected: { status: 200, host: '' },
    },
    { name: 'nothing', text: '', expected: {} },
    {
      name: 'line noise',
      text: '\0\u0001\u0002 \r\n: :\r\n',
      expected: { method: '\0\u0001\u0002', target: '', minorVersion: 0 },
    },
  ])('$name', ({ text, expected }) => {
    expect(parseHead(latin1Bytes(text))).toEqual({ ...NOTHING, ...expected });
  });

  test('the version of a request line longer than is kept', () => {
    const target = `/${'a'.repeat(5000)}`;
    expect(parseHead(latin1Bytes(`GET ${target} HTTP/1.1\r\n\r\n`))).toMatchObject({
      target: target.slice(0, 2048 - 'GET '.length),
      targetIsCut: true,
      minorVersion: 1,
    });
    expect(parseHead(latin1Bytes(`GET ${target} HTTP/1.0\r\n\r\n`)).minorVersion).toBe(0);
  });

  test('cut at any byte it never says what the whole head does not say', () => {
    const whole = parseHead(latin1Bytes(POST));
    for (let length = 0; length < POST.length; length++) {
      const { method, target, targetIsCut, minorVersion, ...fields } = parseHead(latin1Bytes(POST.slice(0, length)));
      expect('POST'.startsWith(method ?? '')).toBe(true);
      expect('/pay?x=1'.startsWith(target ?? '')).toBe(true);
      if (!targetIsCut) expect([null, '/pay?x=1']).toContain(target);
      expect(minorVersion).toBe(1);
      for (const [key, value] of Object.entries(fields))
        expect([null, false, whole[key as keyof HttpHead]]).toContain(value);
    }
  });

  test.each(['HTTP/1.1 2', 'HTTP/1.1 20', 'HTTP/1.', 'HTTP/1.1'])('a status cut to %j is none', (text) => {
    expect(parseHead(latin1Bytes(text))).toEqual(NOTHING);
  });

  test('never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => parseHead(bytes).contentLength !== undefined));
  });
});

describe('findHeadEnd', () => {
  test.each([
    { text: 'GET / HTTP/1.1\r\n\r\nbody', from: 0, end: 18 },
    { text: 'GET / HTTP/1.1\n\nbody', from: 0, end: 16 },
    { text: 'GET / HTTP/1.1\r\n\nbody', from: 0, end: 17 },
    { text: 'GET / HTTP/1.1\r\n\r', from: 0, end: -1 },
    { text: 'a\r\n\r\nb\r\n\r\n', from: 5, end: 10 },
    { text: '', from: 0, end: -1 },
  ])('$text from $from', ({ text, from, end }) => {
    expect(findHeadEnd(latin1Bytes(text), from)).toBe(end);
  });
});

describe('startsLikeHttp', () => {
  test.each([
    { text: 'GET / HTTP/1.1', kind: 'request' },
    { text: 'PROPFIND /dav', kind: 'request' },
    { text: 'M-SEARCH * HTTP/1.1', kind: 'request' },
    { text: 'HTTP/1.1 200', kind: 'response' },
    { text: 'HTTP/1', kind: 'response' },
    { text: 'HT', kind: 'response' },
    { text: 'H', kind: 'request' },
    { text: 'PO', kind: 'request' },
    { text: 'HTTP/2.0 200', kind: null },
    { text: 'OK then', kind: null },
    { text: 'get / HTTP/1.1', kind: null },
    { text: '220 mail.test ESMTP', kind: null },
    { text: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', kind: null },
    { text: '\u0016\u0003\u0001', kind: null },
    { text: '', kind: null },
  ])('$text', ({ text, kind }) => {
    expect(startsLikeHttp(latin1Bytes(text))).toBe(kind);
  });
});

test('latin1 keeps each byte as a character, at most 2048 of them', () => {
  expect(latin1(Uint8Array.of(0x41, 0xff, 0x00, 0x42), 1, 3)).toBe('\xff\0');
  expect(latin1(new Uint8Array(5000), 0, 5000)).toHaveLength(2048);
});
