import { expect, test } from '@jest/globals';
import { parseFlags } from './flags.ts';
import {
  REDIS_FLAGS,
  RING_REDIS_FLAGS,
  redisAccessFrom,
  redisEnvironment,
  ringRedisAccessFrom,
} from './redis-access.ts';

const ALL = { ...REDIS_FLAGS, ...RING_REDIS_FLAGS };

function both(args: readonly string[], env: Readonly<Record<string, string>>) {
  const flags = parseFlags(args, ALL, 'see --help');
  return { redis: redisAccessFrom(flags, env), ring: ringRedisAccessFrom(flags, env) };
}

test.each([
  { name: 'the flag first', args: ['--redis', 'unix:/a'], env: { REDIS_URL: 'redis://b' }, url: 'unix:/a' },
  { name: 'then the environment', args: [], env: { REDIS_URL: 'redis://b' }, url: 'redis://b' },
  { name: 'an empty variable is none', args: [], env: { REDIS_URL: '' }, url: 'redis://127.0.0.1:6379' },
  { name: 'then this host', args: [], env: {}, url: 'redis://127.0.0.1:6379' },
])('Redis is where it is said to be: $name', ({ args, env, url }) => {
  expect(both(args, env as Record<string, string>)).toMatchObject({ redis: { url }, ring: null });
});

test('files by flag or variable', () => {
  const args = ['--redis-password-file', '/p', '--redis-ca', '/ca', '--redis-key', '/key'];
  const env = { REDIS_PASSWORD_FILE: '/other', REDIS_CERT: '/cert', REDIS_SENTINEL_PASSWORD_FILE: '/s' };
  expect(both(args, env).redis).toEqual({
    url: 'redis://127.0.0.1:6379',
    passwordFile: '/p',
    sentinelPasswordFile: '/s',
    caFile: '/ca',
    certFile: '/cert',
    keyFile: '/key',
  });
});

test('the ring has its own place and password, and the certificates of the other', () => {
  const env = { REDIS_PASSWORD_FILE: '/p', REDIS_CA: '/ca', RESETSCOPE_RING_REDIS: 'rediss://ring' };
  expect(both([], env).ring).toMatchObject({ url: 'rediss://ring', passwordFile: undefined, caFile: '/ca' });
  const args = ['--ring-redis', 'redis://other', '--ring-redis-password-file', '/r'];
  expect(both(args, env).ring).toMatchObject({ url: 'redis://other', passwordFile: '/r' });
});

test('a child process gets the same access, and no other ring', () => {
  const args = [
    '--redis',
    'rediss://a',
    '--redis-ca',
    '/ca',
    '--ring-redis',
    'redis://b',
    '--redis-password-file',
    '/p',
  ];
  const { redis } = both(args, { RESETSCOPE_RING_REDIS: 'redis://c' });
  expect(both([], redisEnvironment(redis))).toEqual({ redis, ring: null });
});
