/**
 * Asks the ring of one node by time and connection. Indexes are read first, blocks only where the index lists the connection;
 * both are immutable and kept. It decides nothing: whether an answer is complete is for the caller to read from the coverage.
 */
import type { ChainableCommander, Redis } from 'ioredis';
import { unpackBlock } from './block.ts';
import { MAX_BLOCK_SPAN_US } from './block-builder.ts';
import { type BlockIndex, openBlockIndex } from './block-index.ts';
import { ByteLru } from './byte-lru.ts';
import { type ConnectionKey, type Endpoints, hashEndpoints, keyEndpoints } from './connection-key.ts';
import type { Coverage, TimeWindow } from './coverage.ts';
import { ConnectionSet, type EndpointFilter, endpointTest } from './endpoint-filter.ts';
import { parseGap } from './gap-member.ts';
import { type BlockId, NODES_KEY, parseBlockId, type RingKeys, ringKeys, sanitizeNode } from './keys.ts';
import { OpenedBlock } from './opened-block.ts';
import { ReachSubscription } from './reach-subscription.ts';
import type { ResetRecord } from './reset-record.ts';
import type { RingFrame } from './ring-frame.ts';
import { RingUnavailableError } from './ring-unavailable-error.ts';

export interface ConnectionFrames {
  /** In order of time. */
  readonly frames: readonly RingFrame[];
  /** What the ring covered when it was read. */
  readonly coverage: Coverage;
}

/** Memory for indexes and for unpacked blocks: some minutes and some seconds of a busy node. */
const INDEX_CACHE_BYTES = 32 * 1024 * 1024;
const BLOCK_CACHE_BYTES = 64 * 1024 * 1024;
/** A Redis that has not answered by then counts as away: ioredis itself would wait for ever. */
const ANSWER_TIMEOUT_MS = 5000;

const NOTHING: Coverage = { oldestUs: 0, newestUs: 0, gaps: [], bytes: 0, blocks: 0 };

/** Windows are half-open. Every method rejects with RingUnavailableError when the ring could not be asked. */
export class RingReader {
  private readonly redis: Redis;
  private readonly node: string;
  private readonly keys: RingKeys;
  private readonly indexes = new ByteLru<BlockIndex>(INDEX_CACHE_BYTES);
  private readonly blocks = new ByteLru<OpenedBlock>(BLOCK_CACHE_BYTES);
  private reach: ReachSubscription | null = null;

  /** redis: stays the caller's; close() leaves it open. */
  constructor(redis: Redis, node: string) {
    this.redis = redis;
    this.node = sanitizeNode(node);
    this.keys = ringKeys(node);
  }

  /** Nodes that have a ring now, sorted. */
  static async nodes(redis: Redis): Promise<readonly string[]> {
    const names = await answered('*', redis.smembers(NODES_KEY));
    const alive = await Promise.all(names.map((name) => answered(name, redis.exists(ringKeys(name).state))));
    return names.filter((_, i) => alive[i] === 1).sort();
  }

  /** null: this node has no ring, or it has expired. */
  async coverage(): Promise<Coverage | null> {
    const { keys } = this;
    const [state, blocks, gaps] = await this.transaction((multi) =>
      multi.hmget(keys.state, 'oldestUs', 'newestUs', 'bytes').zcard(keys.times).zrange(keys.gaps, '0', '-1'),
    );
    const [oldestUs, newestUs, bytes] = state as (string | null)[];
    if (typeof oldestUs !== 'string' || typeof newestUs !== 'string') return null;
    return {
      oldestUs: Number(oldestUs),
      newestUs: Number(newestUs),
      gaps: (gaps as string[]).map(parseGap).filter((gap) => gap !== null),
      bytes: Number(bytes),
      blocks: Number(blocks),
    };
  }

  /** Resets in the window, in order of time. From indexes only. */
  async resets(window: TimeWindow): Promise<readonly ResetRecord[]> {
    const indexes = await this.indexesOf(await this.blockIds(window));
    return [...indexes.values()]
      .filter((index) => index.resetCount > 0)
      .flatMap((index) => index.resets())
      .filter((reset) => within(reset.tsUs, window))
      .sort((a, b) => a.tsUs - b.tsUs);
  }

  /** Connections with packets in the window. Reads every block of the window: keep it short. */
  async connectionsOf(window: TimeWindow, filter: EndpointFilter): Promise<readonly ConnectionKey[]> {
    const accepts = endpointTest(filter);
    const found = new ConnectionSet();
    for (const id of await this.blockIds(window)) {
      const block = await this.openedBlock(id);
      for (const { tsUs, ends } of block?.packets() ?? []) {
        if (within(tsUs, window) && accepts(ends)) found.add(ends);
      }
    }
    return found.keys;
  }

