import { expect, test } from '@jest/globals';
import { hasProgram } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { ringKeys } from './keys.ts';
import { MAX_GAPS } from './ring-append.ts';
import { RingReader } from './ring-reader.ts';
import { type Append, MIN_RING_BYTES, RingWriter } from './ring-writer.ts';
import { storedCost } from './stored-cost.ts';
import { emptyBlock, heartbeat, LIMITS, packedBlock, SECOND_US, START_US } from './testing/test-blocks.ts';

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('RingWriter', () => {
  const redis = withRedis((path) => new Redis({ path }));
  let nodes = 0;

  function freshRing(limits = LIMITS): { node: string; writer: RingWriter; reader: RingReader } {
    const node = `node-${nodes++}`;
    return { node, writer: new RingWriter(redis(), node, limits, START_US), reader: new RingReader(redis(), node) };
  }

  test('keeps what a naive list keeps, within bytes and age', async () => {
    const step = fc.record({
      aheadUs: fc.nat(20 * SECOND_US),
      length: fc.option(fc.nat(1_500_000)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const { writer, reader } = freshRing();
        const { bytes: fixed } = await writer.append(heartbeat(START_US));
        let kept: { lastUs: number; cost: number }[] = [];
        let nowUs = START_US;
        let oldestUs = START_US;
        for (const { aheadUs, length } of steps) {
          nowUs += aheadUs;
          const block = length === null ? null : emptyBlock(nowUs - 100, nowUs, length);
          const cost = block === null ? 0 : storedCost(block.block.length, block.index.length);
          const state = await writer.append({ block, newestUs: nowUs, gaps: [] });
          const before = kept.length;
          kept = kept.filter(({ lastUs }) => lastUs >= nowUs - LIMITS.maxAgeUs);
          const aged = before - kept.length;
          oldestUs = Math.max(oldestUs, nowUs - LIMITS.maxAgeUs);
          while (kept.reduce((sum, one) => sum + one.cost, cost) + fixed > LIMITS.maxBytes) {
            oldestUs = Math.max(oldestUs, kept.shift()!.lastUs + 1);
          }
          const evicted = Math.max(aged, before - kept.length);
          if (block !== null) kept.push({ lastUs: nowUs, cost });
          const bytes = kept.reduce((sum, one) => sum + one.cost, fixed);
          expect(bytes).toBeLessThanOrEqual(LIMITS.maxBytes);
          expect(state).toMatchObject({ bytes, blocks: kept.length, evicted, oldestUs, newestUs: nowUs });
        }
        expect(await reader.coverage()).toMatchObject({ oldestUs, newestUs: nowUs, gaps: [], blocks: kept.length });
      }),
      { numRuns: 15 },
    );
  });

  test('an append given again changes nothing', async () => {
    const { writer, reader } = freshRing();
    const append: Append = {
      block: emptyBlock(START_US, START_US + 5, 1000),
      newestUs: START_US + 10,
      gaps: [{ fromUs: START_US, toUs: START_US + 2, lostPackets: 3, reason: 'kernel-drop' }],
    };
    const first = await writer.append(append);
    expect(await writer.append(append)).toEqual(first);
    expect(await reader.coverage()).toMatchObject({ blocks: 1, gaps: [{ lostPackets: 3 }] });
  });

  test('counts the packets it took in and those it has forgotten', async () => {
    const { writer } = freshRing();
    const append = async (atUs: number, count: number) => {
      const sent = Array.from({ length: count }, (_, i) => ({ atUs: atUs + i, port: 1000, flags: 16 }));
      return writer.append({ block: await packedBlock(sent), newestUs: START_US + atUs + count, gaps: [] });
    };
    expect(await append(0, 3)).toMatchObject({ takenPackets: 3, evictedPackets: 0 });
    expect(await append(LIMITS.maxAgeUs + 100, 4)).toMatchObject({ takenPackets: 7, evictedPackets: 3, blocks: 1 });
  });

  test('gaps that touch become one, and are forgotten with their time', async () => {
    const { writer, reader } = freshRing();
    const gap = (from: number, to: number, lostPackets: number) =>
      ({ fromUs: START_US + from, toUs: START_US + to, lostPackets, reason: 'kernel-drop' }) as const;
    await writer.append(heartbeat(START_US + 100, [gap(0, 10, 1), gap(10, 20, 2), gap(30, 40, 4)]));
    expect((await reader.coverage())?.gaps).toEqual([gap(0, 20, 3), gap(30, 40, 4)]);
    await writer.append(heartbeat(START_US + LIMITS.maxAgeUs + 25));
    expect((await reader.coverage())?.gaps).toEqual([gap(30, 40, 4)]);
    await writer.append(heartbeat(START_US + LIMITS.maxAgeUs + 101));
    expect((await reader.coverage())?.gaps).toEqual([]);
  });

  test('too many gaps widen the newest: more is claimed missing, never less', async () => {
    const { writer, reader } = freshRing();
    const gaps = Array.from({ length: MAX_GAPS + 5 }, (_, i) => ({
      fromUs: START_US + 10 * i,
      toUs: START_US + 10 * i + 1,
      lostPackets: 1,
      reason: 'ring-slow' as const,
    }));
    await writer.append(heartbeat(START_US + 20_000, gaps));
    const kept = (await reader.coverage())?.gaps ?? [];
    expect(kept.length).toBe(MAX_GAPS);
    expect(kept.at(-1)).toMatchObject({ lostPackets: 6, toUs: START_US + 10 * (MAX_GAPS + 4) + 1 });
  });

  test('a ring whose capture has died expires as a whole', async () => {
    const { node, writer } = freshRing();
    await writer.append({ block: emptyBlock(START_US, START_US, 1000), newestUs: START_US, gaps: [] });
    const { blocks, indexes, times, order, state } = ringKeys(node);
    for (const key of [blocks, indexes, times, order, state]) {
      const leftMs = await redis().pttl(key);
      expect(leftMs).toBeGreaterThan(0);
      expect(leftMs).toBeLessThanOrEqual(LIMITS.maxAgeUs / 1000);
    }
  });

  test('the reach never goes back by itself', async () => {
    const { writer, reader } = freshRing();
    await writer.append(heartbeat(START_US + 100));
    await writer.append(heartbeat(START_US + 50));
    expect((await reader.coverage())?.newestUs).toBe(START_US + 100);
  });

  test.each([
    { name: 'a key that is not the ring’s', setUp: (state: string) => redis().set(state, 'not a hash'), length: 10 },
    { name: 'a block larger than the ring', setUp: async () => undefined, length: MIN_RING_BYTES },
  ])('$name is refused for good', async ({ setUp, length }) => {
    const { node, writer } = freshRing();
    await setUp(ringKeys(node).state);
    const block = emptyBlock(START_US, START_US, length);
    const refused = writer.append({ block, newestUs: START_US, gaps: [] });
    await expect(refused).rejects.toMatchObject({ name: 'RingRefusedError', code: 'RS_RING_REFUSED' });
  });

  test('impossible limits are refused', () => {
    expect(() => freshRing({ ...LIMITS, maxBytes: MIN_RING_BYTES - 1 })).toThrow(RangeError);
    expect(() => freshRing({ ...LIMITS, maxAgeUs: 0 })).toThrow(RangeError);
  });
});
