/** One run of the capture after another, two at once, and a Redis that forgets: who may append, and what the ring then claims. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { hasProgram } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { NODES_KEY, ringKeys } from './keys.ts';
import { LEASE_MS } from './ring-append.ts';
import { thisHolder } from './ring-holder.ts';
import { RingReader } from './ring-reader.ts';
import { MIN_RING_BYTES, type RingLimits, RingWriter } from './ring-writer.ts';
import { emptyBlock, heartbeat, LIMITS, packedBlock, SECOND_US, START_US } from './testing/test-blocks.ts';

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('a ring', () => {
  const redis = withRedis((path) => new Redis({ path }));
  let node: string;
  let reader: RingReader;
  let nodes = 0;

  function freshRing(): RingWriter {
    node = `restart-${nodes++}`;
    reader = new RingReader(redis(), node);
    return writerAt(START_US);
  }

  function writerAt(startUs: number, limits: RingLimits = LIMITS): RingWriter {
    return new RingWriter(redis(), node, limits, startUs);
  }

  /** As if the last writer were this process instead of ours, and had just appended. */
  async function pretendHolder(holder: object): Promise<void> {
    await redis().hset(ringKeys(node).state, 'holder', JSON.stringify({ ...thisHolder(START_US), ...holder }));
  }

  async function endedPid(): Promise<number> {
    const child: ChildProcess = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(child, 'exit');
    return child.pid ?? 0;
  }

  test('given up is taken at once, with a gap from the reach of the run before', async () => {
    const first = freshRing();
    await first.append(heartbeat(START_US + 10));
    await first.release();
    const state = await writerAt(START_US + 500).open();
    expect(state).toMatchObject({ oldestUs: START_US, newestUs: START_US + 500 });
    expect((await reader.coverage())?.gaps).toEqual([
      { fromUs: START_US + 10, toUs: START_US + 500, lostPackets: 0, reason: 'restart' },
    ]);
  });

  test('whose capture was killed is taken at once by the next on the same host', async () => {
    await freshRing().append({ block: emptyBlock(START_US, START_US + 5, 100), newestUs: START_US + 10, gaps: [] });
    await pretendHolder({ pid: await endedPid() });
    const startedMs = performance.now();
    expect(await writerAt(START_US + 500).open()).toMatchObject({ blocks: 1 });
    expect(performance.now() - startedMs).toBeLessThan(LEASE_MS);
  });

  test('whose pid belongs to another process by now is taken as well', async () => {
    await freshRing().append(heartbeat(START_US + 10));
    await pretendHolder({ startTicks: 1 });
    await writerAt(START_US + 500).open();
  });

  test('of another host is taken when its lease has ended', async () => {
    await freshRing().append(heartbeat(START_US + 10));
    await pretendHolder({ host: 'elsewhere', space: 'another boot' });
    const next = writerAt(START_US + 500);
    await expect(next.append(heartbeat(START_US + 500))).rejects.toMatchObject({ code: 'RS_RING_HELD' });
    // What a Redis of five seconds later would see.
    await redis().hset(ringKeys(node).state, 'leaseMs', Date.now() - 1);
    await next.open();
  });

  test('is taken from a lease that only a clock set back could make so long', async () => {
    await freshRing().append(heartbeat(START_US + 10));
    await pretendHolder({ host: 'elsewhere', space: 'another boot' });
    await redis().hset(ringKeys(node).state, 'leaseMs', Date.now() + 3_600_000);
    await writerAt(START_US + 500).open();
  });

  test('of a living capture is refused to another, which names it; the first goes on', async () => {
    const first = freshRing();
    await first.open();
    let beats = 0;
    const beat = () => first.append(heartbeat(START_US + 1000 * ++beats));
    const beating = setInterval(() => void beat(), 20);
    const second = writerAt(START_US + 500);
    const opening = second.open();
    await expect(opening).rejects.toMatchObject({ name: 'RingHeldError', code: 'RS_RING_HELD' });
    await expect(opening).rejects.toThrow(
      new RegExp(`got process ${process.pid} on \\S+ since 2026-11-18T11:06:40.000Z$`),
    );
    const block = emptyBlock(START_US, START_US + 1, 100);
    await expect(second.append({ block, newestUs: START_US + 900, gaps: [] })).rejects.toThrow('no other capture');
    clearInterval(beating);
    expect(await beat()).toMatchObject({ blocks: 0 });
    expect((await reader.coverage())?.gaps).toEqual([]);
  });

  test('that went to another while its capture was away is refused to it, and never mixed', async () => {
    const first = freshRing();
    await first.append(heartbeat(START_US + 10));
    await redis().hset(ringKeys(node).state, 'leaseMs', 0);
    const second = writerAt(START_US + 500);
    await second.append(heartbeat(START_US + 600));
    const late = { block: emptyBlock(START_US + 20, START_US + 30, 100), newestUs: START_US + 700, gaps: [] };
    await expect(first.append(late)).rejects.toMatchObject({ code: 'RS_RING_HELD' });
    await second.release();
    const lost = { fromUs: START_US + 20, toUs: START_US + 31, lostPackets: 7, reason: 'ring-refused' } as const;
    await first.append(heartbeat(START_US + 800, [lost]));
    expect((await reader.coverage())?.gaps).toEqual([
      { fromUs: START_US + 10, toUs: START_US + 500, lostPackets: 0, reason: 'restart' },
      lost,
    ]);
  });

  test('obeys the limits of the next run at once', async () => {
    const first = freshRing();
    for (let i = 1; i <= 30; i++) {
      const atUs = START_US + i * SECOND_US;
      await first.append({ block: emptyBlock(atUs, atUs, 100_000), newestUs: atUs, gaps: [] });
    }
    await first.release();
    const young = writerAt(START_US + 30 * SECOND_US, { ...LIMITS, maxAgeUs: 10 * SECOND_US });
    expect(await young.open()).toMatchObject({ blocks: 11, evicted: 19, oldestUs: START_US + 20 * SECOND_US });
    await young.release();

    const larger = { maxBytes: 2 * MIN_RING_BYTES, maxAgeUs: LIMITS.maxAgeUs };
    const big = writerAt(START_US + 31 * SECOND_US, larger);
    for (let i = 31; i <= 80; i++) {
      const atUs = START_US + i * SECOND_US;
      await big.append({ block: emptyBlock(atUs, atUs, 100_000), newestUs: atUs, gaps: [] });
    }
    expect((await reader.coverage())?.bytes).toBeGreaterThan(MIN_RING_BYTES);
    await big.release();
    const { bytes, evicted } = await writerAt(START_US + 81 * SECOND_US).open();
    expect(bytes).toBeLessThanOrEqual(MIN_RING_BYTES);
    expect(evicted).toBeGreaterThan(0);
  });

  async function appendPackets(writer: RingWriter, atUs: number, count: number): Promise<void> {
    const sent = Array.from({ length: count }, (_, i) => ({ atUs: atUs + i, port: 1000, flags: 16 }));
    await writer.append({ block: await packedBlock(sent), newestUs: START_US + atUs + count, gaps: [] });
  }

  test('that Redis has lost begins again, with what was lost as a gap', async () => {
    const writer = freshRing();
    await appendPackets(writer, 0, 5);
    await appendPackets(writer, 100, 6);
    await redis().flushall();
    await appendPackets(writer, 200, 7);
    expect(await reader.coverage()).toMatchObject({
      oldestUs: START_US,
      newestUs: START_US + 207,
      blocks: 1,
      gaps: [{ fromUs: START_US, toUs: START_US + 106, lostPackets: 11, reason: 'ring-lost' }],
    });
    expect(await redis().smembers(NODES_KEY)).toEqual([node]);
  });

  test('of an older snapshot says what came after it and is gone', async () => {
    const writer = freshRing();
    await appendPackets(writer, 0, 5);
    const { reach: _, ...keys } = ringKeys(node);
    const snapshot = new Map<string, Buffer | null>();
    for (const key of Object.values(keys)) snapshot.set(key, await redis().dumpBuffer(key));
    await appendPackets(writer, 100, 6);
    await appendPackets(writer, 200, 7);
    for (const [key, bytes] of snapshot) if (bytes !== null) await redis().restore(key, 0, bytes, 'REPLACE');
    await appendPackets(writer, 300, 8);
    expect(await reader.coverage()).toMatchObject({
      oldestUs: START_US,
      blocks: 2,
      gaps: [{ fromUs: START_US + 5, toUs: START_US + 207, lostPackets: 13, reason: 'ring-lost' }],
    });
  });

  test.each(['order', 'state', 'blocks', 'times'] as const)('survives the loss of its %s', async (name) => {
    const writer = freshRing();
    await appendPackets(writer, 0, 5);
    await redis().del(ringKeys(node)[name]);
    await appendPackets(writer, 100, 6);
    await appendPackets(writer, LIMITS.maxAgeUs + 1_000_000, 7);
    const { blocks, indexes, times } = ringKeys(node);
    expect(await reader.coverage()).toMatchObject({ blocks: 1 });
    expect([await redis().hlen(blocks), await redis().hlen(indexes), await redis().zcard(times)]).toEqual([1, 1, 1]);
    expect(await redis().hmget(ringKeys(node).state, 'taken', 'evicted')).toEqual(
      name === 'state' ? ['13', '6'] : ['18', '11'],
    );
  });

  test('is listed again soon after the list was lost alone', async () => {
    const writer = freshRing();
    await writer.append(heartbeat(START_US));
    await redis().del(NODES_KEY);
    for (let i = 1; i <= 600; i++) await writer.append(heartbeat(START_US + i));
    expect(await redis().sismember(NODES_KEY, node)).toBe(1);
  });
});
