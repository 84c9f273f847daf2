/**
 * Blocks and indexes of one ring as Redis has them, each held against the sum that was written with it. What does not fit is left
 * out and remembered as a gap; what was evicted while it was looked for is only left out.
 */

import { unpackBlock } from './block.ts';
import { MAX_BLOCK_SPAN_US } from './block-builder.ts';
import { type BlockEntry, parseEntry, sumOf } from './block-entry.ts';
import { type BlockIndex, openBlockIndex } from './block-index.ts';
import { ByteLru } from './byte-lru.ts';
import type { Gap, TimeWindow } from './coverage.ts';
import type { RingKeys } from './keys.ts';
import { answered } from './redis-answer.ts';
import type { RingFrame } from './ring-frame.ts';
import type { RingRedis } from './ring-redis.ts';

/** Memory for indexes: some minutes of a busy node. */
const INDEX_CACHE_BYTES = 32 * 1024 * 1024;
/** Memory for parsed entries: the same are listed for every question of the time around them. */
const ENTRY_CACHE_BYTES = 8 * 1024 * 1024;
/** Memory of one beside its text. */
const ENTRY_LEN = 300;
/** Indexes asked for at once: some megabytes, so that Redis is never busy with one answer for long. */
const INDEXES_AT_ONCE = 256;
/** Memory of a reset once it has been read from its index: the object and its two texts. */
const RESET_RECORD_LEN = 200;
/** Damages remembered; the first found are forgotten. */
const MAX_DAMAGES = 1000;

export class StoredBlocks {
  private readonly redis: RingRedis;
  private readonly node: string;
  private readonly keys: RingKeys;
  private readonly indexCache = new ByteLru<BlockIndex>(INDEX_CACHE_BYTES);
  private readonly entryCache = new ByteLru<BlockEntry>(ENTRY_CACHE_BYTES);
  private readonly damages = new Map<string, Gap>();
  private forgotten = 0;

  constructor(redis: RingRedis, node: string, keys: RingKeys) {
    this.redis = redis;
    this.node = node;
    this.keys = keys;
  }

  /** `damaged-block` of what was found so far and lies behind oldestUs; the others are forgotten. */
  damagesSince(oldestUs: number): readonly Gap[] {
    for (const [id, { toUs }] of this.damages) if (toUs <= oldestUs) this.damages.delete(id);
    return [...this.damages.values()];
  }

  /** Packets of blocks that were evicted between looking for them and reading them. */
  get forgottenPackets(): number {
    return this.forgotten;
  }

  /** Blocks that may hold packets of the window, in order of their last packet. */
  async entries({ fromUs, toUs }: TimeWindow): Promise<readonly BlockEntry[]> {
    const reply = this.redis.zrangebyscore(this.keys.times, fromUs, toUs + MAX_BLOCK_SPAN_US, 'WITHSCORES');
    const texts = await answered(this.node, reply);
    const entries: BlockEntry[] = [];
    for (let i = 0; i < texts.length; i += 2) {
      const entry = this.parse(texts[i] as string, Number(texts[i + 1]));
      if (entry !== null && entry.firstUs < toUs) entries.push(entry);
    }
    return entries;
  }

  /** Indexes in the order of the entries. */
  async indexes(entries: readonly BlockEntry[]): Promise<ReadonlyMap<BlockEntry, BlockIndex>> {
    const found = new Map<BlockEntry, BlockIndex>();
    for (let at = 0; at < entries.length; at += INDEXES_AT_ONCE) {
      await this.readIndexes(entries.slice(at, at + INDEXES_AT_ONCE), found);
    }
    return found;
  }

  /** null: damaged, or evicted meanwhile. */
  async frames(entry: BlockEntry): Promise<readonly RingFrame[] | null> {
    return (await this.read(entry))?.frames ?? null;
  }

