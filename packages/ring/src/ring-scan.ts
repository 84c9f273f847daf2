/**
 * All packets of a stretch of the ring in order of time, one block after the other: memory does not grow with the stretch.
 * What was damaged or went missing on the way is told afterwards.
 */

import type { BlockEntry } from './block-entry.ts';
import { type ConnectionKey, type Endpoints, hashEndpoints, keyEndpoints } from './connection-key.ts';
import type { Gap, TimeWindow } from './coverage.ts';
import { ringKeys, sanitizeNode } from './keys.ts';
import { OpenedBlock } from './opened-block.ts';
import type { RingFrame } from './ring-frame.ts';
import type { RingRedis } from './ring-redis.ts';
import { StoredBlocks } from './stored-blocks.ts';
import { TimeOrder } from './time-order.ts';

/** Which blocks are worth reading. Neither: all. */
export interface ScanOptions {
  /** Only the frames of this connection, and ICMP errors about it. */
  readonly connection?: ConnectionKey;
  /** Only blocks with a reset in them; their other frames too. */
  readonly hasResets?: boolean;
}

/** Frames handed over at once, at most. */
const BATCH = 1024;

export class RingScan {
  private readonly stored: StoredBlocks;
  private readonly options: ScanOptions;
  private readonly ends: Endpoints | null;

  constructor(redis: RingRedis, node: string, options: ScanOptions = {}) {
    this.stored = new StoredBlocks(redis, sanitizeNode(node), ringKeys(node));
    this.options = options;
    this.ends = options.connection === undefined ? null : keyEndpoints(options.connection);
  }

  /** Blocks found damaged so far. */
  get damages(): readonly Gap[] {
    return this.stored.damagesSince(0);
  }

  /** Packets of blocks that were evicted after the scan had begun and before they were read. */
  get forgottenPackets(): number {
    return this.stored.forgottenPackets;
  }

  /** Batches in order of time; frameNumber counts from 1. The bytes stay valid. @throws RingUnavailableError */
  async *frames(window: TimeWindow): AsyncGenerator<readonly RingFrame[]> {
    const order = new TimeOrder();
    let count = 0;
    const numbered = (frame: RingFrame): RingFrame => ({ ...frame, frameNumber: ++count });
    for (const entry of await this.wanted(window)) {
      for (const batch of inBatches(order.take(entry.firstUs))) yield batch.map(numbered);
      const frames = await this.framesOf(entry);
      order.add(frames.filter(({ tsUs }) => tsUs >= window.fromUs && tsUs < window.toUs));
    }
    for (const batch of inBatches(order.take(Number.POSITIVE_INFINITY))) yield batch.map(numbered);
  }

  /** In order of their first packet. */
  private async wanted(window: TimeWindow): Promise<readonly BlockEntry[]> {
    const entries = [...(await this.stored.entries(window))].sort((a, b) => a.firstUs - b.firstUs);
    const { connection, hasResets = false } = this.options;
    const candidates = hasResets ? entries.filter(({ resets }) => resets > 0) : entries;
    if (connection === undefined) return candidates;
    if (this.ends === null) return [];
    const hash = hashEndpoints(this.ends);
    const indexes = await this.stored.indexes(candidates);
    return candidates.filter((entry) => (indexes.get(entry)?.packetsOf(hash) ?? 0) > 0);
  }

  private async framesOf(entry: BlockEntry): Promise<readonly RingFrame[]> {
    const frames = (await this.stored.frames(entry)) ?? [];
    return this.ends === null ? frames : new OpenedBlock(frames).framesOf(this.ends, hashEndpoints(this.ends));
  }
}

function* inBatches(frames: readonly RingFrame[]): Generator<readonly RingFrame[]> {
  for (let at = 0; at < frames.length; at += BATCH) yield frames.slice(at, at + BATCH);
}
