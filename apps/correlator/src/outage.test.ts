import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RingUnavailableError } from '@resetscope/ring';
import { hasProgram, type RedisServer, startRedis } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { isOutage } from './outage.ts';

test.each([
  { name: 'the ring could not be asked', error: new RingUnavailableError('web-1', new Error('away')), expected: true },
  { name: 'a bug', error: new TypeError('Cannot read properties of undefined'), expected: false },
  { name: 'a number out of range', error: new RangeError('Invalid array length'), expected: false },
  { name: 'no error at all', error: 'Connection is closed.', expected: false },
])('$name', ({ error, expected }) => {
  expect(isOutage(error)).toBe(expected);
});

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('errors of a real Redis', () => {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis({ path: server.url.replace('unix:', ''), maxRetriesPerRequest: 0 });
    // Disconnecting before a test ends is part of the tests.
    redis.on('error', () => undefined);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  const refusal = (reply: Promise<unknown>): Promise<unknown> =>
    reply.then(
      () => 'no error',
      (error: unknown) => error,
    );

  test('what will stay as it is', async () => {
    await redis.set('text', 'a');
    expect(isOutage(await refusal(redis.hget('text', 'a')))).toBe(false);
    expect(isOutage(await refusal(redis.eval('return nonsense()', 0)))).toBe(false);
  });

  test('no memory, a replica, no rights', async () => {
    await redis.config('SET', 'maxmemory', '1');
    expect(isOutage(await refusal(redis.set('a', 'b')))).toBe(true);
    expect(isOutage(await refusal(redis.eval("return redis.call('set', KEYS[1], 'b')", 1, 'a')))).toBe(true);
    await redis.config('SET', 'maxmemory', '0');
    await redis.replicaof('127.0.0.1', '1');
    expect(isOutage(await refusal(redis.set('a', 'b')))).toBe(true);
    await redis.replicaof('NO', 'ONE');
    await redis.acl('SETUSER', 'poor', 'on', '>p', '+ping');
    const poor = new Redis({
      path: server.url.replace('unix:', ''),
      username: 'poor',
      password: 'p',
      enableReadyCheck: false,
    });
    expect(isOutage(await refusal(poor.get('a')))).toBe(true);
    poor.disconnect();
  });

  test('nobody there', async () => {
    await server.stop();
    expect(isOutage(await refusal(redis.get('a')))).toBe(true);
  });
});
