import { describe, expect, test } from '@jest/globals';
import { lineOf } from './testing/log-text.ts';
import { StreamBuilder } from './testing/stream-builder.ts';
import { isNearLine, requestOnOtherLeg, requestsOf } from './unlogged-requests.ts';

describe('requestsOf', () => {
  test('the leg, and the request as the client sent it and as the upstream got it', () => {
    const line = lineOf({
      level: 'error',
      message: 'readv() failed (104: Connection reset by peer)',
      action: 'reading upstream',
      request: 'GET /a HTTP/1.1',
      upstream: 'http://10.0.1.3:8080/inner/a',
    });
    expect(requestsOf(line)).toEqual(['upstream GET /a', 'upstream GET /inner/a']);
  });

  test('none without a request', () => {
    expect(requestsOf(lineOf({ request: null, host: null }))).toEqual([]);
  });
});

test('what a line about the other leg would name', () => {
  const asked = new StreamBuilder({}).open();
  expect(requestOnOtherLeg(asked.build(), 'client')).toBeNull();
  const stream = asked.send('originator', 'GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n').build();
  expect(requestOnOtherLeg(stream, 'client')).toBe('upstream GET /a');
  expect(requestOnOtherLeg(stream, 'upstream')).toBe('client GET /a');
});

test.each([
  [-2_000_001, false],
  [-2_000_000, true],
  [3_000_000, true],
  [3_000_001, false],
])('an end %d us after the line is near: %s', (afterUs, expected) => {
  expect(isNearLine(10_000_000 + afterUs, 10_000_000)).toBe(expected);
});
