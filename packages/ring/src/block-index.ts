/**
 * The index beside a block: enough to know whether the block is worth reading. Immutable. All numbers little-endian.
 *
 *   0   4  'RSI2'
 *   4   4  packets
 *   8   4  packets with SYN
 *  12   4  resets r
 *  16   4  connections c
 *  20   8  firstUs, float64: earliest record
 *  28   8  lastUs, float64: latest record
 *  36  52r resets in order of capture, each:
 *           0  4  time minus firstUs, microseconds
 *           4 16  source address, four words (IPv4 mapped)
 *          20 16  destination address
 *          36  2  source port
 *          38  2  destination port
 *          40  4  flags
 *          44  4  seq
 *          48  4  ack
 *   -  4c  connection hashes (connection-key.ts), ascending
 *   -  4c  packets of each
 */
import { addressText } from '@resetscope/wire';
import type { ResetRecord } from './reset-record.ts';

/** 'RSI2', little-endian. */
export const INDEX_MAGIC = 0x32495352;
export const INDEX_HEADER_LEN = 36;
export const INDEX_RESET_LEN = 52;

export const IndexAt = { packets: 4, syns: 8, resets: 12, connections: 16, firstUs: 20, lastUs: 28 } as const;
export const ResetAt = {
  timeOffset: 0,
  src: 4,
  dst: 20,
  srcPort: 36,
  dstPort: 38,
  flags: 40,
  seq: 44,
  ack: 48,
} as const;

/** Reads an index in place. */
export class BlockIndex {
  private readonly view: DataView;
  private listed: readonly ResetRecord[] | null = null;

  /** view: bytes that finish() wrote or openBlockIndex checked. */
  constructor(view: DataView) {
    this.view = view;
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.view.buffer, this.view.byteOffset, this.view.byteLength);
  }
  get packets(): number {
    return this.view.getUint32(IndexAt.packets, true);
  }
  get syns(): number {
    return this.view.getUint32(IndexAt.syns, true);
  }
  get resetCount(): number {
    return this.view.getUint32(IndexAt.resets, true);
  }
  get connectionCount(): number {
    return this.view.getUint32(IndexAt.connections, true);
  }
  get firstUs(): number {
    return this.view.getFloat64(IndexAt.firstUs, true);
  }
  get lastUs(): number {
    return this.view.getFloat64(IndexAt.lastUs, true);
  }

  /** All resets, in order of capture. The same records each time. */
  get resets(): readonly ResetRecord[] {
    this.listed ??= Array.from({ length: this.resetCount }, (_, i) =>
      this.reset(INDEX_HEADER_LEN + INDEX_RESET_LEN * i),
    );
    return this.listed;
  }

  /** Packets of the connections with this hash; 0: none in the block. */
  packetsOf(hash: number): number {
    const count = this.connectionCount;
    const at = INDEX_HEADER_LEN + INDEX_RESET_LEN * this.resetCount;
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.view.getUint32(at + 4 * middle, true) < hash) low = middle + 1;
      else high = middle;
    }
    const found = low < count && this.view.getUint32(at + 4 * low, true) === hash;
    return found ? this.view.getUint32(at + 4 * (count + low), true) : 0;
  }

  private reset(at: number): ResetRecord {
    const { view } = this;
    return {
      tsUs: this.firstUs + view.getUint32(at + ResetAt.timeOffset, true),
      src: this.address(at + ResetAt.src),
      srcPort: view.getUint16(at + ResetAt.srcPort, true),
      dst: this.address(at + ResetAt.dst),
      dstPort: view.getUint16(at + ResetAt.dstPort, true),
      flags: view.getUint32(at + ResetAt.flags, true),
      seq: view.getUint32(at + ResetAt.seq, true),
      ack: view.getUint32(at + ResetAt.ack, true),
    };
  }

  private address(at: number): string {
    const word = (i: number): number => this.view.getInt32(at + 4 * i, true);
    return addressText(word(0), word(1), word(2), word(3));
  }
}

/** null for bytes that are not a whole index. */
export function openBlockIndex(bytes: Uint8Array): BlockIndex | null {
  if (bytes.length < INDEX_HEADER_LEN) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length =
    INDEX_HEADER_LEN +
    INDEX_RESET_LEN * view.getUint32(IndexAt.resets, true) +
    8 * view.getUint32(IndexAt.connections, true);
  return view.getUint32(0, true) === INDEX_MAGIC && bytes.length === length ? new BlockIndex(view) : null;
}
