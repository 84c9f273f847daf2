import { expect, test } from '@jest/globals';
import { testIf } from './jest.ts';
import { hasProgram } from './program.ts';
import { startRedisCluster } from './redis-cluster.ts';

const clusterTest = testIf(hasProgram('redis-server') && hasProgram('redis-cli'), 'needs redis-server and redis-cli');

clusterTest('every slot has a master, until it is killed', async () => {
  const cluster = await startRedisCluster();
  try {
    const ports = cluster.nodes.map(({ port }) => port);
    expect(cluster.url).toBe(`redis+cluster://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`);
    const masters = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((key) => cluster.masterOf(key)));
    expect(new Set(masters)).toEqual(new Set(cluster.nodes));
    const [master] = masters;
    if (master == null) throw new Error('expected a master');
    expect(await cluster.cli(master, 'set', 'a', '1')).toBe('OK');
    for (const node of cluster.nodes) await node.kill();
    expect(await cluster.masterOf('a')).toBeNull();
  } finally {
    await cluster.stop();
  }
});

test('a node that does not start takes the others with it', async () => {
  await expect(startRedisCluster({ args: ['--no-such-directive', 'x'] })).rejects.toThrow(/redis-server|not installed/);
});
