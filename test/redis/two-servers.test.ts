/** The ring on one Redis, queue and incidents on another: neither knows of the other's keys, and either may be away for a while. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectRedis } from '@resetscope/telemetry';
import { canCapture, hasProgram, type RedisServer, startRedis, waitUntil } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { areAppsBuilt } from './app-process.ts';
import { LiveStack, NEEDS } from './live-stack.ts';

const canRun = hasProgram('redis-server') && canCapture() && areAppsBuilt;

async function keysOf(server: RedisServer): Promise<readonly string[]> {
  const redis = await connectRedis(server.url);
  try {
    return await redis.keys('*');
  } finally {
    redis.disconnect();
  }
}

describeIf(canRun, NEEDS)('ring and queue on different servers', () => {
  let ring: RedisServer;
  let queue: RedisServer;
  let stack: LiveStack;
  beforeAll(async () => {
    [ring, queue] = await Promise.all([startRedis(), startRedis()]);
    stack = await LiveStack.start('web-1', (name) => {
      if (name === 'capture') return { args: ['--redis', ring.url] };
      const env = name === 'tailer' ? {} : { RESETSCOPE_RING_REDIS: ring.url };
      return { args: ['--redis', queue.url], env };
    });
  }, 60_000);
  afterAll(async () => {
    await stack?.stop();
    await ring?.stop();
    await queue?.stop();
  });

  test('each reset becomes one incident, and no key is on the wrong server', async () => {
    await stack.resets(10);
    await stack.expectEachOnce();
    const [onRing, onQueue] = [await keysOf(ring), await keysOf(queue)];
    expect(onRing.filter((key) => !/^\{?resetscope:ring:/.test(key))).toEqual(['resetscope:apps']);
    expect(onQueue.filter((key) => /resetscope:ring/.test(key))).toEqual([]);
    expect([onRing.length > 1, onQueue.length > 1]).toEqual([true, true]);
    const now = await (await fetch(`http://${stack.apps.web.ops}/now`)).text();
    for (const app of ['capture', 'correlator', 'tailer', 'web']) expect(now).toContain(`<th scope="row">${app}</th>`);
    expect(now).toContain('<th scope="row"><code>web-1</code></th>');
  });

  test('while the ring does not answer, jobs wait for it: no attempt is used up, no letter is dead', async () => {
    process.kill(ring.pid, 'SIGSTOP');
    try {
      await stack.resets(3);
      const { correlator } = stack.apps;
      await waitUntil(async () => (await correlator.metric('resetscope_jobs_total', 'result="postponed"')) > 20, {
        what: 'jobs to be postponed',
        timeoutMs: 40_000,
      });
    } finally {
      process.kill(ring.pid, 'SIGCONT');
    }
    await stack.expectEachOnce();
    expect(await stack.apps.correlator.metric('resetscope_jobs_total', 'result="dead"')).toBe(0);
    expect(await stack.apps.correlator.metric('resetscope_jobs_total', 'result="retried"')).toBe(0);
  }, 90_000);
});
