/**
 * Asks the ring of one node by time and connection. Indexes are read first, blocks only where the index lists the connection;
 * both are immutable and kept. It decides nothing: whether an answer is complete is for the caller to read from the coverage.
 */

import type { BlockEntry } from './block-entry.ts';
import { ByteLru } from './byte-lru.ts';
import type { ConnectionKey } from './connection-key.ts';
import type { Coverage, TimeWindow } from './coverage.ts';
import { ConnectionSet, type EndpointFilter, endpointTest } from './endpoint-filter.ts';
import { NODES_KEY, type RingKeys, ringKeys, sanitizeNode } from './keys.ts';
import { OpenedBlock } from './opened-block.ts';
import { ReachSubscription } from './reach-subscription.ts';
import { answered } from './redis-answer.ts';
import type { ResetRecord } from './reset-record.ts';
import type { RingFrame } from './ring-frame.ts';
import type { RingRedis } from './ring-redis.ts';
import { RingUnavailableError } from './ring-unavailable-error.ts';
import { RingView, within } from './ring-view.ts';
import { StoredBlocks } from './stored-blocks.ts';
import { readState } from './stored-state.ts';

export interface ConnectionFrames {
  /** In order of time. */
  readonly frames: readonly RingFrame[];
  /** What the ring covered when it was read. */
  readonly coverage: Coverage;
}

/** Memory for unpacked blocks: some seconds of a busy node. */
const BLOCK_CACHE_BYTES = 64 * 1024 * 1024;

const NOTHING: Coverage = { oldestUs: 0, newestUs: 0, gaps: [], bytes: 0, blocks: 0 };

/** Windows are half-open. Every method rejects with RingUnavailableError when the ring could not be asked. */
export class RingReader {
  private readonly redis: RingRedis;
  private readonly node: string;
  private readonly keys: RingKeys;
  private readonly stored: StoredBlocks;
  private readonly blocks = new ByteLru<OpenedBlock>(BLOCK_CACHE_BYTES);
  private readonly reading = new Map<string, Promise<OpenedBlock | null>>();
  private reach: ReachSubscription | null = null;

  /** redis: stays the caller's; close() leaves it open. */
  constructor(redis: RingRedis, node: string) {
    this.redis = redis;
    this.node = sanitizeNode(node);
    this.keys = ringKeys(node);
    this.stored = new StoredBlocks(redis, this.node, this.keys);
  }

  /** Nodes that have a ring now, sorted. */
  static async nodes(redis: RingRedis): Promise<readonly string[]> {
    const names = await answered('*', redis.smembers(NODES_KEY));
    const alive = await Promise.all(names.map((name) => answered(name, redis.exists(ringKeys(name).state))));
    return names.filter((_, i) => alive[i] === 1).sort();
  }

  /** null: this node has no ring, or it has expired. Its gaps name the damaged blocks that this reader has met. */
  async coverage(): Promise<Coverage | null> {
    const state = await readState(this.redis, this.node, this.keys);
    if (state === null) return null;
    const { oldestUs, newestUs, bytes, blocks } = state;
    const gaps = [...state.gaps, ...this.stored.damagesSince(oldestUs)].sort((a, b) => a.fromUs - b.fromUs);
    return { oldestUs, newestUs, gaps, bytes, blocks };
  }

  /** Resets in the window, in order of time. From indexes only. */
  async resets(window: TimeWindow, filter: EndpointFilter = {}): Promise<readonly ResetRecord[]> {
    const entries = (await this.stored.entries(window)).filter((entry) => entry.resets > 0);
    return (await this.viewOf(entries)).resets(window, filter);
  }

  /** For many questions about one window. */
  async view(window: TimeWindow): Promise<RingView> {
    return this.viewOf(await this.stored.entries(window));
  }

  /** Connections with packets in the window. Reads every block of the window: keep it short. */
  async connectionsOf(window: TimeWindow, filter: EndpointFilter): Promise<readonly ConnectionKey[]> {
    const accepts = endpointTest(filter);
    const found = new ConnectionSet();
    for (const entry of await this.stored.entries(window)) {
      const block = await this.openedBlock(entry);
      for (const { tsUs, ends } of block?.packets() ?? []) {
        if (within(tsUs, window) && accepts(ends)) found.add(ends);
      }
    }
    return found.keys;
  }

  /** All frames of one connection in the window, in order of time. Their bytes are shared with later answers: not to be changed. */
  async frames(key: ConnectionKey, window: TimeWindow): Promise<readonly RingFrame[]> {
    return (await this.view(window)).frames(key, window);
  }

  /** The same, and what the ring covered meanwhile: two questions more. */
  async connection(key: ConnectionKey, window: TimeWindow): Promise<ConnectionFrames> {
    const before = await this.coverage();
    const frames = await this.frames(key, window);
    const after = await this.coverage();
    // What was evicted while reading is missing, what was appended meanwhile was not looked for.
    const coverage = before === null || after === null ? NOTHING : { ...after, newestUs: before.newestUs };
    return { frames, coverage };
  }

  /** True when everything captured up to and with tsUs is in the ring; false when it is not after timeoutMs. */
  async waitForReach(tsUs: number, timeoutMs: number): Promise<boolean> {
    this.reach ??= new ReachSubscription(this.redis, this.keys.reach, async () =>
      Number(await answered(this.node, this.redis.hget(this.keys.state, 'newestUs'))),
    );
    try {
      return await this.reach.wait(tsUs, timeoutMs);
    } catch (error) {
      if (this.reach?.isBroken) this.endReach();
      throw error instanceof RingUnavailableError ? error : new RingUnavailableError(this.node, error);
    }
  }

  /** Ends the subscription and forgets what was kept. */
  async close(): Promise<void> {
    this.endReach();
    this.stored.clear();
    this.blocks.clear();
  }

  private endReach(): void {
    this.reach?.close();
    this.reach = null;
  }

  private async viewOf(entries: readonly BlockEntry[]): Promise<RingView> {
    return new RingView(await this.stored.indexes(entries), (entry) => this.openedBlock(entry));
  }

  /** null: damaged, or evicted meanwhile. Who asks for a block that is being read waits for it. */
  private async openedBlock(entry: BlockEntry): Promise<OpenedBlock | null> {
    const kept = this.blocks.get(entry.id);
    if (kept !== undefined) return kept;
    const reading = this.reading.get(entry.id) ?? this.readBlock(entry);
    this.reading.set(entry.id, reading);
    try {
      return await reading;
    } finally {
      this.reading.delete(entry.id);
    }
  }

  private async readBlock(entry: BlockEntry): Promise<OpenedBlock | null> {
    const frames = await this.stored.frames(entry);
    if (frames === null) return null;
    const block = new OpenedBlock(frames);
    this.blocks.set(entry.id, block, block.bytes);
    return block;
  }
}
