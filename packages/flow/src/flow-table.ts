/**
 * Finds the connection of a packet by its two ends, in either direction: a hash table with open addressing (linear probing,
 * deletion by shifting back), because a Map of numbers with chains behind it costs twice as much per packet (measured).
 */
import type { Packet } from '@resetscope/wire';
import { type FourTuple, senderIn, tupleHash } from './four-tuple.ts';

/** Something that has two ends. */
export interface TupleHolder {
  /** The sender of its first packet, then the receiver. */
  readonly tuple: FourTuple;
}

/** Slots at first; a power of two. */
const CAPACITY_MIN = 1024;

export class FlowTable<T extends TupleHolder> {
  size = 0;
  private hashes = new Int32Array(CAPACITY_MIN);
  private holders: (T | null)[] = new Array(CAPACITY_MIN).fill(null);
  private mask = CAPACITY_MIN - 1;

  /** hash: packetHash of the packet. Null: no connection has these ends. */
  find(packet: Packet, hash: number): T | null {
    const { holders, hashes, mask } = this;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const holder = holders[at] as T | null;
      if (holder === null) return null;
      if (hashes[at] === hash && senderIn(holder.tuple, packet) !== null) return holder;
    }
  }

  /** The ends must not be in the table. */
  add(holder: T): void {
    if (2 * (this.size + 1) > this.holders.length) this.grow();
    this.put(tupleHash(holder.tuple), holder);
    this.size++;
  }

  has(holder: T): boolean {
    return this.slotOf(holder) !== -1;
  }

  /** False: it is not in the table. */
  remove(gone: T): boolean {
    const slot = this.slotOf(gone);
    if (slot === -1) return false;
    this.closeGap(slot);
    this.size--;
    return true;
  }

  *[Symbol.iterator](): Generator<T> {
    for (const holder of this.holders) if (holder !== null) yield holder;
  }

  clear(): void {
    this.holders.fill(null);
    this.size = 0;
  }

  /** -1: it is not in the table. */
  private slotOf(wanted: T): number {
    const { holders, mask } = this;
    let at = tupleHash(wanted.tuple) & mask;
    while (holders[at] !== null && holders[at] !== wanted) at = (at + 1) & mask;
    return holders[at] === null ? -1 : at;
  }

  private put(hash: number, holder: T): void {
    const { holders, hashes, mask } = this;
    let at = hash & mask;
    while (holders[at] !== null) at = (at + 1) & mask;
    holders[at] = holder;
    hashes[at] = hash;
  }

  /** Moves back what stands behind the gap and belongs before it (Knuth, TAOCP 6.4, algorithm R). */
  private closeGap(from: number): void {
    const { holders, hashes, mask } = this;
    let gap = from;
    for (let at = (gap + 1) & mask; holders[at] !== null; at = (at + 1) & mask) {
      const home = (hashes[at] as number) & mask;
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      holders[gap] = holders[at] as T;
      hashes[gap] = hashes[at] as number;
      gap = at;
    }
    holders[gap] = null;
  }

  private grow(): void {
    const { holders, hashes } = this;
    this.holders = new Array(2 * holders.length).fill(null);
    this.hashes = new Int32Array(2 * holders.length);
    this.mask = this.holders.length - 1;
    for (let at = 0; at < holders.length; at++) {
      const holder = holders[at] as T | null;
      if (holder !== null) this.put(hashes[at] as number, holder);
    }
  }
}
