import { expect, test } from '@jest/globals';
import { hasProgram } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { IncidentStore } from './incident-store.ts';
import { incoming, NOW_US } from './testing/incoming.ts';

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('takeBack', () => {
  const redis = withRedis((path) => new Redis(path));
  const evidence = Uint8Array.from([1, 2, 3]);

  async function everything(): Promise<Readonly<Record<string, unknown>>> {
    const keys = (await redis().keys('*')).sort();
    const dumps = await Promise.all(keys.map((key) => redis().dumpBuffer(key)));
    return Object.fromEntries(keys.map((key, i) => [key, dumps[i]?.toString('hex')]));
  }

  test('an incident without a line goes, and nothing of it is left', async () => {
    await redis().flushall();
    const store = new IncidentStore(redis(), { nowUs: () => NOW_US });
    await store.put(incoming('quiet', { logged: false, evidence }));
    const changed: string[] = [];
    const stop = await store.subscribe((id) => changed.push(id));
    expect(await store.takeBack('quiet')).toBe(true);
    expect(await store.takeBack('quiet')).toBe(false);
    expect([await store.get('quiet'), await store.evidence('quiet')]).toEqual([null, null]);
    expect(await store.groups({ limit: 9 })).toEqual([]);
    expect(await store.counts()).toMatchObject({ lines: 0, unlogged: 0 });
    await store.put(incoming('line'));
    expect(await store.groups({ limit: 9 })).toMatchObject([{ count: 1, unlogged: 0, lastIncidentId: 'line' }]);
    await stop();
    expect(changed[0]).toBe('quiet');
  });

  test('its group is as if it had not been', async () => {
    await redis().flushall();
    const store = new IncidentStore(redis(), { nowUs: () => NOW_US });
    await store.put(incoming('line', { createdAtUs: NOW_US - 1 }));
    const [before] = await store.groups({ limit: 9 });
    await store.put(incoming('quiet', { logged: false, evidence }));
    expect(await store.groups({ limit: 9 })).toMatchObject([{ count: 2, unlogged: 1 }]);
    await store.takeBack('quiet');
    expect(await store.groups({ limit: 9 })).toEqual([before]);
  });

  test('an incident with a line is left alone', async () => {
    await redis().flushall();
    const store = new IncidentStore(redis(), { nowUs: () => NOW_US });
    await store.put(incoming('line'));
    const before = await everything();
    expect([await store.takeBack('line'), await store.takeBack('nothing')]).toEqual([false, false]);
    expect(await everything()).toEqual(before);
  });
});
