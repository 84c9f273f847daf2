import { afterEach, expect, test } from '@jest/globals';
import { hasProgram, waitUntil } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { Heartbeat, readHeartbeats } from './heartbeat.ts';

const KEY = 'resetscope:apps';

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('heartbeats', () => {
  const connection = withRedis((path) => new Redis(path));
  const redis = (): Redis => connection();
  afterEach(() => redis().flushall());

  /** A beat of another process, so long ago. */
  const beatOf = async (field: string, agoMs: number, startedAtMs: number): Promise<void> => {
    const [seconds = 0] = await redis().time();
    const text = JSON.stringify({ startedAtMs, trouble: null });
    await redis().hset(KEY, field, `${Number(seconds) * 1000 - agoMs} ${text}`);
  };

  test('an app is there at once, says what troubles it, and goes with its farewell', async () => {
    await redis().ping();
    const heart = new Heartbeat(redis(), { app: 'tailer', node: 'web 1', notReady: () => 'Redis is away' });
    await waitUntil(async () => (await readHeartbeats(redis())).length === 1, { what: 'the first beat' });
    const [beat] = await readHeartbeats(redis());
    expect(beat).toMatchObject({ app: 'tailer', node: 'web_1', pid: process.pid, trouble: 'Redis is away' });
    expect(beat!.silentMs).toBeLessThan(5000);
    expect(await redis().pttl(KEY)).toBeGreaterThan(0);
    await heart.stop();
    expect(await readHeartbeats(redis())).toEqual([]);
  });

  test('a silent one stays to be seen, until a newer process of its app and node is heard', async () => {
    await beatOf('capture web-1 7', 60_000, 1);
    expect(await readHeartbeats(redis())).toMatchObject([{ app: 'capture', pid: 7 }]);
    await beatOf('capture web-2 8', 0, 2);
    await beatOf('capture web-1 9', 0, 2);
    expect((await readHeartbeats(redis())).map(({ pid }) => pid)).toEqual([9, 8]);
  });

  test('two at once on one node are two', async () => {
    await beatOf('correlator web-1 7', 0, 1);
    await beatOf('correlator web-1 8', 0, 2);
    expect(await readHeartbeats(redis())).toHaveLength(2);
  });

  test('one silent for an hour is forgotten with the next beat', async () => {
    await beatOf('capture gone 7', 3_700_000, 1);
    const heart = new Heartbeat(redis(), { app: 'web', node: 'here', notReady: () => null });
    await waitUntil(async () => (await redis().hlen(KEY)) === 1 && (await readHeartbeats(redis()))[0]?.app === 'web', {
      what: 'the beat to clean up',
    });
    await heart.stop();
  });

  test.each([
    { field: 'nonsense', value: '1 {}' },
    { field: 'web a 1', value: '{' },
    { field: 'web a 1', value: '1 {"startedAtMs":"x"}' },
    { field: 'web a 1', value: '1 {' },
  ])('$field: $value is not ours', async ({ field, value }) => {
    await redis().hset(KEY, field, value);
    expect(await readHeartbeats(redis())).toEqual([]);
  });
});
