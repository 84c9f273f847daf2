import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { hasProgram, type RedisServer, startRedis } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { ringKeys } from './keys.ts';
import { MAX_GAPS } from './ring-append.ts';
import { RingReader } from './ring-reader.ts';
import { type Append, MIN_RING_BYTES, type PackedBlock, type RingLimits, RingWriter } from './ring-writer.ts';
import { storedCost } from './stored-cost.ts';

const START_US = 1_795_000_000_000_000;
const SECOND_US = 1_000_000;
const LIMITS: RingLimits = { maxBytes: MIN_RING_BYTES, maxAgeUs: 60 * SECOND_US };

function packed(firstUs: number, lastUs: number, length: number): PackedBlock {
  return { block: new Uint8Array(length), index: new Uint8Array(40), firstUs, lastUs };
}

function heartbeat(newestUs: number, gaps: Append['gaps'] = []): Append {
  return { block: null, newestUs, gaps };
}

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('RingWriter', () => {
  let server: RedisServer;
  let redis: Redis;
  let nodes = 0;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis({ path: server.url.replace('unix:', '') });
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  function freshRing(limits = LIMITS): { node: string; writer: RingWriter; reader: RingReader } {
    const node = `node-${nodes++}`;
    return { node, writer: new RingWriter(redis, node, limits, START_US), reader: new RingReader(redis, node) };
  }

  test('keeps what a naive list keeps, within bytes and age', async () => {
    const step = fc.record({
      aheadUs: fc.nat(20 * SECOND_US),
      length: fc.option(fc.nat(1_500_000)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const { writer, reader } = freshRing();
        let kept: { lastUs: number; cost: number }[] = [];
        let nowUs = START_US;
        let oldestUs = START_US;
        for (const { aheadUs, length } of steps) {
          nowUs += aheadUs;
          const block = length === null ? null : packed(nowUs - 100, nowUs, length);
          const cost = block === null ? 0 : storedCost(block.block.length, block.index.length);
          const state = await writer.append({ block, newestUs: nowUs, gaps: [] });
          const before = kept.length;
          kept = kept.filter(({ lastUs }) => lastUs >= nowUs - LIMITS.maxAgeUs);
          oldestUs = Math.max(oldestUs, nowUs - LIMITS.maxAgeUs);
          while (kept.reduce((sum, one) => sum + one.cost, cost) > LIMITS.maxBytes) {
            oldestUs = Math.max(oldestUs, kept.shift()!.lastUs + 1);
          }
          const evicted = before - kept.length;
          if (block !== null) kept.push({ lastUs: nowUs, cost });
          const bytes = kept.reduce((sum, one) => sum + one.cost, 0);
          expect(bytes).toBeLessThanOrEqual(LIMITS.maxBytes);
          expect(state).toEqual({ bytes, blocks: kept.length, evicted, oldestUs, newestUs: nowUs });
        }
        expect(await reader.coverage()).toMatchObject({ oldestUs, newestUs: nowUs, gaps: [], blocks: kept.length });
      }),
      { numRuns: 15 },
    );
  });

  test('the memory Redis takes stays within the limit', async () => {
    const { node, writer } = freshRing();
    for (let i = 0; i < 400; i++) {
      const atUs = START_US + i * 1000;
      await writer.append({ block: packed(atUs, atUs, 20_000 + 97 * i), newestUs: atUs, gaps: [] });
    }
    const { blocks, indexes, times } = ringKeys(node);
    let used = 0;
    for (const key of [blocks, indexes, times]) used += Number(await redis.memory('USAGE', key, 'SAMPLES', '0'));
    expect(used).toBeLessThanOrEqual(LIMITS.maxBytes);
    expect(used).toBeGreaterThan(LIMITS.maxBytes * 0.7);
  });

  test('an append given again changes nothing', async () => {
    const { writer, reader } = freshRing();
    const append: Append = {
      block: packed(START_US, START_US + 5, 1000),
      newestUs: START_US + 10,
      gaps: [{ fromUs: START_US, toUs: START_US + 2, lostPackets: 3, reason: 'kernel-drop' }],
    };
    const first = await writer.append(append);
    expect(await writer.append(append)).toEqual(first);
    expect(await reader.coverage()).toMatchObject({ blocks: 1, gaps: [{ lostPackets: 3 }] });
  });

  test('another run of the capture leaves a gap from the reach of the one before', async () => {
    const { node, writer, reader } = freshRing();
    await writer.append(heartbeat(START_US + 10));
    await new RingWriter(redis, node, LIMITS, START_US + 500).append(heartbeat(START_US + 600));
    expect(await reader.coverage()).toMatchObject({
      oldestUs: START_US,
      newestUs: START_US + 600,
      gaps: [{ fromUs: START_US + 10, toUs: START_US + 500, lostPackets: 0, reason: 'restart' }],
    });
  });

  test('a Redis that was emptied does not make the ring claim the past', async () => {
    const { node, writer, reader } = freshRing();
    await writer.append({ block: packed(START_US, START_US + 5, 1000), newestUs: START_US + 10, gaps: [] });
    await redis.del(...Object.values(ringKeys(node)));
    await writer.append(heartbeat(START_US + 20));
    expect(await reader.coverage()).toMatchObject({ oldestUs: START_US + 10, newestUs: START_US + 20, blocks: 0 });
  });

  test('gaps that touch become one, and are forgotten with their time', async () => {
    const { writer, reader } = freshRing();
    const gap = (from: number, to: number, lostPackets: number) =>
      ({ fromUs: START_US + from, toUs: START_US + to, lostPackets, reason: 'kernel-drop' }) as const;
    await writer.append(heartbeat(START_US + 100, [gap(0, 10, 1), gap(10, 20, 2), gap(30, 40, 4)]));
    expect((await reader.coverage())?.gaps).toEqual([gap(0, 20, 3), gap(30, 40, 4)]);
    await writer.append(heartbeat(START_US + LIMITS.maxAgeUs + 25));
    expect((await reader.coverage())?.gaps).toEqual([gap(30, 40, 4)]);
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
    await writer.append({ block: packed(START_US, START_US, 1000), newestUs: START_US, gaps: [] });
    for (const key of [ringKeys(node).blocks, ringKeys(node).state]) {
      const leftMs = await redis.pttl(key);
      expect(leftMs).toBeGreaterThan(0);
      expect(leftMs).toBeLessThanOrEqual(LIMITS.maxAgeUs / 1000);
    }
  });

  test('the reach never goes back', async () => {
    const { writer, reader } = freshRing();
    await writer.append(heartbeat(START_US + 100));
    await writer.append(heartbeat(START_US + 50));
    expect((await reader.coverage())?.newestUs).toBe(START_US + 100);
  });

  test('a Redis that refuses is RingUnavailableError', async () => {
    const { node, writer } = freshRing();
    await redis.set(ringKeys(node).state, 'not a hash');
    await expect(writer.append(heartbeat(START_US))).rejects.toMatchObject({ code: 'RS_RING_UNAVAILABLE' });
  });

  test('impossible limits are refused', () => {
    expect(() => freshRing({ ...LIMITS, maxBytes: MIN_RING_BYTES - 1 })).toThrow(RangeError);
    expect(() => freshRing({ ...LIMITS, maxAgeUs: 0 })).toThrow(RangeError);
  });
});
