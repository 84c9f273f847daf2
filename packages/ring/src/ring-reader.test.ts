import { expect, test } from '@jest/globals';
import { hasProgram } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { TcpFlag } from '@resetscope/wire';
import { Redis } from 'ioredis';
import { type BlockEntry, parseEntry } from './block-entry.ts';
import type { EndpointFilter } from './endpoint-filter.ts';
import { type RingKeys, ringKeys } from './keys.ts';
import { RingReader } from './ring-reader.ts';
import { RingWriter } from './ring-writer.ts';
import { ALL, LIMITS, packedBlock, type Sent, START_US } from './testing/test-blocks.ts';

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('RingReader', () => {
  const redis = withRedis((path) => new Redis({ path }));
  let nodes = 0;

  /** One block for each list, appended in order. */
  async function ringOf(
    ...blocks: (readonly Sent[])[]
  ): Promise<{ node: string; writer: RingWriter; reader: RingReader }> {
    const node = `reader-${nodes++}`;
    const writer = new RingWriter(redis(), node, LIMITS, START_US);
    for (const sent of blocks) await append(writer, sent);
    return { node, writer, reader: new RingReader(redis(), node) };
  }

  async function append(writer: RingWriter, sent: readonly Sent[]): Promise<void> {
    const block = await packedBlock(sent);
    await writer.append({ block, newestUs: block.lastUs, gaps: [] });
  }

  const key = (port: number) => ({ addressA: '10.0.0.2', portA: 80, addressB: '10.0.0.1', portB: port });
  const { SYN, ACK, RST, FIN } = TcpFlag;

  test('gives back the frames of one connection only, from all its blocks, in order of time', async () => {
    const { reader } = await ringOf(
      [
        { atUs: 20, port: 1000, flags: SYN },
        { atUs: 30, port: 2000, flags: SYN },
        { atUs: 10, port: 1000, flags: ACK, back: true },
      ],
      [{ atUs: 1000, port: 2000, flags: ACK }],
      [{ atUs: 2000, port: 1000, flags: ACK, payload: 'GET / HTTP/1.1\r\n\r\n' }],
    );
    const { frames, coverage } = await reader.connection(key(1000), ALL);
    expect(frames.map(({ frameNumber, tsUs, ifIndex }) => [frameNumber, tsUs - START_US, ifIndex])).toEqual([
      [1, 10, 3],
      [2, 20, 3],
      [3, 2000, 3],
    ]);
    expect(frames[2]?.annotations).toMatchObject({ headLen: 18 });
    expect(coverage).toMatchObject({ oldestUs: START_US, newestUs: START_US + 2000, blocks: 3 });
    expect((await reader.connection(key(1000), { fromUs: START_US + 20, toUs: START_US + 2000 })).frames.length).toBe(
      1,
    );
    expect((await reader.connection(key(3000), ALL)).frames).toEqual([]);
    await reader.close();
  });

  test('lists resets in the window from indexes, the window half-open', async () => {
    const { node, reader } = await ringOf(
      [{ atUs: 10, port: 1000, flags: RST | ACK }],
      [
        { atUs: 500, port: 2000, flags: RST, back: true },
        { atUs: 600, port: 2001, flags: RST },
      ],
    );
    await redis().del(ringKeys(node).blocks);
    const resets = await reader.resets({ fromUs: START_US + 10, toUs: START_US + 600 });
    expect(resets).toMatchObject([
      { tsUs: START_US + 10, src: '10.0.0.1', srcPort: 1000, dst: '10.0.0.2', dstPort: 80, flags: RST | ACK },
      { tsUs: START_US + 500, src: '10.0.0.2', srcPort: 80, dst: '10.0.0.1', dstPort: 2000, flags: RST },
    ]);
    await reader.close();
  });

  test('reads an index once: it is immutable', async () => {
    const { node, reader } = await ringOf([{ atUs: 10, port: 1000, flags: RST }]);
    expect(await reader.resets(ALL)).toHaveLength(1);
    await redis().del(ringKeys(node).indexes);
    expect(await reader.resets(ALL)).toHaveLength(1);
    await reader.close();
  });

  test('lists the connections of an endpoint', async () => {
    const { reader } = await ringOf([
      { atUs: 10, port: 1000, flags: FIN },
      { atUs: 20, port: 2000, flags: FIN },
      { atUs: 30, port: 1000, flags: FIN, back: true },
    ]);
    const first = { addressA: '10.0.0.1', portA: 1000, addressB: '10.0.0.2', portB: 80 };
    expect(await reader.connectionsOf(ALL, { address: '10.0.0.1', port: 1000 })).toEqual([first]);
    expect(await reader.connectionsOf(ALL, { address: '10.0.0.2', port: 80 })).toHaveLength(2);
    expect(await reader.connectionsOf({ fromUs: START_US, toUs: START_US + 20 }, {})).toEqual([first]);
    expect(await reader.connectionsOf(ALL, { port: 443 })).toEqual([]);
    await reader.close();
  });

  test('a node without a ring is nothing, not an error', async () => {
    const reader = new RingReader(redis(), 'nobody');
    expect(await reader.coverage()).toBeNull();
    expect(await reader.resets(ALL)).toEqual([]);
    expect(await reader.connection(key(1), ALL)).toEqual({
      frames: [],
      coverage: { oldestUs: 0, newestUs: 0, gaps: [], bytes: 0, blocks: 0 },
    });
    await reader.close();
  });

  test('nodes with a ring are listed', async () => {
    const { node } = await ringOf([{ atUs: 10, port: 1000, flags: ACK }]);
    const gone = await ringOf([{ atUs: 10, port: 1000, flags: ACK }]);
    await redis().del(ringKeys(gone.node).state);
    const listed = await RingReader.nodes(redis());
    expect(listed).toContain(node);
    expect(listed).not.toContain(gone.node);
  });

  test('resets are chosen by address and port', async () => {
    const { reader } = await ringOf([
      { atUs: 10, port: 1000, flags: RST },
      { atUs: 20, port: 2000, flags: RST, back: true },
    ]);
    const ports = async (filter: EndpointFilter) =>
      (await reader.resets(ALL, filter)).map(({ tsUs }) => tsUs - START_US);
    expect(await ports({})).toEqual([10, 20]);
    expect(await ports({ port: 2000 })).toEqual([20]);
    expect(await ports({ address: '10.0.0.1', port: 80 })).toEqual([]);
    expect(await ports({ address: '::ffff:10.0.0.2', port: 80 })).toEqual([10, 20]);
    expect(await ports({ address: 'localhost' })).toEqual([]);
    await reader.close();
  });

  /** What a reader says of a ring of three blocks with a reset each, the middle one damaged. */
  async function readDamaged(damage: (keys: RingKeys, entry: BlockEntry) => Promise<unknown>) {
    const { node, reader } = await ringOf(
      [{ atUs: 10, port: 1000, flags: RST }],
      [
        { atUs: 20, port: 1000, flags: SYN },
        { atUs: 30, port: 1000, flags: RST },
      ],
      [{ atUs: 40, port: 1000, flags: RST }],
    );
    const [, entry] = await redis().zrange(ringKeys(node).times, '0', '-1');
    await damage(ringKeys(node), parseEntry(entry!)!);
    const resets = (await reader.resets(ALL)).length;
    const { frames, coverage } = await reader.connection(key(1000), ALL);
    await reader.close();
    return { resets, frames: frames.length, gaps: coverage.gaps };
  }

  /** The same bytes with one bit of the byte in the middle turned over. */
  async function flipBit(hash: string, id: string): Promise<void> {
    const bytes = (await redis().hgetBuffer(hash, id))!;
    const middle = bytes.length >> 1;
    bytes[middle] = bytes[middle]! ^ 1;
    await redis().hset(hash, id, bytes);
  }

  const GAP = { fromUs: START_US + 20, toUs: START_US + 31, lostPackets: 2, reason: 'damaged-block' };

  test.each<{ name: string; damage: Parameters<typeof readDamaged>[0]; resets: number }>([
    { name: 'a flipped bit', damage: ({ blocks }, { id }) => flipBit(blocks, id), resets: 3 },
    { name: 'a cut block', damage: ({ blocks }, { id }) => redis().hset(blocks, id, 'RSB1'), resets: 3 },
    { name: 'a block that is gone', damage: ({ blocks }, { id }) => redis().hdel(blocks, id), resets: 3 },
    { name: 'a flipped bit of an index', damage: ({ indexes }, { id }) => flipBit(indexes, id), resets: 2 },
    { name: 'another format', damage: ({ indexes }, { id }) => redis().hset(indexes, id, 'RSI9....'), resets: 2 },
    { name: 'an index that is gone', damage: ({ indexes }, { id }) => redis().hdel(indexes, id), resets: 2 },
  ])('$name: the block is left out, and the coverage says so', async ({ damage, resets }) => {
    expect(await readDamaged(damage)).toEqual({ resets, frames: 2, gaps: [GAP] });
  });

  test('an entry that cannot be read is a gap where it stands', async () => {
    const { resets, frames, gaps } = await readDamaged(async ({ times }, { text, lastUs }) => {
      await redis().zrem(times, text);
      await redis().zadd(times, lastUs, text.slice(3));
    });
    expect({ resets, frames }).toEqual({ resets: 2, frames: 2 });
    expect(gaps).toMatchObject([{ toUs: START_US + 31, reason: 'damaged-block' }]);
  });

  test('a block that was evicted meanwhile is no damage', async () => {
    const evict = async ({ blocks, indexes, times }: RingKeys, { id, text }: BlockEntry) => {
      await redis().multi().hdel(blocks, id).hdel(indexes, id).zrem(times, text).exec();
    };
    expect(await readDamaged(evict)).toEqual({ resets: 2, frames: 2, gaps: [] });
  });

  test('waitForReach resolves with the append that passes the time, and at once when it has passed', async () => {
    const { writer, reader } = await ringOf([{ atUs: 10, port: 1000, flags: ACK }]);
    expect(await reader.waitForReach(START_US + 10, 5000)).toBe(true);
    expect(await reader.waitForReach(START_US + 11, 20)).toBe(false);
    const waiting = reader.waitForReach(START_US + 20, 5000);
    await append(writer, [{ atUs: 15, port: 1000, flags: ACK }]);
    await writer.append({ block: null, newestUs: START_US + 20, gaps: [] });
    expect(await waiting).toBe(true);
    await reader.close();
  });

  test('waitForReach sees in the end what its subscription did not hear', async () => {
    const { node, reader } = await ringOf([{ atUs: 10, port: 1000, flags: ACK }]);
    expect(await reader.waitForReach(START_US + 10, 5000)).toBe(true);
    await redis().hset(ringKeys(node).state, 'newestUs', START_US + 30);
    expect(await reader.waitForReach(START_US + 30, 20)).toBe(true);
    await reader.close();
  });

  test('a ring that cannot be asked is RingUnavailableError', async () => {
    const lost = new Redis({ path: '/nonexistent/redis().sock', maxRetriesPerRequest: 0 });
    lost.on('error', () => undefined);
    const reader = new RingReader(lost, 'web');
    const unavailable = { name: 'RingUnavailableError', code: 'RS_RING_UNAVAILABLE' };
    await expect(reader.coverage()).rejects.toMatchObject(unavailable);
    await expect(reader.waitForReach(1, 50)).rejects.toMatchObject(unavailable);
    await reader.close();
    lost.disconnect();
  });
});
