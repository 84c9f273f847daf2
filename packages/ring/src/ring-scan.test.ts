import { beforeEach, expect, test } from '@jest/globals';
import { hasProgram } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { parseEntry } from './block-entry.ts';
import type { TimeWindow } from './coverage.ts';
import { ringKeys } from './keys.ts';
import { RingScan, type ScanOptions } from './ring-scan.ts';
import { readRingStat } from './ring-stat.ts';
import { RingWriter } from './ring-writer.ts';
import { ALL, heartbeat, LIMITS, packedBlock, type Sent, START_US } from './testing/test-blocks.ts';

const [SYN, RST, ACK] = [2, 4, 16];

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('a whole ring', () => {
  const redis = withRedis((path) => new Redis({ path }));
  let node: string;
  let nodes = 0;

  /** Blocks that overlap, as two interfaces may leave them; resets in the last alone. */
  beforeEach(async () => {
    node = `scan-${nodes++}`;
    const blocks: readonly (readonly Sent[])[] = [
      [10, 40, 20].map((atUs) => ({ atUs, port: 1000, flags: SYN })),
      [15, 45].map((atUs) => ({ atUs, port: 2000, flags: ACK })),
      [50, 60].map((atUs) => ({ atUs, port: 1000, flags: RST, back: true })),
    ];
    const writer = new RingWriter(redis(), node, LIMITS, START_US);
    for (const sent of blocks) {
      const block = await packedBlock(sent);
      await writer.append({ block, newestUs: block.lastUs, gaps: [] });
    }
  });

  async function timesOf(options: ScanOptions = {}, window: TimeWindow = ALL): Promise<readonly number[]> {
    const scan = new RingScan(redis(), node, options);
    const frames = [];
    for await (const batch of scan.frames(window)) frames.push(...batch);
    expect(frames.map(({ frameNumber }) => frameNumber)).toEqual(frames.map((_, i) => i + 1));
    return frames.map(({ tsUs }) => tsUs - START_US);
  }

  const connection = { addressA: '10.0.0.1', portA: 1000, addressB: '10.0.0.2', portB: 80 };

  test.each([
    { name: 'all, in order of time', options: {}, times: [10, 15, 20, 40, 45, 50, 60] },
    { name: 'one connection', options: { connection }, times: [10, 20, 40, 50, 60] },
    { name: 'blocks with resets', options: { hasResets: true }, times: [50, 60] },
    { name: 'a connection that is not there', options: { connection: { ...connection, portA: 9 } }, times: [] },
    { name: 'what is no connection', options: { connection: { ...connection, addressA: 'x' } }, times: [] },
  ])('$name', async ({ options, times }) => {
    expect(await timesOf(options)).toEqual(times);
  });

  test('the window is half-open', async () => {
    expect(await timesOf({}, { fromUs: START_US + 15, toUs: START_US + 45 })).toEqual([15, 20, 40]);
  });

  test('damaged blocks are told', async () => {
    const { blocks, order } = ringKeys(node);
    await redis().hset(blocks, parseEntry((await redis().lindex(order, 0))!)!.id, 'nothing');
    const scan = new RingScan(redis(), node);
    const seen: number[] = [];
    for await (const batch of scan.frames(ALL)) seen.push(...batch.map(({ tsUs }) => tsUs - START_US));
    expect(seen).toEqual([15, 45, 50, 60]);
    expect(scan.damages).toMatchObject([{ lostPackets: 3, reason: 'damaged-block' }]);
    expect(scan.forgottenPackets).toBe(0);
  });

  test('blocks evicted before their turn are counted', async () => {
    const { blocks, times } = ringKeys(node);
    const scan = new RingScan(redis(), node);
    const frames = scan.frames(ALL);
    expect((await frames.next()).value).toHaveLength(1);
    await redis().del(blocks, times);
    const rest = [];
    for await (const batch of frames) rest.push(...batch);
    expect(rest.map(({ tsUs }) => tsUs - START_US)).toEqual([20, 40]);
    expect(scan.forgottenPackets).toBe(4);
    expect(scan.damages).toEqual([]);
  });

  test('stat counts what there is', async () => {
    const stat = await readRingStat(redis(), node);
    expect(stat).toMatchObject({
      node,
      oldestUs: START_US,
      newestUs: START_US + 60,
      blocks: 3,
      packets: 7,
      resets: 2,
      gaps: [],
      ...LIMITS,
      holder: { pid: process.pid, sinceUs: START_US },
      isHeld: true,
    });
    expect(stat?.compression?.bytesPerPacket).toBeGreaterThan(1);
    expect(await readRingStat(redis(), 'nobody')).toBeNull();
  });

  test('stat of a ring without packets, given up by its capture', async () => {
    const writer = new RingWriter(redis(), 'empty', LIMITS, START_US);
    await writer.append(heartbeat(START_US));
    await writer.release();
    expect(await readRingStat(redis(), 'empty')).toMatchObject({ packets: 0, compression: null, isHeld: false });
  });
});
