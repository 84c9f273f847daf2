/** An hour's worth of blocks pushed as fast as Redis takes them: what Redis holds never passes the limit by more than a block. */
import { expect, test } from '@jest/globals';
import { hasProgram } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { ringKeys } from './keys.ts';
import { MIN_RING_BYTES, RingWriter } from './ring-writer.ts';
import { emptyBlock, SECOND_US, START_US, usedMemory } from './testing/test-blocks.ts';

/** What Redis allocates besides for a connection that sends blocks (measured). */
const CONNECTION_BYTES = 192 * 1024;

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('the budget', () => {
  const redis = withRedis((path) => new Redis({ path }));

  async function keyMemory(node: string): Promise<number> {
    const { reach: _, ...keys } = ringKeys(node);
    const usage = Object.values(keys).map((key) => redis().memory('USAGE', key, 'SAMPLES', '0'));
    return (await Promise.all(usage)).reduce<number>((sum, bytes) => sum + Number(bytes ?? 0), 0);
  }

  test.each([
    { name: 'full blocks, a busy host', count: 3600, everyUs: SECOND_US, blockLen: 70_000, indexLen: 9000 },
    { name: 'a block every 100 ms', count: 9000, everyUs: 100_000, blockLen: 4000, indexLen: 600 },
    { name: 'hardly a packet in a block', count: 6000, everyUs: 100_000, blockLen: 90, indexLen: 48 },
  ])(
    '$name',
    async ({ name, count, everyUs, blockLen, indexLen }) => {
      const limits = { maxBytes: MIN_RING_BYTES, maxAgeUs: 900 * SECOND_US };
      const writer = new RingWriter(redis(), name, limits, START_US);
      await writer.append({ block: emptyBlock(START_US, START_US, blockLen), newestUs: START_US, gaps: [] });
      const before = (await usedMemory(redis())) - (await keyMemory(name));
      for (let i = 1; i <= count; i++) {
        const atUs = START_US + i * everyUs;
        // Sizes vary, and every tenth append tells of a loss.
        const block = {
          ...emptyBlock(atUs, atUs + 10, blockLen + ((i * 97) % blockLen)),
          index: new Uint8Array(indexLen),
        };
        const gap = { fromUs: atUs - 5, toUs: atUs, lostPackets: 1, reason: 'kernel-drop' } as const;
        const state = await writer.append({ block, newestUs: atUs + 20, gaps: i % 10 === 0 ? [gap] : [] });
        expect(state.bytes).toBeLessThanOrEqual(limits.maxBytes);
        expect(state.newestUs - state.oldestUs).toBeLessThanOrEqual(limits.maxAgeUs);
        if (i % (count / 30) !== 0) continue;
        expect(await keyMemory(name)).toBeLessThanOrEqual(limits.maxBytes);
        const oneBlock = 2 * blockLen + indexLen;
        expect((await usedMemory(redis())) - before).toBeLessThanOrEqual(limits.maxBytes + oneBlock + CONNECTION_BYTES);
      }
      expect(await keyMemory(name)).toBeGreaterThan(limits.maxBytes * 0.6);
      await redis().flushall();
    },
    30_000,
  );
});
