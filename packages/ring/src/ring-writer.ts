/** Appends blocks to the ring of one node. One append at a time: the order of appends is the order of time. */
import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Gap } from './coverage.ts';
import { formatBlockId, NODES_KEY, type RingKeys, ringKeys, sanitizeNode } from './keys.ts';
import { APPEND_SCRIPT } from './ring-append.ts';
import { RingUnavailableError } from './ring-unavailable-error.ts';
import { storedCost } from './stored-cost.ts';

/** A ring must hold several full blocks even when they do not compress. */
export const MIN_RING_BYTES: number = 4 * 1024 * 1024;

/** Appends after which the node is listed again, in case Redis was emptied: once a minute at ten a second. */
const ANNOUNCE_EVERY = 600;

export interface RingLimits {
  /** Memory in Redis, at least MIN_RING_BYTES. */
  readonly maxBytes: number;
  readonly maxAgeUs: number;
}

export interface PackedBlock {
  /** packBlock's. */
  readonly block: Uint8Array;
  /** BlockIndex.bytes. */
  readonly index: Uint8Array;
  readonly firstUs: number;
  readonly lastUs: number;
}

export interface Append {
  /** null: nothing was captured meanwhile, only the reach moves. */
  readonly block: PackedBlock | null;
  /** Everything captured up to here is in this or an earlier append. */
  readonly newestUs: number;
  readonly gaps: readonly Gap[];
}

/** The ring after an append. */
export interface RingState {
  readonly bytes: number;
  readonly blocks: number;
  /** Blocks this append forgot. */
  readonly evicted: number;
  readonly oldestUs: number;
  readonly newestUs: number;
}

export class RingWriter {
  private readonly redis: Redis;
  private readonly node: string;
  private readonly limits: RingLimits;
  private readonly keys: RingKeys;
  private readonly writer = randomBytes(6).toString('hex');
  private sequence = 0;
  private latest: Append | null = null;
  private sinceUs: number;

  /** startUs: when the capture began; between the ring's reach and this lies a gap. @throws RangeError on impossible limits. */
  constructor(redis: Redis, node: string, limits: RingLimits, startUs: number) {
    if (limits.maxBytes < MIN_RING_BYTES || limits.maxAgeUs <= 0) {
      throw new RangeError(
        `expected at least ${MIN_RING_BYTES} bytes and a positive age, got ${JSON.stringify(limits)}`,
      );
    }
    this.redis = redis;
    this.node = sanitizeNode(node);
    this.limits = limits;
    this.keys = ringKeys(node);
    this.sinceUs = startUs;
  }

  /** Atomic. After a rejection the same object may be given again: it is taken in once, whatever became of the first try. */
  async append(append: Append): Promise<RingState> {
    const { keys } = this;
    if (append !== this.latest) this.sequence++;
    this.latest = append;
    const reply = await this.ask(
      this.redis.eval(
        APPEND_SCRIPT,
        5,
        keys.blocks,
        keys.indexes,
        keys.times,
        keys.gaps,
        keys.state,
        ...this.arguments(append),
      ),
    );
    this.sinceUs = append.newestUs;
    if (this.sequence % ANNOUNCE_EVERY === 1) await this.ask(this.redis.sadd(NODES_KEY, this.node));
    const [bytes, blocks, evicted, oldestUs, newestUs] = (reply as readonly (string | number)[]).map(Number);
    return {
      bytes: bytes ?? 0,
      blocks: blocks ?? 0,
      evicted: evicted ?? 0,
      oldestUs: oldestUs ?? 0,
      newestUs: newestUs ?? 0,
    };
  }

  private arguments({ block, newestUs, gaps }: Append): (string | number | Buffer)[] {
    return [
      this.writer,
      this.sequence,
      this.sinceUs,
      newestUs,
      this.limits.maxBytes,
      this.limits.maxAgeUs,
      block === null ? '' : this.blockId(block),
      block === null ? '' : asBuffer(block.block),
      block === null ? '' : asBuffer(block.index),
      this.keys.reach,
      ...gaps.flatMap((gap) => [gap.fromUs, gap.toUs, gap.lostPackets, gap.reason]),
    ];
  }

  private blockId(block: PackedBlock): string {
    const cost = storedCost(block.block.length, block.index.length);
    return formatBlockId(this.writer, this.sequence, block.firstUs, block.lastUs, cost);
  }

  private async ask<T>(reply: Promise<T>): Promise<T> {
    try {
      return await reply;
    } catch (error) {
      throw new RingUnavailableError(this.node, error);
    }
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
