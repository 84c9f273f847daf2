import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { hasProgram, type RedisServer, startRedis } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { buildTcpFrame, FrameWindow, LinkType, TcpFlag } from '@resetscope/wire';
import { Redis } from 'ioredis';
import { packBlock } from './block.ts';
import { BlockBuilder } from './block-builder.ts';
import { ringKeys } from './keys.ts';
import { RingReader } from './ring-reader.ts';
import { MIN_RING_BYTES, RingWriter } from './ring-writer.ts';

const START_US = 1_795_000_000_000_000;
const ALL = { fromUs: START_US - 1, toUs: START_US + 1_000_000_000 };
const LIMITS = { maxBytes: MIN_RING_BYTES, maxAgeUs: 3_600_000_000 };

interface Sent {
  readonly atUs: number;
  readonly port: number;
  readonly flags: number;
  /** From the responder. */
  readonly back?: boolean;
  readonly payload?: string;
}

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('RingReader', () => {
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

  /** One block for each list, appended in order. */
  async function ringOf(
    ...blocks: (readonly Sent[])[]
  ): Promise<{ node: string; writer: RingWriter; reader: RingReader }> {
    const node = `reader-${nodes++}`;
    const writer = new RingWriter(redis, node, LIMITS, START_US);
    for (const sent of blocks) await append(writer, sent);
    return { node, writer, reader: new RingReader(redis, node) };
  }

  async function append(writer: RingWriter, sent: readonly Sent[]): Promise<void> {
    const builder = new BlockBuilder();
    for (const { atUs, port, flags, back = false, payload = '' } of sent) {
      const [srcPort, dstPort] = back ? [80, port] : [port, 80];
      const [src, dst] = back ? ['10.0.0.2', '10.0.0.1'] : ['10.0.0.1', '10.0.0.2'];
      const bytes = buildTcpFrame({ src, dst, srcPort, dstPort, flags, payload: new Uint8Array(Buffer.from(payload)) });
      const frame = {
        frameNumber: 1,
        tsUs: START_US + atUs,
        linkType: LinkType.ETHERNET,
        wireLen: bytes.length,
        bytes,
      };
      expect(builder.add(FrameWindow.of(frame), 3)).toBe('stored');
    }
    const { records, index } = builder.seal()!;
    const { bytes, firstUs, lastUs } = index;
    await writer.append({
      block: { block: await packBlock(records), index: bytes, firstUs, lastUs },
      newestUs: lastUs,
      gaps: [],
    });
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
    await redis.del(ringKeys(node).blocks);
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
    await redis.del(ringKeys(node).indexes);
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
    const reader = new RingReader(redis, 'nobody');
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
    await redis.del(ringKeys(gone.node).state);
    const listed = await RingReader.nodes(redis);
    expect(listed).toContain(node);
    expect(listed).not.toContain(gone.node);
  });

  test('bytes of another format are an error that says what came', async () => {
    const { node, reader } = await ringOf([{ atUs: 10, port: 1000, flags: RST }]);
    const { indexes, times } = ringKeys(node);
    const [id] = await redis.zrange(times, '0', '-1');
    await redis.hset(indexes, id!, 'RSI9....');
    await expect(reader.resets(ALL)).rejects.toThrow(/8 bytes that begin with "RSI9"/);
    await reader.close();
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

  test('a ring that cannot be asked is RingUnavailableError', async () => {
    const lost = new Redis({ path: '/nonexistent/redis.sock', maxRetriesPerRequest: 0 });
    lost.on('error', () => undefined);
    const reader = new RingReader(lost, 'web');
    const unavailable = { name: 'RingUnavailableError', code: 'RS_RING_UNAVAILABLE' };
    await expect(reader.coverage()).rejects.toMatchObject(unavailable);
    await expect(reader.waitForReach(1, 50)).rejects.toMatchObject(unavailable);
    await reader.close();
    lost.disconnect();
  });
});
