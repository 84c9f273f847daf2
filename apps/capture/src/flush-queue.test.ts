import { describe, expect, test } from '@jest/globals';
import { type Append, BlockBuilder, type RingState, type SealedBlock } from '@resetscope/ring';
import { buildTcpFrame, FrameWindow, LinkType } from '@resetscope/wire';
import { type AppendTarget, type FlushObserver, FlushQueue } from './flush-queue.ts';

const STATE: RingState = { bytes: 0, blocks: 0, evicted: 0, oldestUs: 0, newestUs: 0 };

/** A ring that takes an append only when it is let. */
class GatedTarget implements AppendTarget {
  readonly taken: Append[] = [];
  private readonly gates: ((error?: Error) => void)[] = [];
  private wake = (): void => undefined;

  append(append: Append): Promise<RingState> {
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
}

class Counts implements FlushObserver {
  appendedBlocks = 0;
  failures = 0;
  packetsGivenUp = 0;
  appended(_state: RingState, blockLen: number): void {
    if (blockLen > 0) this.appendedBlocks++;
  }
  appendFailed(): void {
    this.failures++;
  }
  gaveUp(packets: number): void {
    this.packetsGivenUp += packets;
  }
}

/** Two packets, at ms and ms + 1. */
function block(ms: number): SealedBlock {
  const builder = new BlockBuilder();
  const bytes = buildTcpFrame({ src: '10.0.0.1', dst: '10.0.0.2', srcPort: 1, dstPort: 2, flags: 16 });
  for (const tsUs of [ms * 1000, ms * 1000 + 1000]) {
    const frame = { frameNumber: 1, tsUs, linkType: LinkType.ETHERNET, wireLen: bytes.length, bytes };
    builder.add(FrameWindow.of(frame), 1);
  }
  return builder.seal()!;
}
const BLOCK_BYTES = block(0).records.bytes.length;

const flush = (ms: number, sealed: SealedBlock | null) => ({ block: sealed, newestUs: ms * 1000, gaps: [] });

describe('FlushQueue', () => {
  test('appends in order, one at a time', async () => {
    const target = new GatedTarget();
    const counts = new Counts();
    const queue = new FlushQueue(target, counts);
    for (const ms of [10, 20, 30]) queue.offer(flush(ms, block(ms)));
    for (let i = 0; i < 3; i++) await target.answer();
    await queue.close(5000);
    expect(target.taken.map(({ block: packed }) => packed?.firstUs)).toEqual([10_000, 20_000, 30_000]);
    expect(counts).toEqual({ appendedBlocks: 3, failures: 0, packetsGivenUp: 0 });
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
    expect(target.taken).toHaveLength(1);
    expect(counts).toEqual({ appendedBlocks: 1, failures: 1, packetsGivenUp: 0 });
  });

  test('heartbeats join what waits: they need no append of their own', async () => {
    const target = new GatedTarget();
    const queue = new FlushQueue(target, new Counts());
    queue.offer(flush(10, block(10)));
    queue.offer(flush(20, null));
    queue.offer(flush(30, null));
    for (let i = 0; i < 2; i++) await target.answer();
    await queue.close(5000);
    expect(target.taken.map(({ newestUs, block: packed }) => [newestUs, packed === null])).toEqual([
      [10_000, false],
      [30_000, true],
    ]);
  });

  test('past its limit gives up the oldest and leaves a gap where it was', async () => {
    const target = new GatedTarget();
    const counts = new Counts();
    const queue = new FlushQueue(target, counts, { maxBytes: 2 * BLOCK_BYTES });
    for (const ms of [10, 20, 30, 40, 50, 60]) {
      queue.offer(flush(ms, block(ms)));
      expect(queue.waitingBytes).toBeLessThanOrEqual(2 * BLOCK_BYTES);
    }
    // The first is being packed and on its way, the last two wait: three in between were given up.
    for (let i = 0; i < 3; i++) await target.answer();
    await queue.close(5000);
    expect(target.taken.map(({ block: packed }) => packed?.firstUs)).toEqual([10_000, 50_000, 60_000]);
    expect(target.taken[1]?.gaps).toEqual(
      [20, 30, 40].map((ms) => ({ fromUs: ms * 1000, toUs: ms * 1000 + 1001, lostPackets: 2, reason: 'ring-slow' })),
    );
    expect(counts.packetsGivenUp).toBe(6);
  });

  test('close does not wait for a ring that never answers', async () => {
    const queue = new FlushQueue({ append: () => new Promise(() => undefined) }, new Counts());
    queue.offer(flush(10, block(10)));
    await queue.close(1);
  });
});
