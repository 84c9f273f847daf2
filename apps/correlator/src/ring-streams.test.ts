import { expect, test } from '@jest/globals';
import { RingReader } from '@resetscope/ring';
import { hasProgram } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { type CapturedFrame, PacketDecoder, TcpFlag } from '@resetscope/wire';
import { Redis } from 'ioredis';
import { lackBeginning, type RingStream, readStreams, readStreamsDeep } from './ring-streams.ts';
import { answeredVisit, endOf, ShopRing, START_US, visit } from './testing/shop.ts';

/** A story, or a part of one. */
interface Told {
  readonly frames: readonly CapturedFrame[];
}

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('readStreams', () => {
  const redis = withRedis((path) => new Redis(path));
  let nodes = 0;

  /** Stories, a block each; the window ends with the last packet of the last. */
  async function read(port: number, ...stories: readonly Told[]): Promise<readonly RingStream[]> {
    const node = `streams-${nodes++}`;
    const ring = new ShopRing(redis(), node, START_US - 3_600_000_000);
    for (const story of stories) await ring.append([story], endOf(story));
    const reader = new RingReader(redis(), node);
    const toUs = endOf(stories.at(-1)!) + 1;
    const key = { addressA: '10.0.0.1', portA: port, addressB: '10.0.0.2', portB: 80 };
    const window = { fromUs: toUs - 6_000_000, toUs };
    const found = await readStreams(reader, key, window, new Set());
    const deep = lackBeginning(found) ? await readStreamsDeep(reader, key, window, new Set()) : found;
    await reader.close();
    return deep;
  }

  test('a connection with its packets', async () => {
    const [found, ...more] = await read(40_000, answeredVisit({ port: 40_000 }), answeredVisit({ port: 40_001 }));
    expect(more).toEqual([]);
    expect(found?.stream).toMatchObject({ sawSyn: true, exchangeCount: 1, rstCount: 1 });
    expect(found?.frames.map(({ frameNumber }) => frameNumber)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('nothing is no connection', async () => {
    expect(await read(39_999, answeredVisit({ port: 40_000 }))).toEqual([]);
  });

  test.each([
    ['a minute', 60_000],
    ['half an hour', 1_800_000],
  ])('its beginning is found %s before', async (_title, idleMs) => {
    const opening = answeredVisit({ port: 40_000 });
    const whole = visit({ port: 40_001 }).wait(idleMs);
    const [syn] = visit({ port: 40_001 }).frames;
    whole.originator.rst();
    expect(whole.frames[0]).toEqual(syn);
    const head = { frames: whole.frames.slice(0, 3) };
    const tail = { frames: whole.frames.slice(3) };
    const [found] = await read(40_001, opening, head, tail);
    expect(found?.stream).toMatchObject({ sawSyn: true, rstCount: 1 });
  });

  test('ports that were used again are two connections', async () => {
    const again = answeredVisit({ port: 40_000, atUs: 2_000_000 });
    const found = await read(40_000, answeredVisit({ port: 40_000 }), again);
    expect(found.map(({ stream }) => stream.rstCount)).toEqual([1, 1]);
  });

  test('of a long connection it keeps the packets that an answer can point to, and their numbers agree', async () => {
    const story = visit({ port: 40_000 });
    story.originator.send('GET /big HTTP/1.1\r\nHost: shop.test\r\n\r\n');
    story.responder.send('HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n');
    for (let i = 0; i < 1500; i++) {
      story.responder.send('x'.repeat(1000));
      story.originator.ack();
    }
    story.originator.rst();
    const [found] = await read(40_000, story);
    const { stream, frames } = found!;
    expect(frames.length).toBeLessThan(300);
    expect(frames.map(({ frameNumber }) => frameNumber)).toEqual(frames.map((_, i) => i + 1));
    expect(stream.last.sent.responder).toBeGreaterThan(1_500_000);
    const decoder = new PacketDecoder();
    const flagsAt = (frameNumber: number): number | undefined =>
      decoder.decode(frames[frameNumber - 1]!) === 'tcp' ? decoder.packet.flags : undefined;
    expect(flagsAt(stream.firstFrame)).toBe(TcpFlag.SYN);
    expect(flagsAt(stream.endings[0]!.frameNumber)).toBe(TcpFlag.RST | TcpFlag.ACK);
    for (const segment of stream.segments) expect(flagsAt(segment.frameNumber)).toBe(segment.flags);
  });
});
