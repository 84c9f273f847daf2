import { expect, test } from '@jest/globals';
import type { TcpStream } from '@resetscope/flow';
import { hasProgram } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { type Claim, Claims, claimantOf } from './claims.ts';
import { lineAt } from './testing/lines.ts';
import { answeredVisit } from './testing/shop.ts';
import { streamOf } from './testing/streams.ts';

const OURS = { kind: 'ours', replaces: null };
/** As unloggedIncidentId makes them. */
const ID = 'ab'.repeat(16);

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('Claims', () => {
  const redis = withRedis((path) => new Redis(path));
  let nodes = 0;
  const claims = (): Claims => new Claims(redis(), `claims-${nodes++}`);
  const one = streamOf(answeredVisit({ port: 40_000 }));
  const claimOf = async (node: Claims, stream: TcpStream, claimant: string) =>
    (await node.claim([[stream, claimant]]))[0] as Claim;

  test('belong to the first, who may come back', async () => {
    const node = claims();
    expect(await claimOf(node, one, 'a')).toEqual(OURS);
    expect(await claimOf(node, one, 'b')).toEqual({ kind: 'lost' });
    expect(await claimOf(node, one, 'a')).toEqual(OURS);
    expect(await node.owners([one])).toEqual(['a']);
  });

  test('of many at once, one wins', async () => {
    const node = claims();
    const won = await Promise.all(Array.from({ length: 20 }, (_, i) => claimOf(node, one, `job-${i}`)));
    expect(won.filter(({ kind }) => kind === 'ours')).toHaveLength(1);
  });

  test('are of one node, and of one life of the ports', async () => {
    const [node, other] = [claims(), claims()];
    await claimOf(node, one, 'a');
    const later = streamOf(answeredVisit({ port: 40_000, atUs: 1_000_000 }));
    expect(await node.owners([one, later])).toEqual(['a', null]);
    expect(await other.owners([one])).toEqual([null]);
    expect(await other.owners([])).toEqual([]);
  });

  test('stay when later packets of the connection are seen', async () => {
    const node = claims();
    await claimOf(node, one, 'a');
    const story = answeredVisit({ port: 40_000 });
    story.responder.send('late');
    story.originator.statelessRst();
    expect(await node.owners([streamOf(story)])).toEqual(['a']);
  });

  test('are given up by their owner only', async () => {
    const node = claims();
    await claimOf(node, one, 'a');
    await node.release(one, 'b');
    expect(await node.owners([one])).toEqual(['a']);
    await node.release(one, 'a');
    expect(await node.owners([one])).toEqual([null]);
  });

  test('are of a connection, whichever end is taken for the one that asked', async () => {
    const node = claims();
    await claimOf(node, one, 'a');
    const turned: TcpStream = { ...one, originator: one.responder, responder: one.originator };
    expect(await node.owners([turned])).toEqual(['a']);
  });

  test('win over what is held without a line, and remember what they have replaced', async () => {
    const node = claims();
    expect(await node.hold(one, ID)).toBe(true);
    expect(await node.hold(one, ID)).toBe(true);
    expect(await node.owners([one])).toEqual([null]);
    expect(await node.ownerOf(one)).toEqual({ kind: 'unlogged', incidentId: ID });
    for (let i = 0; i < 2; i++) expect(await claimOf(node, one, 'a')).toEqual({ kind: 'ours', replaces: ID });
    expect(await claimOf(node, one, 'b')).toEqual({ kind: 'lost' });
    expect(await node.hold(one, ID)).toBe(false);
    expect(await node.ownerOf(one)).toEqual({ kind: 'line', claimant: 'a', replaces: ID });
    await node.release(one, 'a');
    expect(await node.ownerOf(one)).toBeNull();
  });

  test('keep a claimant apart from one whose name begins like it', async () => {
    const node = claims();
    await node.hold(one, ID);
    await claimOf(node, one, 'a\nb');
    expect(await claimOf(node, one, 'a')).toEqual({ kind: 'lost' });
    expect(await node.owners([one])).toEqual(['a\nb']);
  });

  test('one of several that a line may mean is held back until a line claims it', async () => {
    const node = claims();
    await node.suspect([one]);
    expect(await node.hold(one, ID)).toBe(false);
    expect(await node.owners([one])).toEqual([null]);
    expect(await claimOf(node, one, 'a')).toEqual(OURS);
    await node.suspect([one]);
    expect(await node.owners([one])).toEqual(['a']);
  });

  test('a line that has missed the beginning of the end finds what is held', async () => {
    const node = claims();
    const story = answeredVisit({ port: 40_000 });
    story.originator.rst();
    const [, last] = streamOf(story).endings;
    const late: TcpStream = { ...streamOf(story), endings: [last!] };
    await node.hold(streamOf(story), ID);
    expect(await claimOf(node, late, 'a')).toEqual({ kind: 'ours', replaces: ID });
    expect(await node.ownerOf(streamOf(story))).toMatchObject({ kind: 'line', claimant: 'a' });
  });

  test('are found by ends and time alone', async () => {
    const node = claims();
    await claimOf(node, one, 'a');
    const key = { addressA: '10.0.0.2', portA: 80, addressB: '10.0.0.1', portB: 40_000 };
    const endUs = one.endings[0]!.tsUs;
    expect(
      await node.ownersAt([
        [key, endUs],
        [key, endUs + 1],
      ]),
    ).toEqual([{ kind: 'line', claimant: 'a', replaces: null }, null]);
  });

  test('end by themselves', async () => {
    const node = claims();
    await claimOf(node, one, 'a');
    const [key] = await redis().keys(`*claims-${nodes - 1}*`);
    const seconds = await redis().ttl(key!);
    expect(seconds).toBeGreaterThan(3500);
    expect(seconds).toBeLessThanOrEqual(3600);
  });
});

test('lines of one client connection are one claimant, upstream lines each their own', () => {
  const client = (id: string, connectionNumber: number) =>
    claimantOf({ job: { id }, line: lineAt(0, { connectionNumber }) });
  expect(client('a', 5)).toBe(client('b', 5));
  expect(client('a', 5)).not.toBe(client('a', 6));
  const upstream = { level: 'error', action: 'reading upstream', upstream: 'http://10.0.1.3:8080' } as const;
  expect(claimantOf({ job: { id: 'a' }, line: lineAt(0, upstream) })).toBe('a');
});
