/**
 * What the ring held of a window when it was asked: its indexes, read once, and the blocks, read where an answer needs them. Many
 * questions about one moment cost one to Redis.
 */
import type { BlockEntry } from './block-entry.ts';
import type { BlockIndex } from './block-index.ts';
import { type ConnectionKey, hashEndpoints, keyEndpoints } from './connection-key.ts';
import type { TimeWindow } from './coverage.ts';
import { type EndpointFilter, resetTest } from './endpoint-filter.ts';
import type { OpenedBlock } from './opened-block.ts';
import type { ResetRecord } from './reset-record.ts';
import type { RingFrame } from './ring-frame.ts';

/** null: damaged, or evicted meanwhile. */
export type OpenBlock = (entry: BlockEntry) => Promise<OpenedBlock | null>;

export class RingView {
  private readonly indexes: ReadonlyMap<BlockEntry, BlockIndex>;
  private readonly open: OpenBlock;

  /** indexes: in order of the blocks' last packets. */
  constructor(indexes: ReadonlyMap<BlockEntry, BlockIndex>, open: OpenBlock) {
    this.indexes = indexes;
    this.open = open;
  }

  /** Resets in a part of the view, in order of time. */
  resets(window: TimeWindow, filter: EndpointFilter = {}): readonly ResetRecord[] {
    const accepts = resetTest(filter);
    const found: ResetRecord[] = [];
    for (const [entry, index] of this.indexes) {
      if (entry.resets === 0 || entry.lastUs < window.fromUs || entry.firstUs >= window.toUs) continue;
      for (const reset of index.resets) if (within(reset.tsUs, window) && accepts(reset)) found.push(reset);
    }
    return found.sort((a, b) => a.tsUs - b.tsUs);
  }

  /** Whether a block that lies wholly in the window has packets of the connection, or of one with its hash. Reads no block. */
  isListed(key: ConnectionKey, { fromUs, toUs }: TimeWindow): boolean {
    const ends = keyEndpoints(key);
    if (ends === null) return false;
    const hash = hashEndpoints(ends);
    for (const [entry, index] of this.indexes) {
      if (entry.firstUs >= fromUs && entry.lastUs < toUs && index.packetsOf(hash) > 0) return true;
    }
    return false;
  }

  /** All frames of one connection in a part of the view, in order of time. Their bytes are shared with later answers: not to be changed. */
  async frames(key: ConnectionKey, window: TimeWindow): Promise<readonly RingFrame[]> {
    const ends = keyEndpoints(key);
    if (ends === null) return [];
    const hash = hashEndpoints(ends);
    const frames: RingFrame[] = [];
    for (const [entry, index] of this.indexes) {
      if (entry.lastUs < window.fromUs || entry.firstUs >= window.toUs || index.packetsOf(hash) === 0) continue;
      const block = await this.open(entry);
      for (const frame of block?.framesOf(ends, hash) ?? []) if (within(frame.tsUs, window)) frames.push(frame);
    }
    frames.sort((a, b) => a.tsUs - b.tsUs);
    return frames.map((frame, i) => ({ ...frame, frameNumber: i + 1 }));
  }
}

export function within(tsUs: number, { fromUs, toUs }: TimeWindow): boolean {
  return tsUs >= fromUs && tsUs < toUs;
}
