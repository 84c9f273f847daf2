/** Broken frames at speed: the sidecar stays alive, accounts for each, and captures on. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RingFrame } from '@resetscope/ring';
import { makeTempDir, type TempDir } from '@resetscope/testkit';
import { describeIf, testIf } from '@resetscope/testkit/jest';
import { LinkType, readCapture } from '@resetscope/wire';
import { findTraces } from '../conformance/traces.ts';
import { Conversations } from './conversation.ts';
import { readSegment } from './ethernet-frame.ts';
import { stampPacketsOnce } from './kernel-stamps.ts';
import { isGood, malformedFrames } from './malformed-frames.ts';
import { Network } from './network.ts';
import { frameNumber, numberFrame, replay } from './replay.ts';
import { missingForSidecar, Sidecar } from './sidecar.ts';
import { Tcpdump, type WireFrame } from './tcpdump.ts';

const FRAMES = 30_000;
const TRACE_ROUNDS = 5;
/** Payload bytes that masking may have overwritten. */
const STAR = 0x2a;

/** Frames of the public traces that can be sent as they are. */
function traceFrames(): readonly Uint8Array[] {
  return findTraces().flatMap(({ path }) => {
    const file = readFileSync(path);
    const { frames } = readCapture(path.endsWith('.gz') ? gunzipSync(file) : file);
    return frames
      .filter(({ linkType, bytes }) => linkType === LinkType.ETHERNET && bytes.length > 14)
      .map(({ bytes }) => bytes);
  });
}

/** Is `kept` the beginning of `sent`, but for what was masked? */
function isBeginning(kept: Uint8Array, sent: Uint8Array): boolean {
  return kept.length <= sent.length && kept.every((byte, i) => byte === sent[i] || byte === STAR || byte === 0);
}

const missing = missingForSidecar();

describeIf(missing === null, missing ?? '')('broken frames', () => {
  let temp: TempDir;
  let network: Network;
  let sidecar: Sidecar;
  let conversations: Conversations;
  let unstamp: () => void;
  const traces = traceFrames();

  beforeAll(async () => {
    temp = await makeTempDir('resetscope-sidecar-');
    network = Network.withLargeFrames();
    unstamp = stampPacketsOnce();
    sidecar = await Sidecar.start(network.server, ['--interface', 'near']);
  }, 30_000);

  afterAll(async () => {
    conversations?.stop();
    await sidecar?.stop();
    unstamp?.();
    network?.remove();
    await temp?.remove();
  });

  /** What tcpdump saw of them, and what the ring keeps, by number. */
  async function send(frames: readonly Uint8Array[]) {
    const before = (await sidecar.frames()).length;
    const tcpdump = await Tcpdump.start(network.server, temp.path, '-i', 'near');
    await replay(network.client, 'far', frames.map(numberFrame));
    const seen = (await tcpdump.framesUntil(network.sendEnd())).slice(0, -1);
    await sidecar.settle();
    const kept = (await sidecar.frames()).slice(before, -1);
    return { seen: byNumber(seen), kept: byNumber(kept) };
  }

  function byNumber<Frame extends WireFrame | RingFrame>(frames: readonly Frame[]): ReadonlyMap<number, Frame> {
    const numbered = new Map(frames.map((frame) => [frameNumber(frame.bytes), frame]));
    expect(numbered.size).toBe(frames.length);
    return numbered;
  }

  async function expectAccount(): Promise<void> {
    const metrics = await sidecar.metrics();
    expect(metrics.lost).toBe(0);
    expect(metrics.ignored).toBeGreaterThan(0);
    expect(await sidecar.storedPackets()).toBe(metrics.packets - metrics.ignored);
    expect((await sidecar.frames()).length).toBe(metrics.packets - metrics.ignored);
  }

  test.each([
    { name: 'mutations of all kinds of frames', count: FRAMES, maxLen: 1514, parents: [] },
    { name: 'large mutations', count: FRAMES / 100, maxLen: 60_000, parents: [new Uint8Array(50_000).fill(0x45)] },
  ])(
    '$name',
    async ({ count, maxLen, parents }) => {
      const frames = malformedFrames(count, maxLen, parents);
      const { seen, kept } = await send(frames);
      for (const [number, { bytes, wireLen, tsUs }] of kept) {
        const whole = seen.get(number);
        if (!isBeginning(bytes, whole?.bytes ?? bytes.subarray(0, 0)))
          expect([...bytes]).toEqual([...(whole?.bytes ?? [])]);
        expect({ wireLen, tsUs }).toEqual({ wireLen: whole?.wireLen, tsUs: whole?.tsUs });
      }
      const good = [...seen.keys()].filter(isGood);
      expect(good.length).toBeGreaterThan(count / 20);
      expect(good.filter((number) => !kept.has(number))).toEqual([]);
      await expectAccount();
    },
    60_000,
  );

  testIf(traces.length > 0, 'no corpus of public traces')(
    'public traces',
    async () => {
      const { seen, kept } = await send(Array.from({ length: TRACE_ROUNDS }, () => traces).flat());
      expect([...kept.keys()].filter((number) => !seen.has(number))).toEqual([]);
      expect(kept.size).toBeGreaterThan(traces.length);
      await expectAccount();
    },
    60_000,
  );

  test('afterwards a conversation is captured as ever', async () => {
    conversations = await Conversations.start(network);
    const port = await conversations.hold([
      ['client', 'GET /after HTTP/1.1\r\nHost: shop.test\r\n\r\n'],
      ['server', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ]);
    await sidecar.settle();
    const ends = {
      addressA: network.clientAddress,
      portA: port,
      addressB: network.serverAddress,
      portB: conversations.port,
    };
    const { frames } = await sidecar.reader.connection(ends, { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER });
    const payloads = frames.map(({ bytes }) => readSegment(bytes).payload).filter((text) => text !== '');
    expect(payloads).toEqual(['GET /after HTTP/1.1\r\nHost: shop.test\r\n\r\n', 'HTTP/1.1 204 No Content\r\n\r\n']);
    expect(frames.length).toBeGreaterThanOrEqual(8);
    expect(sidecar.isAlive).toBe(true);
    expect(await sidecar.stop()).toBe(0);
  });
});
