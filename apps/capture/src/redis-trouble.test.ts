/**
 * Blocks on their way into a real Redis that refuses, forgets, stands still or is away. Whatever happens: the queue recovers by
 * itself, and packets in the ring + packets its gaps tell of = packets offered.
 */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import {
  BlockBuilder,
  type Coverage,
  type GapReason,
  RingReader,
  type RingState,
  RingWriter,
  readRingStat,
  type SealedBlock,
  WRITER_CONNECTION,
} from '@resetscope/ring';
import { connectRedis } from '@resetscope/telemetry';
import { hasProgram, makeTempDir, type RedisServer, startRedis, type TempDir, waitUntil } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { buildTcpFrame, FrameWindow, LinkType } from '@resetscope/wire';
import { type FlushObserver, FlushQueue, type GiveUpReason } from './flush-queue.ts';

type Redis = Awaited<ReturnType<typeof connectRedis>>;

// Redis starts and stops within the tests.
jest.setTimeout(60_000);

const NODE = 'trouble';
/** No packet is forgotten by age or budget in these tests. */
const LIMITS = { maxBytes: 64 * 2 ** 20, maxAgeUs: 3600e6 };
const QUEUE_BYTES = 30_000;
const PACKETS_PER_BLOCK = 5;

const builder = new BlockBuilder();
const frameBytes = buildTcpFrame({ src: '10.0.0.1', dst: '10.0.0.2', srcPort: 1, dstPort: 2, flags: 16 });

function block(firstUs: number): SealedBlock {
  for (let i = 0; i < PACKETS_PER_BLOCK; i++) {
    const frame = { frameNumber: 1, linkType: LinkType.ETHERNET, wireLen: frameBytes.length, bytes: frameBytes };
    builder.add(FrameWindow.of({ ...frame, tsUs: firstUs + i * 10 }), 1);
  }
  return builder.seal()!;
}

