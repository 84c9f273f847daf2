import { describe, expect, test } from '@jest/globals';
import { isWorthExplaining } from './log-line.ts';
import { lineOf } from './testing/log-text.ts';
import { START_US } from './testing/stream-builder.ts';

describe('logLine', () => {
  test('says leg, client and time', () => {
    expect(lineOf({})).toMatchObject({
      leg: 'client',
      client: '10.0.0.1',
      stampUs: START_US,
      kind: 'reset-recv',
      readAtUs: null,
    });
    expect(lineOf({ level: 'error', action: 'reading upstream', upstream: 'http://10.0.1.3:8080/a' })).toMatchObject({
      leg: 'upstream',
      legCertainty: 0.97,
    });
  });

  test('finds the client in the message of a keepalive line, which has no other', () => {
    const keepalive = lineOf({
      message: 'client 10.0.0.9 closed keepalive connection (104: Connection reset by peer)',
      action: '',
      client: null,
      request: null,
      host: null,
    });
    expect(keepalive).toMatchObject({ leg: 'client', kind: 'client-closed-keepalive', client: '10.0.0.9' });
  });

  test('a line about no connection of nginx has no leg', () => {
    expect(lineOf({ level: 'error', action: 'sending to client' }).leg).toBeNull();
  });
});

describe('isWorthExplaining', () => {
  test.each([
    ['a reset', {}, true],
    ['a client that stalled', { message: 'client timed out (110: Connection timed out)' }, true],
    [
      'a client that never asked',
      { message: 'client timed out (110: Connection timed out)', action: 'waiting for request' },
      false,
    ],
    [
      'an upstream that stalled',
      {
        level: 'error',
        message: 'upstream timed out (110: Connection timed out)',
        action: 'reading response header from upstream',
        upstream: 'http://10.0.1.3:8080/a',
      },
      true,
    ],
    ['an idle connection closed as it should', { message: 'client 10.0.0.9 closed keepalive connection' }, false],
  ] as const)('%s', (_title, parts, expected) => {
    expect(isWorthExplaining(lineOf(parts).entry)).toBe(expected);
  });
});