  /** Bytes kept of a block's packets, and what they take; null as above. */
  async sizes(entry: BlockEntry): Promise<{ readonly keptLen: number; readonly packedLen: number } | null> {
    const read = await this.read(entry);
    if (read === null) return null;
    return { keptLen: read.frames.reduce((sum, { bytes }) => sum + bytes.length, 0), packedLen: read.packedLen };
  }

  clear(): void {
    this.indexCache.clear();
    this.entryCache.clear();
    this.damages.clear();
  }

  private async read(
    entry: BlockEntry,
  ): Promise<{ readonly frames: readonly RingFrame[]; readonly packedLen: number } | null> {
    const bytes = await answered(this.node, this.redis.hgetBuffer(this.keys.blocks, entry.id));
    if (bytes === null) {
      await this.noteMissing([entry]);
      return null;
    }
    const frames = sumOf(bytes) === entry.blockSum ? await unpackBlock(bytes) : null;
    if (frames === null) this.noteDamage(entry);
    return frames === null ? null : { frames, packedLen: bytes.length };
  }

  private async readIndexes(entries: readonly BlockEntry[], found: Map<BlockEntry, BlockIndex>): Promise<void> {
    const unknown = entries.filter(({ id }) => this.indexCache.get(id) === undefined);
    const read = unknown.length === 0 ? new Map<string, BlockIndex>() : await this.fetchIndexes(unknown);
    for (const entry of entries) {
      const index = read.get(entry.id) ?? this.indexCache.get(entry.id);
      if (index !== undefined) found.set(entry, index);
    }
  }

  private async fetchIndexes(entries: readonly BlockEntry[]): Promise<ReadonlyMap<string, BlockIndex>> {
    const ids = entries.map(({ id }) => id);
    const replies = await answered(this.node, this.redis.hmgetBuffer(this.keys.indexes, ...ids));
    const read = new Map<string, BlockIndex>();
    const missing: BlockEntry[] = [];
    for (const [i, entry] of entries.entries()) {
      const bytes = replies[i] ?? null;
      if (bytes === null) missing.push(entry);
      else {
        const index = sumOf(bytes) === entry.indexSum ? openBlockIndex(bytes) : null;
        if (index === null) this.noteDamage(entry);
        else {
          read.set(entry.id, index);
          this.indexCache.set(entry.id, index, bytes.length + entry.resets * RESET_RECORD_LEN);
        }
      }
    }
    if (missing.length > 0) await this.noteMissing(missing);
    return read;
  }

  /** Evicting takes entry and bytes at once: bytes that are gone while their entry is still there were lost. */
  private async noteMissing(entries: readonly BlockEntry[]): Promise<void> {
    const texts = entries.map(({ text }) => text);
    const scores = await answered(this.node, this.redis.zmscore(this.keys.times, ...texts));
    for (const [i, entry] of entries.entries()) {
      if ((scores[i] ?? null) !== null) this.noteDamage(entry);
      else this.forgotten += entry.packets;
    }
  }

  /** null for a text that is no entry: a block that cannot be found any more. */
  private parse(text: string, lastUs: number): BlockEntry | null {
    const known = this.entryCache.get(text);
    if (known !== undefined) return known;
    const entry = parseEntry(text);
    if (entry !== null) this.entryCache.set(text, entry, text.length + ENTRY_LEN);
    else this.note(text, lastUs - MAX_BLOCK_SPAN_US, lastUs, 0);
    return entry;
  }

  private noteDamage({ id, firstUs, lastUs, packets }: BlockEntry): void {
    this.note(id, firstUs, lastUs, packets);
  }

  private note(id: string, firstUs: number, lastUs: number, lostPackets: number): void {
    this.damages.set(id, { fromUs: firstUs, toUs: lastUs + 1, lostPackets, reason: 'damaged-block' });
    for (const oldest of this.damages.keys()) {
      if (this.damages.size <= MAX_DAMAGES) break;
      this.damages.delete(oldest);
    }
  }
}
