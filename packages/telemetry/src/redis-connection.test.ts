import { expect, test } from '@jest/globals';
import { hasProgram, startRedis } from '@resetscope/testkit';
import { testIf } from '@resetscope/testkit/jest';
import { connectRedis, maskRedisUrl, redisUrlFrom } from './redis-connection.ts';

test.each([
  ['redis://user:secret@host:6379/1', 'redis://user:***@host:6379/1'],
  ['redis://:secret@host', 'redis://:***@host'],
  ['redis://host:6379', 'redis://host:6379'],
  ['unix:/run/redis.sock', 'unix:/run/redis.sock'],
])('%s is shown as %s', (url, shown) => {
  expect(maskRedisUrl(url)).toBe(shown);
});

test('a server that is not there is a clear error without the password', async () => {
  const attempt = connectRedis('redis://:secret@127.0.0.1:1', { disconnectTimeout: 1 });
  await expect(attempt).rejects.toMatchObject({ code: 'RS_REDIS_UNAVAILABLE' });
  await expect(attempt).rejects.not.toThrow(/secret/);
});

testIf(hasProgram('redis-server'), 'needs redis-server')('connects over a unix socket', async () => {
  const server = await startRedis();
  const redis = await connectRedis(server.url);
  expect(await redis.ping()).toBe('PONG');
  redis.disconnect();
  await server.stop();
});

test.each([
  { name: 'the flag first', flag: 'unix:/a', env: { REDIS_URL: 'redis://b' }, url: 'unix:/a' },
  { name: 'then the environment', flag: undefined, env: { REDIS_URL: 'redis://b' }, url: 'redis://b' },
  { name: 'an empty variable is none', flag: undefined, env: { REDIS_URL: '' }, url: 'redis://127.0.0.1:6379' },
  { name: 'then this host', flag: undefined, env: {}, url: 'redis://127.0.0.1:6379' },
])('Redis is where it is said to be: $name', ({ flag, env, url }) => {
  expect(redisUrlFrom(flag, env)).toBe(url);
});
