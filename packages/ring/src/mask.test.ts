import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Mask } from './mask.ts';

function masked(text: string, mask = new Mask()): string {
  const bytes = new Uint8Array(Buffer.from(text, 'latin1'));
  mask.apply(bytes, 0, bytes.length);
  return Buffer.from(bytes).toString('latin1');
}

const REQUEST = 'GET / HTTP/1.1\r\n';

describe('header fields', () => {
  test.each([
    {
      name: 'Authorization',
      text: 'Authorization: Basic dTpw\r\nHost: a\r\n\r\n',
      out: 'Authorization: **********\r\nHost: a\r\n\r\n',
    },
    { name: 'any case', text: 'cOOkie:a=b\r\n\r\n', out: 'cOOkie:***\r\n\r\n' },
    { name: 'Set-Cookie', text: 'Set-Cookie: s=1; Path=/\r\n', out: 'Set-Cookie: ***********\r\n' },
    { name: 'cut in the value', text: 'Cookie: abc', out: 'Cookie: ***' },
    { name: 'cut in the name', text: 'Cook', out: 'Cook' },
    { name: 'folded', text: 'Cookie: a\r\n b=c\r\nHost: x\r\n', out: 'Cookie: *\r\n ***\r\nHost: x\r\n' },
    { name: 'blank before the colon', text: 'Cookie : abc\r\n', out: 'Cookie : ***\r\n' },
    { name: 'bare LF', text: 'Cookie: abc\nHost: x\n', out: 'Cookie: ***\nHost: x\n' },
    { name: 'a colon in the value', text: 'Cookie: a:b\r\n', out: 'Cookie: ***\r\n' },
    { name: 'another field', text: 'X-Cookie: abc\r\n', out: 'X-Cookie: abc\r\n' },
  ])('$name', ({ text, out }) => {
    expect(masked(REQUEST + text)).toBe(REQUEST + out);
  });

  test('names given by the user', () => {
    const mask = new Mask({ headers: ['X-Api-Key'], parameters: ['Pin'] });
    expect(masked('GET /?pin=1 HTTP/1.1\r\nx-api-key: 42\r\n', mask)).toBe('GET /?pin=* HTTP/1.1\r\nx-api-key: **\r\n');
  });
});

describe('query parameters', () => {
  test.each([
    { name: 'first', text: 'GET /?token=abc HTTP/1.1', out: 'GET /?token=*** HTTP/1.1' },
    { name: 'later', text: 'GET /?a=b&password=p%20w&c=d HTTP/1.1', out: 'GET /?a=b&password=*****&c=d HTTP/1.1' },
    { name: 'encoded name', text: 'GET /?pass%77ord=abc HTTP/1.1', out: 'GET /?pass%77ord=*** HTTP/1.1' },
    { name: 'any case', text: 'GET /?ToKeN=abc HTTP/1.1', out: 'GET /?ToKeN=*** HTTP/1.1' },
    { name: 'cut in the value', text: 'GET /?secret=ab', out: 'GET /?secret=**' },
    { name: 'cut at the equals sign', text: 'GET /?secret=', out: 'GET /?secret=' },
    { name: 'a longer name', text: 'GET /?tokens=abc HTTP/1.1', out: 'GET /?tokens=abc HTTP/1.1' },
    { name: 'path parameter', text: 'GET /a;session=1;b HTTP/1.1', out: 'GET /a;session=*** HTTP/1.1' },
    {
      name: 'Referer',
      text: `${REQUEST}Referer: http://a/?key=1&b=2\r\n`,
      out: `${REQUEST}Referer: http://a/?key=*&b=2\r\n`,
    },
    {
      name: 'Location fragment',
      text: 'HTTP/1.1 302 Found\r\nLocation: /cb#access_token=ab&x=1\r\n',
      out: 'HTTP/1.1 302 Found\r\nLocation: /cb#access_token=**&x=1\r\n',
    },
  ])('$name', ({ text, out }) => {
    expect(masked(text)).toBe(out);
  });
});

const secret = fc.stringMatching(/^[A-Za-z0-9_.~%;#!-]{8,40}$/);
const planted = fc.constantFrom(
  (s: string) => `GET /?x=1&password=${s}&y=2 HTTP/1.1\r\nHost: a\r\n\r\n`,
  (s: string) => `GET /?API_KEY=${s} HTTP/1.1\r\nHost: a\r\n\r\n`,
  (s: string) => `GET / HTTP/1.1\r\nAuthorization: Bearer ${s}\r\n\r\n`,
  (s: string) => `GET / HTTP/1.1\r\nCookie: a=b;\r\n\tsid=${s}\r\n\r\n`,
  (s: string) => `HTTP/1.1 200 OK\r\nSet-Cookie: sid=${s}; HttpOnly\r\n\r\n`,
  (s: string) => `GET / HTTP/1.1\r\nReferer: https://a/b?auth=${s}\r\n\r\n`,
);

test('no part of a planted secret survives, wherever the head is cut, and lengths stay', () => {
  fc.assert(
    fc.property(secret, planted, fc.double({ min: 0, max: 1, noNaN: true }), (s, build, cut) => {
      const text = build(s);
      const kept = text.slice(0, Math.ceil(text.length * cut));
      const out = masked(kept);
      const start = text.indexOf(s);
      expect(out.length).toBe(kept.length);
      expect(out.slice(start, start + s.length)).toMatch(/^\**$/);
    }),
  );
});

test('never throws and never changes a line end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const out = bytes.slice();
      new Mask().apply(out, 0, out.length);
      expect(bytes.every((byte, i) => byte !== 0x0a || out[i] === 0x0a)).toBe(true);
    }),
  );
});
