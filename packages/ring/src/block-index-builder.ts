/** Gathers the index of the block being built (format: block-index.ts). */
import type { CapturedFrame, Packet } from '@resetscope/wire';
import { BlockIndex, INDEX_HEADER_LEN, INDEX_MAGIC, INDEX_RESET_LEN, IndexAt, ResetAt } from './block-index.ts';

/** A number that is no small integer would be allocated for each call (measured); a property of something else is not. */
type Stamped = Pick<CapturedFrame, 'tsUs'>;

const SLOTS_AT_FIRST = 1024;

/** A connection's hash and number of packets as one number that sorts by hash: the number stays below 2^20 (a block's records). */
const HASH_SCALE = 2 ** 20;

export class BlockIndexBuilder {
  /** Hashes and packets of the block's connections, in order of appearance: a slot is a place here. */
  private hashes = new Uint32Array(SLOTS_AT_FIRST);
  private counts = new Uint32Array(SLOTS_AT_FIRST);
  private slots = 0;
  private resets = new DataView(new ArrayBuffer(16 * INDEX_RESET_LEN));
  private resetTimes: number[] = [];
  private packets = 0;
  private syns = 0;
  private firstUs = Number.POSITIVE_INFINITY;
  private lastUs = Number.NEGATIVE_INFINITY;

  get resetCount(): number {
    return this.resetTimes.length;
  }

  /** Slot of a connection that had no packet in this block yet: 0, 1, ... hash: pairHash. */
  addConnection(hash: number): number {
    if (this.slots === this.hashes.length) {
      this.hashes = doubled(this.hashes);
      this.counts = doubled(this.counts);
    }
    this.hashes[this.slots] = hash;
    this.counts[this.slots] = 0;
    return this.slots++;
  }

  /** slot: -1 for a packet that belongs to no connection. */
  addPacket({ tsUs }: Stamped, slot: number): void {
    this.packets++;
    if (tsUs < this.firstUs) this.firstUs = tsUs;
    if (tsUs > this.lastUs) this.lastUs = tsUs;
    if (slot !== -1) this.counts[slot] = (this.counts[slot] as number) + 1;
  }

  addSyn(): void {
    this.syns++;
  }

  addReset(packet: Packet): void {
    const at = this.resetTimes.length * INDEX_RESET_LEN;
    if (at === this.resets.byteLength) {
      const bigger = new Uint8Array(at * 2);
      bigger.set(new Uint8Array(this.resets.buffer));
      this.resets = new DataView(bigger.buffer);
    }
    this.resetTimes.push(packet.tsUs);
    const { resets } = this;
    const src = [packet.src0, packet.src1, packet.src2, packet.src3];
    const dst = [packet.dst0, packet.dst1, packet.dst2, packet.dst3];
    for (const [i, word] of src.entries()) resets.setInt32(at + ResetAt.src + 4 * i, word, true);
    for (const [i, word] of dst.entries()) resets.setInt32(at + ResetAt.dst + 4 * i, word, true);
    resets.setUint16(at + ResetAt.srcPort, packet.srcPort, true);
    resets.setUint16(at + ResetAt.dstPort, packet.dstPort, true);
    resets.setUint32(at + ResetAt.flags, packet.flags, true);
    resets.setUint32(at + ResetAt.seq, packet.seq, true);
    resets.setUint32(at + ResetAt.ack, packet.ack, true);
  }

  /** The index of at least one packet; the builder is empty afterwards. */
  finish(): BlockIndex {
    const connectionsAt = INDEX_HEADER_LEN + INDEX_RESET_LEN * this.resetTimes.length;
    const view = new DataView(new ArrayBuffer(connectionsAt + 8 * this.slots));
    view.setUint32(0, INDEX_MAGIC, true);
    view.setUint32(IndexAt.packets, this.packets, true);
    view.setUint32(IndexAt.syns, this.syns, true);
    view.setUint32(IndexAt.resets, this.resetTimes.length, true);
    view.setUint32(IndexAt.connections, this.slots, true);
    view.setFloat64(IndexAt.firstUs, this.firstUs, true);
    view.setFloat64(IndexAt.lastUs, this.lastUs, true);
    for (const [i, tsUs] of this.resetTimes.entries()) {
      this.resets.setUint32(i * INDEX_RESET_LEN + ResetAt.timeOffset, tsUs - this.firstUs, true);
    }
    const resetBytes = new Uint8Array(this.resets.buffer, 0, INDEX_RESET_LEN * this.resetTimes.length);
    new Uint8Array(view.buffer).set(resetBytes, INDEX_HEADER_LEN);
    this.writeConnections(view, connectionsAt);
    this.clear();
    return new BlockIndex(view);
  }

  /** Ascending by hash. */
  private writeConnections(view: DataView, at: number): void {
    const { hashes, counts, slots } = this;
    const sorted = new Float64Array(slots);
    for (let i = 0; i < slots; i++) sorted[i] = (hashes[i] as number) * HASH_SCALE + (counts[i] as number);
    sorted.sort();
    for (let i = 0; i < slots; i++) {
      const value = sorted[i] as number;
      const hash = Math.floor(value / HASH_SCALE);
      view.setUint32(at + 4 * i, hash, true);
      view.setUint32(at + 4 * (slots + i), value - hash * HASH_SCALE, true);
    }
  }

  private clear(): void {
    this.slots = 0;
    this.resetTimes = [];
    this.packets = 0;
    this.syns = 0;
    this.firstUs = Number.POSITIVE_INFINITY;
    this.lastUs = Number.NEGATIVE_INFINITY;
  }
}

function doubled(words: Uint32Array): Uint32Array<ArrayBuffer> {
  const bigger = new Uint32Array(words.length * 2);
  bigger.set(words);
  return bigger;
}