class Counts implements FlushObserver {
  appendedBlocks = 0;
  failures: string[] = [];
  readonly givenUp: Record<GiveUpReason, number> = { 'ring-slow': 0, 'ring-refused': 0 };
  appended(_state: RingState, blockLen: number): void {
    if (blockLen > 0) this.appendedBlocks++;
  }
  appendFailed(error: unknown): void {
    this.failures.push(String(error));
  }
  gaveUp(packets: number, reason: GiveUpReason): void {
    this.givenUp[reason] += packets;
  }
}

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('a Redis in trouble', () => {
  let dir: TempDir;
  let server: RedisServer;
  /** The writer's connection, and one to look and to make trouble with. */
  let redis: Redis;
  let other: Redis;
  let counts: Counts;
  let queue: FlushQueue;
  let offered: number;
  let nowUs: number;

  beforeEach(async () => {
    dir = await makeTempDir('resetscope-trouble-');
    await start();
    redis = await connectRedis(server.url, { ...WRITER_CONNECTION, socketTimeout: 1000 });
    other = await connectRedis(server.url);
    counts = new Counts();
    offered = 0;
    nowUs = Date.now() * 1000 - 600e6;
    queue = new FlushQueue(new RingWriter(redis, NODE, LIMITS, nowUs), counts, { maxBytes: QUEUE_BYTES, retryMs: 10 });
  });
  afterEach(async () => {
    await queue.close(0);
    redis.disconnect();
    other.disconnect();
    await server.stop();
    await dir.remove();
  });

  async function start(...args: readonly string[]): Promise<void> {
    server = await startRedis({ dir: dir.path, args });
  }

  function offer(blocks: number): void {
    for (let i = 0; i < blocks; i++) {
      nowUs += 100_000;
      queue.offer({ block: block(nowUs - 50_000), newestUs: nowUs, gaps: [] });
      expect(queue.waitingBytes).toBeLessThanOrEqual(QUEUE_BYTES);
    }
    offered += blocks * PACKETS_PER_BLOCK;
  }

  /** Time goes on without packets until the ring has everything. */
  async function settle(): Promise<void> {
    nowUs += 100_000;
    queue.offer({ block: null, newestUs: nowUs, gaps: [] });
    const reader = new RingReader(other, NODE);
    const isSettled = async () => (await reader.coverage().catch(() => null))?.newestUs === nowUs;
    await waitUntil(isSettled, { what: 'the queue to recover', timeoutMs: 20_000 });
    await reader.close();
  }

  /** The ring after all of it; checks the sum. */
  async function balance(): Promise<{ packets: number; lost: Partial<Record<GapReason, number>>; coverage: Coverage }> {
    await settle();
    const stat = (await readRingStat(other, NODE))!;
    const lost: Partial<Record<GapReason, number>> = {};
    for (const { reason, lostPackets } of stat.gaps) lost[reason] = (lost[reason] ?? 0) + lostPackets;
    const allLost = Object.values(lost).reduce((sum, packets) => sum + packets, 0);
    expect(stat.packets + allLost).toBe(offered);
    expect(lost['ring-slow'] ?? 0).toBe(counts.givenUp['ring-slow']);
    expect(lost['ring-refused'] ?? 0).toBe(counts.givenUp['ring-refused']);
    return { packets: stat.packets, lost, coverage: stat };
  }

  const appended = (blocks: number) =>
    waitUntil(() => counts.appendedBlocks === blocks, { what: `${blocks} blocks to be appended` });
  const failing = () => waitUntil(() => counts.failures.length > 0, { what: 'an append to fail' });

  test('that is well takes everything', async () => {
    offer(10);
    expect(await balance()).toMatchObject({ packets: 50, lost: {} });
  });

  test('refuses writes for want of memory: blocks wait, the oldest are a gap, and it goes on by itself', async () => {
    offer(3);
    await appended(3);
    await other.config('SET', 'maxmemory', '1mb');
    offer(1);
    await failing();
    expect(counts.failures[0]).toMatch(/OOM command not allowed/);
    for (let i = 0; i < 100; i++) offer(1);
    await waitUntil(() => counts.givenUp['ring-slow'] > 0, { what: 'blocks to be given up' });
    await other.config('SET', 'maxmemory', '0');
    const { lost, packets } = await balance();
    expect(lost['ring-slow']).toBeGreaterThan(0);
    expect(packets).toBeGreaterThan(3 * PACKETS_PER_BLOCK);
  });

  test('a short absence costs nothing', async () => {
    offer(3);
    await appended(3);
    await server.stop();
    offer(5);
    await failing();
    await start();
    const { lost, coverage } = await balance();
    expect(lost).toEqual({ 'ring-lost': 15 });
    expect(coverage.gaps).toMatchObject([{ fromUs: coverage.oldestUs, reason: 'ring-lost' }]);
  });

  test('that keeps its data over a restart has lost none', async () => {
    await other.config('SET', 'appendonly', 'yes');
    const isWritten = async () => /^aof_rewrite_in_progress:0/m.test(await other.info('persistence'));
    await waitUntil(isWritten, { what: 'the append-only file to be there' });
    offer(3);
    await appended(3);
    await server.stop();
    offer(5);
    await failing();
    await start('--appendonly', 'yes');
    expect(await balance()).toMatchObject({ packets: 40, lost: {} });
  });

  test('that was away for long: memory is bounded, the queue of ioredis empty, the loss exact', async () => {
    offer(3);
    await appended(3);
    await server.stop();
    for (let i = 0; i < 600; i++) offer(1);
    await failing();
    const { offlineQueue, commandQueue } = redis as unknown as Record<string, { readonly length: number }>;
    expect(offlineQueue!.length).toBe(0);
    expect(commandQueue!.length).toBeLessThanOrEqual(1);
    await start();
    const { lost, packets } = await balance();
    expect(lost['ring-lost']).toBe(15);
    expect(lost['ring-slow']).toBe(offered - packets - 15);
    expect(packets).toBeGreaterThan(PACKETS_PER_BLOCK);
  });

  test('emptied between two appends: nobody is told that the past is covered', async () => {
    offer(4);
    await appended(4);
    await other.flushall();
    offer(3);
    expect(await balance()).toMatchObject({ packets: 15, lost: { 'ring-lost': 20 } });
  });

  test('that became a replica and is a master again', async () => {
    offer(3);
    await appended(3);
    await other.replicaof('127.0.0.1', '1');
    offer(2);
    await failing();
    expect(counts.failures[0]).toMatch(/READONLY|connection/i);
    await other.replicaof('NO', 'ONE');
    expect(await balance()).toMatchObject({ packets: 25, lost: {} });
  });

  test('that stands still longer than is waited for takes each block once', async () => {
    offer(3);
    await appended(3);
    process.kill(server.pid, 'SIGSTOP');
    try {
      offer(4);
      await failing();
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    expect(await balance()).toMatchObject({ packets: 35, lost: {} });
  });

  test('that pauses its clients', async () => {
    await other.call('CLIENT', 'PAUSE', '300', 'ALL');
    offer(20);
    expect(await balance()).toMatchObject({ packets: 100, lost: {} });
    expect(counts.failures).toEqual([]);
  });

  test('whose key is not the ring’s: each block is given up at once, and told when the key is gone', async () => {
    offer(2);
    await appended(2);
    const key = `{resetscope:ring:${NODE}}:gaps`;
    await other.set(key, 'somebody else’s');
    offer(4);
    await waitUntil(() => counts.givenUp['ring-refused'] === 20, { what: 'four blocks to be given up' });
    expect(counts.failures).toHaveLength(4);
    await other.del(key);
    expect(await balance()).toMatchObject({ packets: 10, lost: { 'ring-refused': 20 } });
  });
});
