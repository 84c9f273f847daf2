import { expect, test } from '@jest/globals';
import { hasProgram } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { KEYS } from './keys.ts';
import { knownIncidents } from './known-incidents.ts';

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('knownIncidents', () => {
  const redis = withRedis((path) => new Redis({ path }));

  test('those that are there, of more than fit into one round trip', async () => {
    const ids = Array.from({ length: 2500 }, (_, i) => `id-${i}`);
    const there = ids.filter((_, i) => i % 3 === 0);
    await redis().hset(KEYS.records, Object.fromEntries(there.map((id) => [id, '{}'])));
    expect([...(await knownIncidents(redis(), ids))]).toEqual(there);
    expect((await knownIncidents(redis(), [])).size).toBe(0);
  });
});
