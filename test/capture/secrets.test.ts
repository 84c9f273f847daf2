/** Secrets that went over the wire are nowhere in Redis, nor in what the sidecar says; not even a few bytes of one. */
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeIf } from '@resetscope/testkit/jest';
import { Conversations } from './conversation.ts';
import { Network } from './network.ts';
import { bodyTalks } from './secret-bodies.ts';
import { FRAME_STORIES, type FrameStory } from './secret-frames.ts';
import { headTalks, MASKED_HEADER, MASKED_PARAMETER, otherTalks, splitTalks, tlvTalks } from './secret-heads.ts';
import { Secrets } from './secrets.ts';
import { missingForSidecar, Sidecar } from './sidecar.ts';
import { HOST, PATH, type Talk } from './talk.ts';

const FLAGS = ['--interface', 'near', '--mask-header', MASKED_HEADER, '--mask-parameter', MASKED_PARAMETER];
/** A block and the bytes before its compressed records (block.ts of packages/ring). */
const BLOCK_MAGIC = 'RSB2';
const BLOCK_HEADER_LEN = 16;

type TalksOf = (secrets: Secrets) => readonly Talk[];

const missing = missingForSidecar();

describeIf(missing === null, missing ?? '')('secrets on the wire', () => {
  let network: Network;
  let sidecar: Sidecar;
  let conversations: Conversations;

  beforeAll(async () => {
    network = new Network();
    sidecar = await Sidecar.start(network.server, FLAGS);
    conversations = await Conversations.start(network);
  }, 30_000);

  afterAll(async () => {
    conversations?.stop();
    await sidecar?.stop();
    network?.remove();
  });

  /** All that is stored, as it is and unpacked, and all that is said. */
  async function everything(): Promise<readonly Uint8Array[]> {
    const values = await sidecar.storedValues();
    const blocks = values.filter((value) => value.toString('latin1', 0, 4) === BLOCK_MAGIC);
    const unpacked = blocks.map((block) => brotliDecompressSync(block.subarray(BLOCK_HEADER_LEN)));
    expect(unpacked.length).toBeGreaterThan(0);
    const frames = (await sidecar.frames()).map(({ bytes }) => bytes);
    return [...values, ...unpacked, ...frames, Buffer.from(sidecar.log), Buffer.from(await sidecar.metricsText())];
  }

  async function expectNone(secrets: Secrets): Promise<void> {
    await sidecar.settle();
    const found = (await everything()).flatMap((bytes) => [...secrets.foundIn(bytes)]);
    expect([...new Set(found)].sort()).toEqual([]);
  }

  async function expectNoneOfTalks(talksOf: TalksOf): Promise<void> {
    const secrets = new Secrets();
    for (const { sayings } of talksOf(secrets)) await conversations.hold(sayings);
    await expectNone(secrets);
  }

  async function expectNoneOfFrames(stories: readonly FrameStory[]): Promise<void> {
    const secrets = new Secrets();
    for (const { name, framesWith } of stories)
      for (const frame of framesWith(secrets.plant(name))) network.client.send('far', frame);
    await expectNone(secrets);
  }

  test.each<{ name: string; talksOf: TalksOf }>([
    { name: 'in heads', talksOf: headTalks },
    { name: 'in heads cut in two anywhere, and byte by byte', talksOf: splitTalks },
    { name: 'in bodies and tunnels that look like something else', talksOf: bodyTalks },
    { name: 'in TLVs of PROXY version 2', talksOf: tlvTalks },
    { name: 'behind PROXY headers, in HTTP/2, TLS and CONNECT, and at the limit', talksOf: otherTalks },
  ])('$name: none is found', ({ talksOf }) => expectNoneOfTalks(talksOf), 60_000);

  test('in frames that no socket sends: none is found', () => expectNoneOfFrames(FRAME_STORIES));

  test('what is no secret is there', async () => {
    const kept = (await sidecar.frames()).map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join('');
    for (const text of [HOST, PATH, 'Authorization: ***', 'token=***', 'HTTP/1.1 302 Found'])
      expect(kept).toContain(text);
    expect((await sidecar.metrics()).lost).toBe(0);
  });
});
