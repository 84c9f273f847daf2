/** Everything on a real Redis Cluster: from a reset on the wire to its incident, also while a master dies. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { canCapture, hasProgram, type RedisCluster, startRedisCluster, waitUntil } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { areAppsBuilt } from './app-process.ts';
import { clusterRights, documentedUsers } from './documented-users.ts';
import { LiveStack, NEEDS } from './live-stack.ts';

const canRun = hasProgram('redis-server') && hasProgram('redis-cli') && canCapture() && areAppsBuilt;
const NODE = 'web-1';
const PASSWORD = 'only-here';
const QUEUE_KEY = '{resetscope:queue}:resets:meta';
const PLACES = [QUEUE_KEY, '{resetscope:incidents}:records', `{resetscope:ring:${NODE}}:state`];

describeIf(canRun, NEEDS)('a Redis Cluster', () => {
  let servers: RedisCluster;
  let stack: LiveStack;
  beforeAll(async () => {
    servers = await startRedisCluster({ replicas: 1 });
    for (const user of documentedUsers(PASSWORD, clusterRights())) {
      for (const node of servers.nodes) await servers.cli(node, 'ACL', ...user);
    }
    const urlOf = (name: string): string => servers.url.replace('//', `//resetscope-${name}:${PASSWORD}@`);
    stack = await LiveStack.start(NODE, (name) => ({ args: [], env: { REDIS_URL: urlOf(name) } }));
  }, 60_000);
  afterAll(async () => {
    await stack?.stop();
    await servers?.stop();
  });

  test('each reset becomes one incident, with queue, ring and incidents on different nodes', async () => {
    await stack.resets(20);
    await stack.expectEachOnce();
    const masters = await Promise.all(PLACES.map((key) => servers.masterOf(key)));
    expect(new Set(masters).size).toBeGreaterThan(1);
    for (const app of Object.values(stack.apps)) expect(app.log).not.toMatch(/CROSSSLOT|MOVED|NOPERM/);
    for (const node of servers.nodes) expect(await servers.cli(node, 'ACL', 'LOG')).toBe('');
  }, 60_000);

  test.each(PLACES)(
    'the master of %s is killed in the middle: nothing is lost, nothing is double',
    async (key) => {
      const master = await servers.masterOf(key);
      // One that was promoted already has no replica of its own.
      const isFirst = servers.nodes.slice(0, 3).some((node) => node === master);
      await stack.resets(5);
      if (isFirst) await master?.kill();
      await stack.resets(10);
      const isServed = async (): Promise<boolean> => {
        const next = await servers.masterOf(key);
        return next !== null && (next !== master || !isFirst);
      };
      await waitUntil(isServed, { what: 'the replica to take over' });
      await stack.resets(5);
      await stack.expectEachOnce();
    },
    90_000,
  );
});
