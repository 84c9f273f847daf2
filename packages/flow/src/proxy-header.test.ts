import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { latin1Bytes } from '../test-data/follow.ts';
import { ProxyHeaderReader, parseProxyHeader, startsProxyHeader } from './proxy-header.ts';

const V1 = 'PROXY TCP4 203.0.113.9 10.0.0.2 4000 80\r\n';
const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
const V4_ADDRESSES = '\xcb\0\x71\x09\x0a\0\0\x02\x0f\xa0\0\x50';
const V2 = `${SIGNATURE}\x21\x11\0\x0c${V4_ADDRESSES}`;
const V6_SOURCE = '\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x09';
const V2_IPV6 = `${SIGNATURE}\x21\x21\0\x24${V6_SOURCE}${V6_SOURCE}\x0f\xa0\0\x50`;

/** `length address port`. */
function parsed(text: string, wireLen = text.length): string | null {
  const header = parseProxyHeader(latin1Bytes(text), wireLen);
  return header === null ? null : `${header.len} ${header.sourceAddress} ${header.sourcePort}`;
}

describe('parseProxyHeader', () => {
  test.each([
    { name: 'version 1', text: V1, expected: `${V1.length} 203.0.113.9 4000` },
    { name: 'version 1 and a request', text: `${V1}GET / HTTP/1.1\r\n`, expected: `${V1.length} 203.0.113.9 4000` },
    {
      name: 'version 1, IPv6',
      text: 'PROXY TCP6 2001:DB8:0::9 2001:db8::2 4000 80\r\n',
      expected: '46 2001:db8::9 4000',
    },
    { name: 'version 1, nobody', text: 'PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n', expected: '35 null null' },
    { name: 'version 1, no address', text: 'PROXY TCP4 shop.test 10.0.0.2 4000 80\r\n', expected: '39 null null' },
    { name: 'version 2', text: V2, expected: '28 203.0.113.9 4000' },
    { name: 'version 2, IPv6', text: V2_IPV6, expected: '52 2001:db8::9 4000' },
    { name: 'version 2, TLVs', text: `${V2.replace('\0\x0c', '\0\x0f')}\x04\0\0`, expected: '31 203.0.113.9 4000' },
    { name: 'version 2, LOCAL', text: V2.replace('\x21\x11', '\x20\x11'), expected: '28 null null' },
    { name: 'version 2, UDP', text: V2.replace('\x21\x11', '\x21\x12'), expected: '28 null null' },
    { name: 'version 2, too short for its family', text: `${SIGNATURE}\x21\x11\0\x02\xcb\0`, expected: '18 null null' },
    { name: 'version 1, not whole', text: V1.slice(0, 20), expected: null },
    { name: 'version 2, not whole', text: V2.slice(0, 20), expected: null },
    { name: 'version 2, not even its length', text: V2.slice(0, 14), expected: null },
    { name: 'a request', text: 'GET / HTTP/1.1\r\n', expected: null },
    { name: 'a method of that name', text: 'PROXY /a HTTP/1.1\r\n\r\n', expected: null },
    { name: 'nothing', text: '', expected: null },
  ])('$name', ({ text, expected }) => expect(parsed(text)).toBe(expected));

  test.each([
    { name: 'version 1 before its end', kept: 30, text: V1, wireLen: V1.length, expected: '41 203.0.113.9 null' },
    { name: 'version 1 after the port', kept: 37, text: V1, wireLen: V1.length, expected: '41 203.0.113.9 4000' },
    { name: 'version 1 and a long request', kept: 30, text: V1, wireLen: 500, expected: '30 203.0.113.9 null' },
    { name: 'version 2 before its address', kept: 18, text: V2, wireLen: 500, expected: '28 null null' },
    { name: 'version 2 after its address', kept: 22, text: V2, wireLen: 500, expected: '28 203.0.113.9 null' },
  ])('cut by the capture: $name', ({ kept, text, wireLen, expected }) => {
    expect(parsed(text.slice(0, kept), wireLen)).toBe(expected);
  });

  test('never throws, and never takes more than there is', () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.uint8Array({ maxLength: 60 }).map((rest) => Uint8Array.of(...latin1Bytes(SIGNATURE), ...rest)),
      fc.string().map((rest) => latin1Bytes(`PROXY TCP4 ${rest}`)),
    );
    fc.assert(
      fc.property(bytes, fc.nat(200), (found, unseen) => {
        const header = parseProxyHeader(found, found.length + unseen);
        expect(header === null || header.len <= found.length + unseen).toBe(true);
      }),
    );
  });
});

test.each([
  { text: 'PROXY ', expected: true },
  { text: SIGNATURE, expected: true },
  { text: 'PROX', expected: false },
  { text: 'POST / HTTP/1.1', expected: false },
  { text: '\r\nGET / HTTP/1.1', expected: false },
  { text: '', expected: false },
])('startsProxyHeader $text', ({ text, expected }) => {
  expect(startsProxyHeader(latin1Bytes(text))).toBe(expected);
});

describe('ProxyHeaderReader', () => {
  /** How many bytes of each piece belong to the header. */
  function taken(...pieces: readonly string[]): readonly number[] {
    const reader = new ProxyHeaderReader();
    return pieces.map((text) =>
      reader.read({ bytes: latin1Bytes(text), wireLen: text.length, tsUs: 0, frameNumber: 1, hints: null }),
    );
  }

  test.each([
    { name: 'in one piece', pieces: [V1, 'GET'], expected: [41, 0] },
    { name: 'with the request', pieces: [`${V1}GET`, ' /'], expected: [41, 0] },
    { name: 'in pieces', pieces: [V1.slice(0, 20), V1.slice(20, 30), `${V1.slice(30)}GET`], expected: [20, 10, 11] },
    { name: 'version 2 in pieces', pieces: [V2.slice(0, 12), `${V2.slice(12)}GET`], expected: [12, 16] },
    { name: 'not followed by one', pieces: ['PROXY ', 'x'.repeat(200), 'GET'], expected: [6, 0, 0] },
  ])('$name', ({ pieces, expected }) => expect(taken(...pieces)).toEqual(expected));
});
