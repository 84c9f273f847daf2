import { expect, test } from '@jest/globals';
import { parseRequestLine } from './request-line.ts';

test.each([
  ['GET /x HTTP/1.1', 'GET', '/x', 'HTTP/1.1'],
  ['POST /a?b=c HTTP/2.0', 'POST', '/a?b=c', 'HTTP/2.0'],
  ['GET /a b HTTP/1.0', 'GET', '/a b', 'HTTP/1.0'],
  ['M-SEARCH * HTTP/1.1', 'M-SEARCH', '*', 'HTTP/1.1'],
  ['GET /x', 'GET', '/x', null],
  ['GET /unfin', 'GET', '/unfin', null],
  ['GET', 'GET', null, null],
  ['GE', 'GE', null, null],
  ['GET HTTP/1.1', 'GET', null, 'HTTP/1.1'],
  ['get /x HTTP/1.1', null, null, null],
  ['\x16\x03\x01', null, null, null],
  ['', null, null, null],
])('%j', (raw, method, target, protocol) => {
  expect(parseRequestLine(raw)).toEqual({ raw, method, target, protocol });
});
