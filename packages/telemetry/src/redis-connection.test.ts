import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  freePort,
  hasProgram,
  makeTempDir,
  type RedisCluster,
  type RedisSentinel,
  type RedisServer,
  startRedis,
  startRedisCluster,
  startRedisSentinel,
  startTlsRedis,
  type TempDir,
  type TlsRedis,
  waitUntil,
} from '@resetscope/testkit';
import { describeIf, testIf } from '@resetscope/testkit/jest';
import { Cluster } from 'ioredis';
import type { RedisAccess } from './redis-access.ts';
import { connectRedis } from './redis-connection.ts';

const hasRedis = hasProgram('redis-server') && hasProgram('redis-cli');
const NO_REDIS = 'redis-server or redis-cli is not installed';

/** Connects, and expects that to fail. */
async function refusal(from: string | RedisAccess, connectTimeout = 10_000): Promise<unknown> {
  const redis = await connectRedis(from, { disconnectTimeout: 1, connectTimeout }).catch((error: unknown) => error);
  if (redis instanceof Error) return redis;
  throw new Error('expected no connection, got one');
}

test('a server that is not there is a clear error without the password', async () => {
  const error = await refusal('redis://:secret@127.0.0.1:1');
  expect(error).toMatchObject({ code: 'RS_REDIS_UNAVAILABLE', message: expect.stringContaining('ECONNREFUSED') });
  expect(String(error)).not.toContain('secret');
});

test('a password file that cannot be read is named', async () => {
  const access = { url: 'redis://127.0.0.1:1', passwordFile: '/nowhere/password' };
  expect(await refusal(access)).toMatchObject({
    code: 'RS_FILE_UNREADABLE',
    message: expect.stringContaining('--redis-password-file /nowhere/password'),
  });
});

testIf(hasRedis, NO_REDIS)('connects over a unix socket', async () => {
  const server = await startRedis();
  const redis = await connectRedis(server.url);
  expect(await redis.ping()).toBe('PONG');
  redis.disconnect();
  await server.stop();
});

