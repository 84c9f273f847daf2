import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from '@jest/globals';
import { describeIf } from './jest.ts';
import { hasProgram } from './program.ts';
import { answersPing, startRedis } from './redis-server.ts';
import { makeTempDir } from './temp-dir.ts';

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('startRedis', () => {
  test('answers while it runs and leaves nothing behind', async () => {
    const redis = await startRedis();
    const socket = redis.url.replace('unix:', '');
    expect(await answersPing(socket)).toBe(true);
    await redis.stop();
    await redis.stop();
    expect(await answersPing(socket)).toBe(false);
    expect(existsSync(dirname(socket))).toBe(false);
  });

  test('a given directory stays', async () => {
    const dir = await makeTempDir('resetscope-test-');
    const redis = await startRedis({ dir: dir.path });
    await redis.stop();
    expect(existsSync(dir.path)).toBe(true);
    await dir.remove();
  });

  test('a refused configuration is told in the server’s own words', async () => {
    await expect(startRedis({ args: ['--maxmemory', 'plenty'] })).rejects.toThrow(
      /redis-server ended with code 1.*maxmemory/s,
    );
  });
});

test('a socket that is not there does not answer', async () => {
  expect(await answersPing('/nonexistent/redis.sock')).toBe(false);
});
