import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { hasProgram, type RedisServer, startRedis } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { ringKeys } from './keys.ts';
import { RingWriter } from './ring-writer.ts';
import { storedCost } from './stored-cost.ts';
import { emptyBlock, START_US, usedMemory } from './testing/test-blocks.ts';

/** jemalloc(3), size classes: 8 KB steps from 32 KB to 64 KB and so on. */
test.each([
  { blockLen: 0, indexLen: 0, cost: 700 },
  { blockLen: 40_960, indexLen: 100, cost: 40_960 + 112 + 700 },
  { blockLen: 40_961, indexLen: 100, cost: 49_152 + 112 + 700 },
  { blockLen: 65_536, indexLen: 16, cost: 65_536 + 16 + 700 },
])('storedCost $blockLen $indexLen', ({ blockLen, indexLen, cost }) => {
  expect(storedCost(blockLen, indexLen)).toBe(cost);
});

/** What Redis allocates besides for a connection that sends blocks (measured). */
const CONNECTION_BYTES = 192 * 1024;

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('against what Redis allocates', () => {
  let server: RedisServer;
  let redis: Redis;
  beforeEach(async () => {
    server = await startRedis();
    redis = new Redis({ path: server.url.replace('unix:', '') });
  });
  afterEach(async () => {
    redis.disconnect();
    await server.stop();
  });

  test.each([
    { name: 'a quiet host', blockLen: 90, indexLen: 52, count: 2000 },
    { name: 'some requests a second', blockLen: 700, indexLen: 200, count: 2000 },
    { name: 'a busy host', blockLen: 9000, indexLen: 1500, count: 1000 },
    { name: 'just above a size class', blockLen: 40_961, indexLen: 5121, count: 300 },
    { name: 'full blocks', blockLen: 70_000, indexLen: 12_000, count: 300 },
  ])('$name: never less, and not much more', async ({ blockLen, indexLen, count }) => {
    const node = 'cost';
    const writer = new RingWriter(redis, node, { maxBytes: 2 ** 30, maxAgeUs: 3600e6 }, START_US);
    await writer.append({ block: null, newestUs: START_US, gaps: [] });
    const before = await usedMemory(redis);
    let bytes = 0;
    for (let i = 1; i <= count; i++) {
      const atUs = START_US + i * 100_000;
      const block = { ...emptyBlock(atUs, atUs, blockLen), index: new Uint8Array(indexLen) };
      ({ bytes } = await writer.append({ block, newestUs: atUs, gaps: [] }));
    }
    const { reach: _, ...keys } = ringKeys(node);
    let used = 0;
    for (const key of Object.values(keys)) used += Number((await redis.memory('USAGE', key, 'SAMPLES', '0')) ?? 0);
    const grown = (await usedMemory(redis)) - before;
    expect(used).toBeLessThanOrEqual(bytes);
    expect(grown).toBeLessThanOrEqual(bytes + CONNECTION_BYTES);
    expect(Math.max(used, grown)).toBeGreaterThan(bytes * 0.7);
  });
});
