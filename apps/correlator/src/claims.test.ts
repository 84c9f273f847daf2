import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FlowTracker, type TcpStream } from '@resetscope/flow';
import { hasProgram, type RedisServer, startRedis, type TcpStory } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { PacketDecoder } from '@resetscope/wire';
import { Redis } from 'ioredis';
import { Claims, claimantOf } from './claims.ts';
import { lineAt } from './testing/lines.ts';
import { answeredVisit } from './testing/shop.ts';

function streamOf(story: TcpStory): TcpStream {
  const streams: TcpStream[] = [];
  const tracker = new FlowTracker({ wanted: () => true, streamEnded: (stream) => streams.push(stream) });
  const decoder = new PacketDecoder();
  for (const frame of story.frames) if (decoder.decode(frame) === 'tcp') tracker.add(decoder.packet);
  tracker.end();
  return streams[0]!;
}

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('Claims', () => {
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
  const claims = (): Claims => new Claims(redis, `claims-${nodes++}`);
  const one = streamOf(answeredVisit({ port: 40_000 }));

  test('belong to the first, who may come back', async () => {
    const node = claims();
    expect(await node.claim(one, 'a')).toBe(true);
    expect(await node.claim(one, 'b')).toBe(false);
    expect(await node.claim(one, 'a')).toBe(true);
    expect(await node.owners([one])).toEqual(['a']);
  });

  test('of many at once, one wins', async () => {
    const node = claims();
    const won = await Promise.all(Array.from({ length: 20 }, (_, i) => node.claim(one, `job-${i}`)));
    expect(won.filter(Boolean)).toHaveLength(1);
  });

  test('are of one node, and of one life of the ports', async () => {
    const [node, other] = [claims(), claims()];
    await node.claim(one, 'a');
    const later = streamOf(answeredVisit({ port: 40_000, atUs: 1_000_000 }));
    expect(await node.owners([one, later])).toEqual(['a', null]);
    expect(await other.owners([one])).toEqual([null]);
    expect(await other.owners([])).toEqual([]);
  });

  test('stay when later packets of the connection are seen', async () => {
    const node = claims();
    await node.claim(one, 'a');
    const story = answeredVisit({ port: 40_000 });
    story.responder.send('late');
    story.originator.statelessRst();
    expect(await node.owners([streamOf(story)])).toEqual(['a']);
  });

  test('are given up by their owner only', async () => {
    const node = claims();
    await node.claim(one, 'a');
    await node.release(one, 'b');
    expect(await node.owners([one])).toEqual(['a']);
    await node.release(one, 'a');
    expect(await node.owners([one])).toEqual([null]);
  });

  test('end by themselves', async () => {
    const node = claims();
    await node.claim(one, 'a');
    const [key] = await redis.keys(`*claims-${nodes - 1}*`);
    const seconds = await redis.ttl(key!);
    expect(seconds).toBeGreaterThan(3500);
    expect(seconds).toBeLessThanOrEqual(3600);
  });
});

test('lines of one client connection are one claimant, upstream lines each their own', () => {
  const client = (jobId: string, connectionNumber: number) =>
    claimantOf({ jobId, line: lineAt(0, { connectionNumber }) });
  expect(client('a', 5)).toBe(client('b', 5));
  expect(client('a', 5)).not.toBe(client('a', 6));
  const upstream = { level: 'error', action: 'reading upstream', upstream: 'http://10.0.1.3:8080' } as const;
  expect(claimantOf({ jobId: 'a', line: lineAt(0, upstream) })).toBe('a');
});
