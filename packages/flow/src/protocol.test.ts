import { expect, test } from '@jest/globals';
import { latin1Bytes } from '../test-data/follow.ts';
import { SETTINGS } from '../test-data/http2.ts';
import { protocolOf, startsMessage, startsMidway } from './protocol.ts';

test.each([
  { text: 'GET / HTTP/1.1\r\n', protocol: 'http1' },
  { text: 'HTTP/1.1 200 OK', protocol: 'http1' },
  { text: 'P', protocol: 'http1' },
  { text: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', protocol: 'http2' },
  { text: 'PRI', protocol: 'http2' },
  { text: 'PRINT /x HTTP/1.1', protocol: 'http1' },
  { text: '\x16\x03\x01\x02\x00', protocol: 'tls' },
  { text: '\x01\x01\x00\x01\x00\x08\x00\x00', protocol: 'unknown' },
  { text: 'EHLO mail.test\r\n', protocol: 'http1' },
  { text: '', protocol: 'unknown' },
])('$text is $protocol', ({ text, protocol }) => {
  expect(protocolOf(latin1Bytes(text))).toBe(protocol);
});

test.each([
  { text: 'GET / HTTP/1.1\r\nHost: a', expected: true },
  { text: 'OPTIONS * HTTP/1.1\n', expected: true },
  { text: 'GET http://a/ HTTP/1.0\r\n', expected: true },
  { text: 'HTTP/1.1 200 OK', expected: true },
  { text: 'HTTP/1.1', expected: false },
  { text: 'THE END of it', expected: false },
  { text: 'GET /a and then', expected: false },
  { text: 'GET /a ', expected: true },
  { text: 'GET /a HTT', expected: true },
  { text: 'GET /a HTTP/1.1', expected: true },
  { text: 'GET /a HTTP/1.0\r', expected: true },
  { text: 'GET /a HTTP/2.0\r', expected: false },
  { text: 'PATCH /a HTTP/1.1x', expected: false },
  { text: '', expected: false },
])('startsMessage $text', ({ text, expected }) => {
  expect(startsMessage(latin1Bytes(text))).toBe(expected);
});

test('a start line that the capture or the limit of kept text cuts', () => {
  expect(startsMessage(latin1Bytes('GET /cut?by=the-ca'))).toBe(true);
  expect(startsMessage(latin1Bytes(`GET /${'a'.repeat(4000)} HTTP/1.1\r\n`))).toBe(true);
});

test('a connection whose beginning was not seen shows itself by a message or a frame', () => {
  expect(startsMidway(latin1Bytes('GET / HTTP/1.1\r\n'))).toBe(true);
  expect(startsMidway(SETTINGS)).toBe(true);
  expect(startsMidway(latin1Bytes('rest of a body'))).toBe(false);
});
