import { describe, expect, test } from '@jest/globals';
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