  /** All frames of one connection in the window, as copies. */
  async connection(key: ConnectionKey, window: TimeWindow): Promise<ConnectionFrames> {
    const ends = keyEndpoints(key);
    const before = await this.coverage();
    const frames = ends === null ? [] : await this.framesOf(ends, window);
    const after = await this.coverage();
    // What was evicted while reading is missing, what was appended meanwhile was not looked for.
    const coverage = before === null || after === null ? NOTHING : { ...after, newestUs: before.newestUs };
    return { frames, coverage };
  }

  /** True when everything captured up to and with tsUs is in the ring; false when it is not after timeoutMs. */
  async waitForReach(tsUs: number, timeoutMs: number): Promise<boolean> {
    this.reach ??= new ReachSubscription(this.redis, this.keys.reach, async () =>
      Number(await this.ask(this.redis.hget(this.keys.state, 'newestUs'))),
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
    this.indexes.clear();
    this.blocks.clear();
  }

  private endReach(): void {
    this.reach?.close();
    this.reach = null;
  }

  private async framesOf(ends: Endpoints, window: TimeWindow): Promise<readonly RingFrame[]> {
    const hash = hashEndpoints(ends);
    const frames: RingFrame[] = [];
    for (const [id, index] of await this.indexesOf(await this.blockIds(window))) {
      if (index.packetsOf(hash) === 0) continue;
      const block = await this.openedBlock(id);
      frames.push(...(block?.framesOf(ends, hash) ?? []).filter((frame) => within(frame.tsUs, window)));
    }
    frames.sort((a, b) => a.tsUs - b.tsUs);
    return frames.map((frame, i) => ({ ...frame, frameNumber: i + 1 }));
  }

  /** Blocks that may hold packets of the window. */
  private async blockIds(window: TimeWindow): Promise<readonly BlockId[]> {
    const { fromUs, toUs } = window;
    const ids = await this.ask(this.redis.zrangebyscore(this.keys.times, fromUs, toUs + MAX_BLOCK_SPAN_US));
    return ids.map(parseBlockId).filter((id) => id !== null && id.firstUs < toUs) as BlockId[];
  }

  /** Indexes in the order of the ids; one that was evicted meanwhile is left out. */
  private async indexesOf(ids: readonly BlockId[]): Promise<ReadonlyMap<BlockId, BlockIndex>> {
    const unknown = ids.filter(({ id }) => this.indexes.get(id) === undefined).map(({ id }) => id);
    const read = new Map<string, BlockIndex>();
    if (unknown.length > 0) {
      const replies = await this.ask(this.redis.hmgetBuffer(this.keys.indexes, ...unknown));
      for (const [i, bytes] of replies.entries()) {
        if (bytes !== null) read.set(unknown[i] as string, this.openIndex(unknown[i] as string, bytes));
      }
    }
    const found = new Map<BlockId, BlockIndex>();
    for (const id of ids) {
      const index = read.get(id.id) ?? this.indexes.get(id.id);
      if (index !== undefined) found.set(id, index);
    }
    return found;
  }

  private openIndex(id: string, bytes: Buffer): BlockIndex {
    const index = openBlockIndex(bytes);
    if (index === null) throw this.unreadable(`index of block ${id}`, bytes);
    this.indexes.set(id, index, bytes.length);
    return index;
  }

  /** null: evicted meanwhile. */
  private async openedBlock({ id }: BlockId): Promise<OpenedBlock | null> {
    const kept = this.blocks.get(id);
    if (kept !== undefined) return kept;
    const bytes = await this.ask(this.redis.hgetBuffer(this.keys.blocks, id));
    if (bytes === null) return null;
    const records = await unpackBlock(bytes);
    if (records === null) throw this.unreadable(`block ${id}`, bytes);
    const block = new OpenedBlock(records);
    this.blocks.set(id, block, block.bytes);
    return block;
  }

  private unreadable(what: string, bytes: Uint8Array): RingUnavailableError {
    const start = Buffer.from(bytes.subarray(0, 4)).toString('latin1');
    return new RingUnavailableError(
      this.node,
      new Error(`${what}: ${bytes.length} bytes that begin with ${JSON.stringify(start)}`),
    );
  }

  private async transaction(build: (multi: ChainableCommander) => ChainableCommander): Promise<unknown[]> {
    const replies = await this.ask(build(this.redis.multi()).exec());
    return (replies ?? []).map(([error, value]) => {
      if (error !== null) throw new RingUnavailableError(this.node, error);
      return value;
    });
  }

  private ask<T>(reply: Promise<T>): Promise<T> {
    return answered(this.node, reply);
  }
}

/** The reply, or RingUnavailableError on a failure or after ANSWER_TIMEOUT_MS. */
async function answered<T>(node: string, reply: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer for ${ANSWER_TIMEOUT_MS} ms`)), ANSWER_TIMEOUT_MS);
  });
  try {
    return await Promise.race([reply, tooLate]);
  } catch (error) {
    throw new RingUnavailableError(node, error);
  } finally {
    clearTimeout(timer);
  }
}

function within(tsUs: number, window: TimeWindow): boolean {
  return tsUs >= window.fromUs && tsUs < window.toUs;
}
