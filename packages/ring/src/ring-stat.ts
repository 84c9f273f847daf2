/** What a person wants to know about a ring: from its state and entries, and a sample of its blocks. */

import type { BlockEntry } from './block-entry.ts';
import { ringKeys, sanitizeNode } from './keys.ts';
import type { RingRedis } from './ring-redis.ts';
import { StoredBlocks } from './stored-blocks.ts';
import { readState, type StoredState } from './stored-state.ts';

export interface RingStat extends StoredState {
  readonly node: string;
  readonly packets: number;
  readonly resets: number;
  /** Of a sample of the blocks; null without any. */
  readonly compression: Compression | null;
}

export interface Compression {
  /** Bytes kept of packets for each byte of block. */
  readonly ratio: number;
  readonly bytesPerPacket: number;
}

/** Blocks that are unpacked for the sample: tens of milliseconds. */
const SAMPLE = 16;

const ALWAYS = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER / 2 };

/** null: this node has no ring, or it has expired. @throws RingUnavailableError */
export async function readRingStat(redis: RingRedis, node: string): Promise<RingStat | null> {
  const keys = ringKeys(node);
  const stored = new StoredBlocks(redis, sanitizeNode(node), keys);
  const state = await readState(redis, sanitizeNode(node), keys);
  if (state === null) return null;
  const entries = await stored.entries(ALWAYS);
  const compression = await sampleCompression(stored, evenly(entries));
  return {
    node: sanitizeNode(node),
    ...state,
    gaps: [...state.gaps, ...stored.damagesSince(state.oldestUs)].sort((a, b) => a.fromUs - b.fromUs),
    packets: entries.reduce((sum, { packets }) => sum + packets, 0),
    resets: entries.reduce((sum, { resets }) => sum + resets, 0),
    compression,
  };
}

function evenly(entries: readonly BlockEntry[]): readonly BlockEntry[] {
  const step = Math.max(1, entries.length / SAMPLE);
  return entries.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step)).slice(0, SAMPLE);
}

async function sampleCompression(stored: StoredBlocks, entries: readonly BlockEntry[]): Promise<Compression | null> {
  let [keptLen, packedLen, packets] = [0, 0, 0];
  for (const entry of entries) {
    const sizes = await stored.sizes(entry);
    if (sizes === null) continue;
    keptLen += sizes.keptLen;
    packedLen += sizes.packedLen;
    packets += entry.packets;
  }
  return packets === 0 ? null : { ratio: keptLen / packedLen, bytesPerPacket: packedLen / packets };
}
