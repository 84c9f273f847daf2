/** Gathers the index of the block being built (format: block-index.ts). */
import type { Packet } from '@resetscope/wire';
import { BlockIndex, INDEX_HEADER_LEN, INDEX_MAGIC, INDEX_RESET_LEN, IndexAt, ResetAt } from './block-index.ts';
import { NO_CONNECTION } from './connection-key.ts';

export class BlockIndexBuilder {
  private hashes = new Uint32Array(1024);
  private hashCount = 0;
  private resets = new DataView(new ArrayBuffer(16 * INDEX_RESET_LEN));
  private resetTimes: number[] = [];
  private packets = 0;
  private syns = 0;
  private firstUs = Number.POSITIVE_INFINITY;
  private lastUs = Number.NEGATIVE_INFINITY;

  get resetCount(): number {
    return this.resetTimes.length;
  }

  /** hash: NO_CONNECTION for a packet that belongs to none. */
  addPacket(tsUs: number, hash: number): void {
    this.packets++;
    if (tsUs < this.firstUs) this.firstUs = tsUs;
    if (tsUs > this.lastUs) this.lastUs = tsUs;
    if (hash === NO_CONNECTION) return;
    if (this.hashCount === this.hashes.length) {
      const bigger = new Uint32Array(this.hashes.length * 2);
      bigger.set(this.hashes);
      this.hashes = bigger;
    }
    this.hashes[this.hashCount++] = hash;
  }

  addSyn(): void {
    this.syns++;
  }

  addReset(packet: Packet, position: number): void {
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
    resets.setUint32(at + ResetAt.position, position, true);
  }

  /** The index of at least one packet; the builder is empty afterwards. */
  finish(): BlockIndex {
    const { unique, counts } = countHashes(this.hashes.slice(0, this.hashCount).sort());
    const connectionsAt = INDEX_HEADER_LEN + INDEX_RESET_LEN * this.resetTimes.length;
    const view = new DataView(new ArrayBuffer(connectionsAt + 8 * unique.length));
    view.setUint32(0, INDEX_MAGIC, true);
    view.setUint32(IndexAt.packets, this.packets, true);
    view.setUint32(IndexAt.syns, this.syns, true);
    view.setUint32(IndexAt.resets, this.resetTimes.length, true);
    view.setUint32(IndexAt.connections, unique.length, true);
    view.setFloat64(IndexAt.firstUs, this.firstUs, true);
    view.setFloat64(IndexAt.lastUs, this.lastUs, true);
    for (const [i, tsUs] of this.resetTimes.entries()) {
      this.resets.setUint32(i * INDEX_RESET_LEN + ResetAt.timeOffset, tsUs - this.firstUs, true);
    }
    const resetBytes = new Uint8Array(this.resets.buffer, 0, INDEX_RESET_LEN * this.resetTimes.length);
    new Uint8Array(view.buffer).set(resetBytes, INDEX_HEADER_LEN);
    for (const [i, hash] of unique.entries()) {
      view.setUint32(connectionsAt + 4 * i, hash, true);
      view.setUint32(connectionsAt + 4 * (unique.length + i), counts[i] as number, true);
    }
    this.clear();
    return new BlockIndex(view);
  }

  private clear(): void {
    this.hashCount = 0;
    this.resetTimes = [];
    this.packets = 0;
    this.syns = 0;
    this.firstUs = Number.POSITIVE_INFINITY;
    this.lastUs = Number.NEGATIVE_INFINITY;
  }
}

/** Run lengths of ascending hashes. */
function countHashes(sorted: Uint32Array): { readonly unique: Uint32Array; readonly counts: Uint32Array } {
  const unique = new Uint32Array(sorted.length);
  const counts = new Uint32Array(sorted.length);
  let length = 0;
  for (const hash of sorted) {
    if (length === 0 || unique[length - 1] !== hash) unique[length++] = hash;
    counts[length - 1] = (counts[length - 1] as number) + 1;
  }
  return { unique: unique.subarray(0, length), counts: counts.subarray(0, length) };
}
