import { describe, expect, test } from '@jest/globals';
import { type Append, BlockBuilder, RingRefusedError, type RingState, type SealedBlock } from '@resetscope/ring';
import { waitUntil } from '@resetscope/testkit';
import { buildTcpFrame, FrameWindow, LinkType } from '@resetscope/wire';
import { ClockWatch } from './clock-watch.ts';
import { type AppendTarget, type FlushObserver, FlushQueue, type GiveUpReason } from './flush-queue.ts';

const STATE: RingState = {
  bytes: 0,
  blocks: 0,
  evicted: 0,
  oldestUs: 0,
  newestUs: 0,
  takenPackets: 0,
  evictedPackets: 0,
};

/** A ring that takes an append only when it is let. */
class GatedTarget implements AppendTarget {
  readonly taken: Append[] = [];
  readonly asked: Append[] = [];
  private readonly gates: ((error?: Error) => void)[] = [];
  private wake = (): void => undefined;

  append(append: Append): Promise<RingState> {
    this.asked.push(append);
    return new Promise((resolve, reject) => {
      this.gates.push((error) => {
        if (error !== undefined) return reject(error);
        this.taken.push(append);
        resolve(STATE);
      });
      this.wake();
    });
  }

  /** Answers the append that waits, or the next that comes. */
  async answer(error?: Error): Promise<void> {
    while (this.gates.length === 0) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    this.gates.shift()?.(error);
  }

  get firstTimes(): readonly (number | undefined)[] {
    return this.taken.map(({ block }) => block?.firstUs);
  }
}

class Counts implements FlushObserver {
  appendedBlocks = 0;
  failures = 0;
  readonly packetsGivenUp: Record<GiveUpReason, number> = { 'ring-slow': 0, 'ring-refused': 0 };
  appended(_state: RingState, blockLen: number): void {
    if (blockLen > 0) this.appendedBlocks++;
  }
  appendFailed(): void {
    this.failures++;
  }
  gaveUp(packets: number, reason: GiveUpReason): void {
    this.packetsGivenUp[reason] += packets;
  }
}

const builder = new BlockBuilder();

/** Two packets, at ms and ms + 1. */
function block(ms: number): SealedBlock {
  const bytes = buildTcpFrame({ src: '10.0.0.1', dst: '10.0.0.2', srcPort: 1, dstPort: 2, flags: 16 });
  for (const tsUs of [ms * 1000, ms * 1000 + 1000]) {
    const frame = { frameNumber: 1, tsUs, linkType: LinkType.ETHERNET, wireLen: bytes.length, bytes };
    builder.add(FrameWindow.of(frame), 1);
  }
  return builder.seal()!;
}

const flush = (ms: number, sealed: SealedBlock | null) => ({ block: sealed, newestUs: ms * 1000, gaps: [] });
const lost = (ms: number, reason: GiveUpReason) => ({
  fromUs: ms * 1000,
  toUs: ms * 1000 + 1001,
  lostPackets: 2,
  reason,
});

