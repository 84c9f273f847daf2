/** The wall clock is set while packets are captured: what stays, what is found, and what the coverage says of it. */
import { beforeEach, expect, test } from '@jest/globals';
import { hasProgram } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { RingReader } from './ring-reader.ts';
import { RingWriter } from './ring-writer.ts';
import {
  ALL,
  emptyBlock,
  HOUR_US,
  heartbeat,
  LIMITS,
  packedBlock,
  SECOND_US,
  START_US,
} from './testing/test-blocks.ts';

const RST = 4;

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('a clock that is set', () => {
  const redis = withRedis((path) => new Redis({ path }));
  let writer: RingWriter;
  let reader: RingReader;
  let node: string;
  let nodes = 0;

  beforeEach(() => {
    node = `clock-${nodes++}`;
    writer = new RingWriter(redis(), node, LIMITS, START_US);
    reader = new RingReader(redis(), node);
  });

  /** One reset a second for `seconds`, by a clock that is `aheadUs` off; the first append tells of the step. */
  async function capture(fromS: number, seconds: number, aheadUs: number, clockStepUs = 0): Promise<void> {
    for (let i = 0; i < seconds; i++) {
      const atUs = (fromS + i) * SECOND_US + aheadUs;
      const block = await packedBlock([{ atUs, port: 1000 + fromS + i, flags: RST }]);
      const newestUs = START_US + atUs + SECOND_US;
      await writer.append({ block, newestUs, gaps: [], ...(i === 0 ? { clockStepUs } : {}) });
    }
  }

  const ports = async (window = ALL) =>
    (await reader.resets(window)).map(({ srcPort }) => srcPort).sort((a, b) => a - b);
  const portsFrom = (first: number, count: number) => Array.from({ length: count }, (_, i) => 1000 + first + i);

  test.each([
    { name: 'hours forward', stepUs: 3 * HOUR_US },
    { name: 'hours back', stepUs: -3 * HOUR_US },
    { name: 'seconds forward', stepUs: 7 * SECOND_US },
    { name: 'seconds back', stepUs: -7 * SECOND_US },
  ])(
    '$name: nothing is forgotten before its time, all is found, and the reach is the new clock’s',
    async ({ stepUs }) => {
      await capture(0, 30, 0);
      await capture(30, 20, stepUs, stepUs);
      expect(await ports()).toEqual(portsFrom(0, 50));
      const coverage = await reader.coverage();
      expect(coverage).toMatchObject({ newestUs: START_US + 50 * SECOND_US + stepUs, blocks: 50 });
      expect(coverage?.gaps).toMatchObject([{ lostPackets: 0, reason: 'clock-step' }]);
      const { fromUs, toUs } = coverage!.gaps[0]!;
      const [beforeUs, afterUs] = [START_US + 30 * SECOND_US, START_US + 30 * SECOND_US + stepUs];
      expect(fromUs).toBe(Math.max(START_US, Math.min(beforeUs, afterUs)));
      expect(toUs).toBe(Math.max(beforeUs, afterUs) + SECOND_US);
      expect(coverage?.oldestUs).toBe(Math.min(START_US, afterUs));
    },
  );

  test.each([
    { name: 'hours forward', stepUs: 3 * HOUR_US },
    { name: 'hours back', stepUs: -3 * HOUR_US },
    { name: 'seconds back', stepUs: -7 * SECOND_US },
  ])('$name: what came before is forgotten with its age, and the gap with it', async ({ stepUs }) => {
    await capture(0, 30, 0);
    await capture(30, 95, stepUs, stepUs);
    expect(await ports()).toEqual(portsFrom(64, 61));
    const nowUs = START_US + 125 * SECOND_US + stepUs;
    expect(await reader.coverage()).toMatchObject({ oldestUs: nowUs - LIMITS.maxAgeUs, newestUs: nowUs, gaps: [] });
  });

  test('forward by mistake and back again: both stretches stay, and the present is covered', async () => {
    await capture(0, 10, 0);
    await capture(10, 10, HOUR_US, HOUR_US);
    await capture(20, 10, 0, -HOUR_US);
    expect(await ports()).toEqual(portsFrom(0, 30));
    const coverage = await reader.coverage();
    expect(coverage).toMatchObject({ oldestUs: START_US, newestUs: START_US + 30 * SECOND_US });
    await capture(30, 90, 0);
    expect(await ports()).toEqual(portsFrom(59, 61));
    expect((await reader.coverage())?.gaps).toEqual([]);
  });

  test('back: what the budget forgets of the time before moves the beginning no further than the step', async () => {
    const full = (atUs: number) => emptyBlock(atUs, atUs, 1_000_000);
    for (let i = 0; i < 3; i++) {
      const atUs = START_US + i * SECOND_US;
      await writer.append({ block: full(atUs), newestUs: atUs, gaps: [] });
    }
    const afterUs = START_US - HOUR_US;
    for (let i = 0; i < 3; i++) {
      const atUs = afterUs + i * SECOND_US;
      const clockStepUs = i === 0 ? afterUs - (START_US + 2 * SECOND_US) : 0;
      const state = await writer.append({ block: full(atUs), newestUs: atUs, gaps: [], clockStepUs });
      expect(state.oldestUs).toBeLessThanOrEqual(afterUs);
    }
    expect(await reader.coverage()).toMatchObject({ oldestUs: afterUs, newestUs: afterUs + 2 * SECOND_US, blocks: 3 });
  });

  test('a block from before the clock went back that comes with the step does not hide what follows', async () => {
    await writer.append(heartbeat(START_US));
    const late = emptyBlock(START_US + 50, START_US + 60, 100);
    await writer.append({ block: late, newestUs: START_US - HOUR_US, gaps: [], clockStepUs: -HOUR_US });
    for (let i = 0; i <= 70; i++) await writer.append(heartbeat(START_US - HOUR_US + i * SECOND_US));
    expect(await reader.coverage()).toMatchObject({ oldestUs: START_US - HOUR_US + 10 * SECOND_US, blocks: 0 });
  });

  test('back between two runs is noticed by the second', async () => {
    await capture(0, 30, 0);
    await writer.release();
    const nextUs = START_US - HOUR_US;
    const next = new RingWriter(redis(), node, LIMITS, nextUs);
    await next.open();
    await next.append(heartbeat(nextUs + 10));
    expect(await ports()).toEqual(portsFrom(0, 30));
    expect(await reader.coverage()).toMatchObject({
      oldestUs: nextUs,
      newestUs: nextUs + 10,
      gaps: [{ fromUs: START_US, toUs: START_US + 30 * SECOND_US, reason: 'clock-step' }],
    });
  });

  test('back: who waits for the ring waits by the new clock', async () => {
    await capture(0, 2, 0);
    expect(await reader.waitForReach(START_US + SECOND_US, 5000)).toBe(true);
    const afterUs = START_US - HOUR_US;
    const waiting = reader.waitForReach(START_US + 100 * SECOND_US, 5000);
    await writer.append({ ...heartbeat(afterUs), clockStepUs: -HOUR_US - 2 * SECOND_US });
    const sooner = reader.waitForReach(afterUs + 5 * SECOND_US, 5000);
    await writer.append(heartbeat(afterUs + 6 * SECOND_US));
    expect(await sooner).toBe(true);
    expect(await reader.waitForReach(START_US, 20)).toBe(false);
    await reader.close();
    expect(await waiting).toBe(false);
  });
});
