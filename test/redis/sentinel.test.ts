/**
 * Everything behind real sentinels. Replication is asynchronous: what a master acknowledged and did not pass on before it died is
 * gone, so the test waits for the replica (WAIT) before it kills the master, and for nothing afterwards.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectRedis } from '@resetscope/telemetry';
import { canCapture, hasProgram, type RedisSentinel, startRedisSentinel } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { areAppsBuilt } from './app-process.ts';
import { LiveStack, NEEDS } from './live-stack.ts';

const canRun = hasProgram('redis-server') && hasProgram('redis-cli') && canCapture() && areAppsBuilt;

describeIf(canRun, NEEDS)('a master behind sentinels', () => {
  let servers: RedisSentinel;
  let stack: LiveStack;
  beforeAll(async () => {
    servers = await startRedisSentinel();
    stack = await LiveStack.start('web-1', () => ({ args: ['--redis', servers.url] }));
  }, 60_000);
  afterAll(async () => {
    await stack?.stop();
    await servers?.stop();
  });

  test('each reset becomes one incident', async () => {
    await stack.resets(20);
    await stack.expectEachOnce();
  }, 60_000);

  test('the master is killed in the middle: nothing is lost, nothing is double', async () => {
    const master = await servers.master();
    await stack.resets(5);
    const redis = await connectRedis(servers.url);
    await redis.set('resetscope:test:passed-on', '1');
    expect(await redis.wait(1, 10_000)).toBe(1);
    redis.disconnect();
    await master.kill();
    await stack.resets(10);
    await stack.expectEachOnce();
    expect(await servers.master()).not.toBe(master);
    await stack.resets(5);
    await stack.expectEachOnce();
  }, 90_000);
});
