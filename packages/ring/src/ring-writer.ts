/** Appends blocks to the ring of one node. One append at a time: the order of appends is the order of time. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { PackedBlock } from './block.ts';
import { formatEntryTail, sumOf } from './block-entry.ts';
import { openBlockIndex } from './block-index.ts';
import type { Gap } from './coverage.ts';
import { NODES_KEY, type RingKeys, ringKeys, sanitizeNode } from './keys.ts';
import { APPEND_SCRIPT, LEASE_MS } from './ring-append.ts';
import { hasEnded, thisHolder } from './ring-holder.ts';
import type { RingRedis } from './ring-redis.ts';
import { isRefusal, parseHeld, RingHeldError, RingRefusedError } from './ring-refused-error.ts';
import { RingUnavailableError } from './ring-unavailable-error.ts';
import { storedCost } from './stored-cost.ts';

/** A ring must hold several full blocks even when they do not compress. */
export const MIN_RING_BYTES: number = 4 * 1024 * 1024;

/** Appends after which the node is listed again, in case the list alone was lost: once a minute at ten a second. */
const ANNOUNCE_EVERY = 600;

/** Between two looks at a ring that somebody holds: a living holder has appended a few times by then. */
const HELD_LOOK_MS = 500;

export interface RingLimits {
  /** Memory in Redis, at least MIN_RING_BYTES. */
  readonly maxBytes: number;
  readonly maxAgeUs: number;
}

export interface Append {
  /** null: nothing was captured meanwhile, only the reach moves. */
  readonly block: PackedBlock | null;
  /** Everything captured up to here is in this or an earlier append. */
  readonly newestUs: number;
  readonly gaps: readonly Gap[];
  /** How far the wall clock was set since the append before, negative for back. Only then may newestUs go back. */
  readonly clockStepUs?: number;
}

/** The ring after an append. */
export interface RingState {
  /** Memory in Redis. */
  readonly bytes: number;
  readonly blocks: number;
  /** Blocks this append forgot. */
  readonly evicted: number;
  readonly oldestUs: number;
  readonly newestUs: number;
  /** Packets taken in since the ring began, and those of them forgotten since: the difference is in the ring. */
  readonly takenPackets: number;
  readonly evictedPackets: number;
}

export class RingWriter {
  private readonly redis: RingRedis;
  private readonly node: string;
  private readonly limits: RingLimits;
  private readonly keys: RingKeys;
  private readonly holder: string;
  private readonly writer = randomBytes(6).toString('hex');
  private endedWriter = '';
  private sequence = 0;
  private latest: Append | null = null;
  private state: RingState | null = null;
  private sinceUs: number;
  private isAnnounced = false;

  /**
   * redis: made with WRITER_CONNECTION. startUs: when the capture began; between the ring's reach and this lies a gap.
   * @throws RangeError on impossible limits.
   */
  constructor(redis: RingRedis, node: string, limits: RingLimits, startUs: number) {
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
    this.holder = JSON.stringify(thisHolder(startUs));
  }

  /**
   * Takes the ring, from a capture that has ended at once, otherwise when its lease has run out, and brings it within the limits.
   * Appending does the same, but fails where this waits. @throws RingHeldError when another capture is alive: soon
   */
  async open(): Promise<RingState> {
    const first: Append = { block: null, newestUs: this.sinceUs, gaps: [] };
    const deadlineMs = performance.now() + LEASE_MS + HELD_LOOK_MS;
    let seen: RingHeldError | null = null;
    for (;;) {
      try {
        return await this.append(first);
      } catch (error) {
        if (!(error instanceof RingHeldError)) throw error;
        const isAlive = seen !== null && (seen.writer !== error.writer || seen.sequence !== error.sequence);
        if (hasEnded(error.holder)) this.endedWriter = error.writer;
        else if (isAlive || performance.now() > deadlineMs) throw error;
        else await delay(HELD_LOOK_MS);
        seen = error;
      }
    }
  }

  /** Atomic. After a rejection the same object may be given again: it is taken in once, whatever became of the first try. */
  async append(append: Append): Promise<RingState> {
    if (append !== this.latest) this.sequence++;
    this.latest = append;
    return this.send(append, LEASE_MS);
  }

  /** Lets the next capture begin at once. Nothing may be appended afterwards. */
  async release(): Promise<void> {
    this.sequence++;
    await this.send({ block: null, newestUs: this.sinceUs, gaps: [] }, 0);
  }

  private async send(append: Append, leaseMs: number): Promise<RingState> {
    const { blocks, indexes, times, order, gaps, state: stateKey } = this.keys;
    const keys = [blocks, indexes, times, order, gaps, stateKey];
    const values = this.arguments(append, leaseMs);
    const reply = (await this.ask(this.redis.eval(APPEND_SCRIPT, keys.length, ...keys, ...values))) as unknown[];
    const [bytes = 0, held = 0, evicted = 0, oldestUs = 0, newestUs = 0, takenPackets = 0, evictedPackets = 0, isNew] =
      reply.map(Number);
    this.sinceUs = append.newestUs;
    this.state = { bytes, blocks: held, evicted, oldestUs, newestUs, takenPackets, evictedPackets };
    if (isNew === 1 || this.sequence % ANNOUNCE_EVERY === 0) this.isAnnounced = false;
    if (!this.isAnnounced) await this.announce();
    return this.state;
  }

  private arguments(append: Append, leaseMs: number): (string | number | Buffer)[] {
    const { block, newestUs, gaps, clockStepUs = 0 } = append;
    const { oldestUs = '', takenPackets = '', evictedPackets = '' } = this.state ?? {};
    return [
      this.writer,
      this.sequence,
      this.holder,
      this.endedWriter,
      leaseMs,
      this.sinceUs,
      newestUs,
      clockStepUs,
      oldestUs,
      takenPackets,
      evictedPackets,
      this.limits.maxBytes,
      this.limits.maxAgeUs,
      block === null ? '' : entryTail(block),
      block === null ? '' : asBuffer(block.block),
      block === null ? '' : asBuffer(block.index),
      this.keys.reach,
      ...gaps.flatMap((gap) => [gap.fromUs, gap.toUs, gap.lostPackets, gap.reason]),
    ];
  }

  /** The block is in by now: a failure here waits for the next append. */
  private async announce(): Promise<void> {
    this.isAnnounced = await this.redis.sadd(NODES_KEY, this.node).then(
      () => true,
      () => false,
    );
  }

  private async ask<T>(reply: Promise<T>): Promise<T> {
    try {
      return await reply;
    } catch (error) {
      if (!isRefusal(error)) throw new RingUnavailableError(this.node, error);
      const held = parseHeld(error.message);
      throw held === null
        ? new RingRefusedError(this.node, error.message, error)
        : new RingHeldError(this.node, held, error);
    }
  }
}

function entryTail({ block, index, firstUs, lastUs }: PackedBlock): string {
  const opened = openBlockIndex(index);
  return formatEntryTail({
    firstUs,
    lastUs,
    cost: storedCost(block.length, index.length),
    packets: opened?.packets ?? 0,
    resets: opened?.resetCount ?? 0,
    blockSum: sumOf(block),
    indexSum: sumOf(index),
  });
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
