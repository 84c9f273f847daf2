/**
 * The connections that are being captured, by the hash of their ends: each has a row, a small number, under which others keep
 * what they must remember from one packet to the next in arrays of their own. Bounded: the longest silent make room.
 *
 * Two connections with one hash share a row. At 100,000 live connections that befalls about one pair (birthday bound), whose
 * packets are all kept as ever; what is counted or trimmed by row may be wrong for it.
 */
import type { Packet, TimestampUs } from '@resetscope/wire';

/** Rows at most. Arrays of that length take memory only where they are used (zero pages of the kernel). */
export const MAX_CONNECTIONS = 262_144;

/** A connection this long silent is forgotten: conntrack keeps an established one for days, but a ring does not reach as far. */
const IDLE_US = 900 * 1e6;
/** One that has ended is kept for its late segments: longer than any round trip. */
const ENDED_US = 5 * 1e6;
/** Rows looked at in a sweep: a full table is gone through in seven minutes at ten sweeps a second. */
const SWEEP_ROWS = 64;

const NONE = -1;

export class ConnectionTable {
  /** Was the row of the latest rowOf made for it? */
  isNew = false;
  private readonly onForget: (row: number) => void;
  private readonly capacity: number;
  private readonly mask: number;
  /** First row of each bucket, plus one; 0: empty. */
  private readonly buckets: Int32Array;
  private readonly hashes: Int32Array;
  /** Next row of the bucket, or NONE. */
  private readonly nexts: Int32Array;
  private readonly lastUs: Float64Array;
  private readonly ended: Uint8Array;
  private readonly used: Uint8Array;
  /** Rows that were used and are free again, newest last. */
  private readonly free: number[] = [];
  private rows = 0;
  private hand = 0;
  private live = 0;

  /** onForget: the row is about to be free. capacity: a power of two. */
  constructor(onForget: (row: number) => void = () => undefined, capacity: number = MAX_CONNECTIONS) {
    this.onForget = onForget;
    this.capacity = capacity;
    this.mask = capacity - 1;
    this.buckets = new Int32Array(capacity);
    this.hashes = new Int32Array(capacity);
    this.nexts = new Int32Array(capacity);
    this.lastUs = new Float64Array(capacity);
    this.ended = new Uint8Array(capacity);
    this.used = new Uint8Array(capacity);
  }

  /** Connections with a row. */
  get size(): number {
    return this.live;
  }

  /** Row of the connection; sets isNew. hash: pairHash. The packet tells the time. */
  rowOf(hash: number, { tsUs }: Pick<Packet, 'tsUs'>): number {
    let row = (this.buckets[hash & this.mask] as number) - 1;
    while (row !== NONE && this.hashes[row] !== hash) row = this.nexts[row] as number;
    this.isNew = row === NONE;
    if (this.isNew) row = this.insert(hash);
    this.lastUs[row] = tsUs;
    return row;
  }

  /** The connection has ended; a packet of a new one on the same ends makes it live again. */
  setEnded(row: number, ended: boolean): void {
    this.ended[row] = ended ? 1 : 0;
  }

  /** Forgets some of those that have been silent for too long. About ten times a second. */
  sweep(nowUs: TimestampUs): void {
    for (let i = Math.min(SWEEP_ROWS, this.rows); i > 0; i--) {
      const row = this.turnHand();
      if (this.used[row] === 1 && nowUs - (this.lastUs[row] as number) > this.limitUs(row)) this.forget(row);
    }
  }

  private limitUs(row: number): number {
    return this.ended[row] === 1 ? ENDED_US : IDLE_US;
  }

  private insert(hash: number): number {
    const row = this.takeRow();
    const bucket = hash & this.mask;
    this.hashes[row] = hash;
    this.nexts[row] = (this.buckets[bucket] as number) - 1;
    this.buckets[bucket] = row + 1;
    this.used[row] = 1;
    this.ended[row] = 0;
    this.live++;
    return row;
  }

  private takeRow(): number {
    if (this.free.length === 0 && this.rows === this.capacity) this.forget(this.longestSilent());
    return this.free.pop() ?? this.rows++;
  }

  /** Of the next rows under the hand. */
  private longestSilent(): number {
    let oldest = this.turnHand();
    for (let i = 1; i < SWEEP_ROWS; i++) {
      const row = this.turnHand();
      if ((this.lastUs[row] as number) < (this.lastUs[oldest] as number)) oldest = row;
    }
    return oldest;
  }

  private turnHand(): number {
    this.hand = this.hand + 1 < this.rows ? this.hand + 1 : 0;
    return this.hand;
  }

  private forget(row: number): void {
    this.onForget(row);
    this.unlink(row);
    this.used[row] = 0;
    this.live--;
    this.free.push(row);
  }

  private unlink(row: number): void {
    const bucket = (this.hashes[row] as number) & this.mask;
    const next = this.nexts[row] as number;
    let at = (this.buckets[bucket] as number) - 1;
    if (at === row) {
      this.buckets[bucket] = next + 1;
      return;
    }
    while (this.nexts[at] !== row) at = this.nexts[at] as number;
    this.nexts[at] = next;
  }
}