describe('FlushQueue', () => {
  test('appends in order, one at a time', async () => {
    const target = new GatedTarget();
    const counts = new Counts();
    const queue = new FlushQueue(target, counts);
    for (const ms of [10, 20, 30]) queue.offer(flush(ms, block(ms)));
    for (let i = 0; i < 3; i++) {
      await target.answer();
      expect(target.asked.length).toBe(i + 1);
    }
    await queue.close(5000);
    expect(target.firstTimes).toEqual([10_000, 20_000, 30_000]);
    expect(counts).toEqual({ appendedBlocks: 3, failures: 0, packetsGivenUp: { 'ring-slow': 0, 'ring-refused': 0 } });
    expect(queue.waitingBytes).toBe(0);
  });

  test('tries a failed append again with the same object', async () => {
    const target = new GatedTarget();
    const counts = new Counts();
    const queue = new FlushQueue(target, counts, { retryMs: 1 });
    queue.offer(flush(10, block(10)));
    await target.answer(new Error('LOADING'));
    await target.answer();
    await queue.close(5000);
    expect(target.asked[1]).toBe(target.asked[0]);
    expect(counts).toMatchObject({ appendedBlocks: 1, failures: 1, packetsGivenUp: { 'ring-slow': 0 } });
  });

  test('does not try again what is refused: its packets are a gap of the next append', async () => {
    const target = new GatedTarget();
    const counts = new Counts();
    const queue = new FlushQueue(target, counts);
    const gap = { fromUs: 1, toUs: 2, lostPackets: 5, reason: 'kernel-drop' } as const;
    queue.offer({ ...flush(10, block(10)), gaps: [gap] });
    await target.answer(new RingRefusedError('web', 'WRONGTYPE', null));
    queue.offer(flush(20, block(20)));
    await target.answer();
    await queue.close(5000);
    expect(target.firstTimes).toEqual([20_000]);
    expect(target.taken[0]?.gaps).toEqual([gap, lost(10, 'ring-refused')]);
    expect(counts).toMatchObject({ failures: 1, packetsGivenUp: { 'ring-slow': 0, 'ring-refused': 2 } });
  });

  test('heartbeats join what waits: they need no append of their own', async () => {
    const target = new GatedTarget();
    const queue = new FlushQueue(target, new Counts());
    queue.offer(flush(10, block(10)));
    for (let ms = 20; ms <= 1000; ms++) queue.offer(flush(ms, null));
    for (let i = 0; i < 2; i++) await target.answer();
    await queue.close(5000);
    expect(target.taken.map(({ newestUs, block: packed }) => [newestUs, packed === null])).toEqual([
      [10_000, false],
      [1_000_000, true],
    ]);
  });

  test('past its limit gives up the oldest and leaves a gap where it was', async () => {
    const target = new GatedTarget();
    const counts = new Counts();
    const maxBytes = 3000;
    const queue = new FlushQueue(target, counts, { maxBytes });
    queue.offer(flush(10, block(10)));
    await waitUntil(() => target.asked.length === 1, { what: 'the first append' });
    for (const ms of [20, 30, 40, 50, 60]) {
      queue.offer(flush(ms, block(ms)));
      expect(queue.waitingBytes).toBeLessThanOrEqual(maxBytes);
    }
    await waitUntil(() => counts.packetsGivenUp['ring-slow'] === 6, { what: 'three blocks to be given up' });
    for (let i = 0; i < 3; i++) await target.answer();
    await queue.close(5000);
    expect(target.firstTimes).toEqual([10_000, 50_000, 60_000]);
    expect(target.taken.map(({ gaps }) => gaps)).toEqual([[], [20, 30, 40].map((ms) => lost(ms, 'ring-slow')), []]);
  });

  test('an outage of hours leaves few gaps, and every packet counted', async () => {
    const target = new GatedTarget();
    const counts = new Counts();
    const queue = new FlushQueue(target, counts, { maxBytes: 1 });
    const count = 1000;
    for (let i = 0; i < count; i++) queue.offer(flush(i * 100, block(i * 100)));
    const closed = queue.close(5000).then(() => true);
    while (!(await Promise.race([closed, target.answer().then(() => false)])));
    const gaps = target.taken.flatMap((append) => append.gaps);
    expect(gaps.length).toBeLessThan(100);
    const given = gaps.reduce((sum, { lostPackets }) => sum + lostPackets, 0);
    expect(counts.packetsGivenUp['ring-slow']).toBe(given);
    expect(given + 2 * counts.appendedBlocks).toBe(2 * count);
  });

  test('tells of a clock that was set, also when what it came with is given up', async () => {
    const target = new GatedTarget();
    let [wallUs, steadyMs] = [1e15, 0];
    const pass = (ms: number, stepUs = 0) => {
      steadyMs += ms;
      wallUs += ms * 1000 + stepUs;
    };
    const clock = new ClockWatch({ wallUs: () => wallUs, steadyMs: () => steadyMs });
    const queue = new FlushQueue(target, new Counts(), { clock });
    pass(100, -5_000_000);
    queue.offer({ block: block(10), newestUs: 1e15, gaps: [] });
    await target.answer(new RingRefusedError('web', 'no', null));
    pass(100);
    queue.offer({ block: null, newestUs: 1e15, gaps: [] });
    await target.answer();
    pass(100, 2_000_000);
    queue.offer({ block: null, newestUs: 1e15 - 2_700_000, gaps: [] });
    await target.answer();
    await queue.close(5000);
    expect(target.taken.map(({ newestUs, clockStepUs }) => [newestUs - 1e15, clockStepUs])).toEqual([
      [-4_800_000, -5_000_000],
      [-2_700_000, 2_000_000],
    ]);
  });

  test('close does not wait for a ring that never answers, and counts what it leaves', async () => {
    const counts = new Counts();
    const queue = new FlushQueue({ append: () => new Promise(() => undefined) }, counts);
    for (const ms of [10, 20, 30]) queue.offer(flush(ms, block(ms)));
    await queue.close(1);
    expect(counts.packetsGivenUp['ring-slow']).toBe(6);
  });
});
