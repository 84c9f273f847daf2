import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { hasProgram, type RedisServer, startRedis } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { AccessLines, type AccessRecord } from './access-lines.ts';

const record = (readAtUs: number): AccessRecord => ({ format: '$status', raw: `${readAtUs}`, readAtUs });

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('AccessLines', () => {
  let server: RedisServer;
  let redis: Redis;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis({ path: server.url.replace('unix:', ''), maxRetriesPerRequest: null });
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  test('a job nobody asked for, one that waits, one that has its line; kept twice is kept once', async () => {
    const lines = new AccessLines(redis, 'web-1');
    const found = { jobId: 'c', record: record(7) };
    await lines.keep([{ jobId: 'b', record: null }, { jobId: 'c', record: null }, found, found]);
    expect(await lines.read(['a', 'b', 'c'])).toEqual([null, [], [record(7)]]);
    expect(await lines.read([])).toEqual([]);
    expect(await new AccessLines(redis, 'web-2').read(['c'])).toEqual([null]);
  });

  test('the newest stay, and not for ever', async () => {
    const lines = new AccessLines(redis, 'web-1');
    const all = Array.from({ length: 40 }, (_, at) => ({ jobId: 'many', record: record(1000 + at) }));
    await lines.keep(all);
    const [kept] = await lines.read(['many']);
    expect(kept?.length).toBeLessThanOrEqual(17);
    expect(kept?.at(-1)).toEqual(record(1039));
    const ttls = await Promise.all((await redis.keys('*')).map((key) => redis.ttl(key)));
    for (const ttl of ttls) expect(ttl).toBeGreaterThan(0);
  });

  test('keys of a node share a hash tag, whatever its name is', async () => {
    await new AccessLines(redis, 'a}{b').keep([{ jobId: 'x', record: null }]);
    expect(await redis.exists('{resetscope:access:a__b}:x')).toBe(1);
  });

  test('what is no record is passed over', async () => {
    await redis.zadd('{resetscope:access:web-3}:j', 1, 'junk', 2, '{"format":1}', 3, JSON.stringify(record(3)));
    expect(await new AccessLines(redis, 'web-3').read(['j'])).toEqual([[record(3)]]);
  });
});