describeIf(hasRedis, NO_REDIS)('users and passwords', () => {
  let server: RedisServer;
  let dir: TempDir;
  let port: number;
  beforeAll(async () => {
    dir = await makeTempDir('resetscope-telemetry-');
    port = await freePort();
    server = await startRedis({ args: ['--port', String(port)] });
    const admin = await connectRedis(server.url);
    await admin.acl('SETUSER', 'shop', 'on', '>right', '~*', '&*', '+@all');
    await admin.acl('SETUSER', 'poor', 'on', '>right', '~*', '&*', '-@all', '+hello', '+info');
    await admin.acl('SETUSER', 'default', 'off');
    admin.disconnect();
    await writeFile(join(dir.path, 'password'), 'right\n', { mode: 0o600 });
  });
  afterAll(async () => {
    await server.stop();
    await dir.remove();
  });

  test('by URL, or the password from a file', async () => {
    const passwordFile = join(dir.path, 'password');
    const accesses = [
      { url: `redis://shop:right@127.0.0.1:${port}` },
      { url: `redis://shop@127.0.0.1:${port}`, passwordFile },
      { url: `redis://shop:wrong@127.0.0.1:${port}`, passwordFile },
    ];
    for (const access of accesses) {
      const redis = await connectRedis(access);
      expect(await redis.acl('WHOAMI')).toBe('shop');
      redis.disconnect();
    }
  });

  test.each([
    { name: 'a wrong password', user: 'shop:secret@', message: /WRONGPASS.*check user and password/ },
    { name: 'an unknown user', user: 'nobody:secret@', message: /WRONGPASS/ },
    { name: 'no password', user: '', message: /NOAUTH.*--redis-password-file/ },
    { name: 'a user without rights', user: 'poor:right@', message: /NOPERM.*docs\/redis.md/ },
  ])('$name is said, and no secret', async ({ user, message }) => {
    const error = await refusal(`redis://${user}127.0.0.1:${port}`);
    expect(error).toMatchObject({ code: 'RS_REDIS_DENIED', message: expect.stringMatching(message) });
    expect(String(error)).not.toMatch(/secret|right@/);
  });

  test('TLS to a port without it', async () => {
    const error = await refusal(`rediss://127.0.0.1:${port}`, 500);
    expect(error).toMatchObject({ message: expect.stringMatching(/is it a TLS port/) });
  });

  test('a server that is no cluster, and no sentinel', async () => {
    expect(await refusal(`redis+cluster://shop:right@127.0.0.1:${port}`)).toMatchObject({
      code: 'RS_REDIS_UNAVAILABLE',
      message: expect.stringMatching(/cluster support disabled.*use redis:\/\//),
    });
    expect(await refusal(`redis+sentinel://shop:right@127.0.0.1:${port}/shop`)).toMatchObject({
      message: expect.stringMatching(/NOAUTH|sentinel/),
    });
  });
});

describeIf(hasRedis && hasProgram('openssl'), 'redis-server or openssl is not installed')('TLS', () => {
  let server: TlsRedis;
  beforeAll(async () => {
    server = await startTlsRedis();
  });
  afterAll(() => server.stop());

  test('with authority and client certificate', async () => {
    const redis = await connectRedis(server);
    expect(await redis.ping()).toBe('PONG');
    redis.disconnect();
  });

  test.each([
    { name: 'an unknown authority', without: ['caFile'], message: /--redis-ca/ },
    { name: 'no client certificate', without: ['certFile', 'keyFile'], message: /--redis-cert/ },
  ])('$name', async ({ without, message }) => {
    const access = Object.fromEntries(Object.entries(server).filter(([name]) => !without.includes(name)));
    const error = await refusal(access as unknown as RedisAccess);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
  });

  test('another name than the certificate carries', async () => {
    const error = await refusal({ ...server, url: `rediss://127.0.0.1:${server.port}` });
    expect(error).toMatchObject({ code: 'RS_REDIS_TLS', message: expect.stringMatching(/host name/) });
  });

  test('a plain connection to it', async () => {
    const error = await refusal(`redis://127.0.0.1:${server.port}`);
    expect(error).toMatchObject({ message: expect.stringMatching(/use rediss:/) });
  });
});

describeIf(hasRedis, NO_REDIS)('a cluster', () => {
  let servers: RedisCluster;
  beforeAll(async () => {
    servers = await startRedisCluster();
  }, 60_000);
  afterAll(() => servers.stop());

  test('keys of every slot, a subscription, and a node that is killed and leaves slots unserved', async () => {
    const redis = await connectRedis(servers.url);
    expect(redis).toBeInstanceOf(Cluster);
    for (let i = 0; i < 50; i++) await redis.set(`key-${i}`, i);
    expect(await redis.get('key-49')).toBe('49');
    const subscriber = (redis as Cluster).duplicate();
    const heard: string[] = [];
    subscriber.on('message', (_channel: string, text: string) => heard.push(text));
    await subscriber.subscribe('news');
    await redis.publish('news', 'here');
    await waitUntil(() => heard.length > 0, { what: 'the message' });
    subscriber.disconnect();
    redis.disconnect();
    const [, other, first] = servers.nodes;
    await other?.kill();
    const isDown = async () => (await servers.cli(first as never, 'cluster', 'info')).includes('cluster_state:fail');
    await waitUntil(isDown, { what: 'the cluster to notice' });
    expect(await refusal(servers.url)).toMatchObject({
      code: 'RS_REDIS_UNAVAILABLE',
      message: expect.stringMatching(/all hash slots|CLUSTERDOWN/),
    });
  });
});

describeIf(hasRedis, NO_REDIS)('sentinels', () => {
  let servers: RedisSentinel;
  beforeAll(async () => {
    servers = await startRedisSentinel();
  }, 60_000);
  afterAll(() => servers.stop());

  test('commands wait for the next master when the first is killed', async () => {
    const redis = await connectRedis(servers.url, { disconnectTimeout: 100 });
    const master = await servers.master();
    await redis.set('before', '1');
    expect(await redis.wait(1, 5000)).toBe(1);
    await master.kill();
    await redis.set('after', '2');
    expect((await servers.master()).port).not.toBe(master.port);
    expect(await redis.mget('before', 'after')).toEqual(['1', '2']);
    redis.disconnect();
  }, 60_000);

  test('a master of another name', async () => {
    expect(await refusal(servers.url.replace(/shop$/, 'other'))).toMatchObject({
      code: 'RS_REDIS_UNAVAILABLE',
      message: expect.stringMatching(/no master of that name/),
    });
  });
});

describe('a Redis that takes a command and never answers', () => {
  testIf(hasRedis, NO_REDIS)('is given up', async () => {
    const server = await startRedis();
    const redis = await connectRedis(server.url, { socketTimeout: 200, maxRetriesPerRequest: 0 });
    process.kill(server.pid, 'SIGSTOP');
    await expect(redis.get('a')).rejects.toThrow();
    process.kill(server.pid, 'SIGCONT');
    redis.disconnect();
    await server.stop();
  });
});
