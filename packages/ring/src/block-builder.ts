/** Writes frames into the block being built: decode, trim, mask, encode, index, with no allocation per packet. */
import { type DecodeOutcome, type FrameWindow, type Packet, PacketDecoder, TcpFlag } from '@resetscope/wire';
import { type BlockRecords, RECORD_HEADER_LEN, RECORD_OPTIONAL_LEN, RecordAt, RecordFlag } from './block.ts';
import type { BlockIndex } from './block-index.ts';
import { BlockIndexBuilder } from './block-index-builder.ts';
import { Mask } from './mask.ts';
import { DEFAULT_PAYLOAD_LIMIT, Trim } from './trim.ts';

/** Bytes of records at which a block is full: brotli gains little from more (measured). */
export const BLOCK_LEN: number = 256 * 1024;

/** Longest time a block spans. Readers rely on it: a block that holds a time ends at most this much later. */
export const MAX_BLOCK_SPAN_US = 1_000_000;

/** Below this a byte loop is faster than Uint8Array.set with a subarray (measured). */
const LOOP_COPY_LEN = 128;

export interface SealedBlock {
  readonly records: BlockRecords;
  readonly index: BlockIndex;
}

export interface BlockBuilderOptions {
  readonly mask?: Mask;
  /** Bytes of payload kept at most. */
  readonly payloadLimit?: number;
}

/** `stored`, or why a frame was left out: what it is instead of TCP or ICMP. */
export type AddOutcome = 'stored' | 'full' | Exclude<DecodeOutcome, 'tcp' | 'icmp'>;

export class BlockBuilder {
  private readonly decoder = new PacketDecoder();
  private readonly trim: Trim;
  private readonly mask: Mask;
  private readonly index = new BlockIndexBuilder();
  private readonly buffer: Uint8Array;
  private readonly view: DataView;
  private length = 0;
  private baseUs = 0;

  constructor(options: BlockBuilderOptions = {}) {
    this.trim = new Trim(options.payloadLimit ?? DEFAULT_PAYLOAD_LIMIT);
    this.mask = options.mask ?? new Mask();
    this.buffer = new Uint8Array(BLOCK_LEN);
    this.view = new DataView(this.buffer.buffer);
  }

  get isEmpty(): boolean {
    return this.length === 0;
  }

  /** Resets in the block so far. */
  get resetCount(): number {
    return this.index.resetCount;
  }

  /** `full`: nothing was taken, seal the block and add again. Keeps no reference to the frame. */
  add(frame: FrameWindow, ifIndex: number): AddOutcome {
    const outcome = this.decoder.decodeWindow(frame);
    if (outcome !== 'tcp' && outcome !== 'icmp') return outcome;
    const { trim } = this;
    const { packet } = this.decoder;
    trim.decide(packet, outcome);
    if (!this.fits(frame.tsUs)) return 'full';
    const position = this.write(frame, ifIndex);
    this.index.addPacket(frame.tsUs, trim.hash);
    if (outcome === 'tcp' && (packet.flags & (TcpFlag.SYN | TcpFlag.RST)) !== 0) this.indexFlags(packet, position);
    return 'stored';
  }

  /** null: empty. The builder is empty afterwards. */
  seal(): SealedBlock | null {
    if (this.isEmpty) return null;
    const records = { baseUs: this.baseUs, bytes: this.buffer.slice(0, this.length) };
    this.length = 0;
    return { records, index: this.index.finish() };
  }

  private fits(tsUs: number): boolean {
    if (this.length === 0) {
      this.baseUs = tsUs;
      return true;
    }
    const needed = RECORD_HEADER_LEN + RECORD_OPTIONAL_LEN + this.trim.keptLen;
    return this.length + needed <= BLOCK_LEN && Math.abs(tsUs - this.baseUs) * 2 <= MAX_BLOCK_SPAN_US;
  }

  /** Returns the record's position. */
  private write(frame: FrameWindow, ifIndex: number): number {
    const { view, trim } = this;
    const position = this.length;
    view.setInt32(position + RecordAt.timeOffset, frame.tsUs - this.baseUs, true);
    view.setUint32(position + RecordAt.wireLen, frame.wireLen, true);
    view.setUint32(position + RecordAt.ifIndex, ifIndex, true);
    view.setUint16(position + RecordAt.linkType, frame.linkType, true);
    view.setUint16(position + RecordAt.capturedLen, trim.keptLen, true);
    const start = this.writeAnnotations(position);
    this.copy(frame.source, frame.start, start, trim.keptLen);
    if (trim.maskFrom !== -1) this.mask.apply(this.buffer, start + trim.maskFrom, start + trim.keptLen);
    this.length = start + trim.keptLen;
    return position;
  }

  /** Returns where the frame's bytes go. */
  private writeAnnotations(position: number): number {
    const { view, trim } = this;
    let flags = 0;
    let at = position + RECORD_HEADER_LEN;
    if (trim.headLen !== -1) {
      flags |= RecordFlag.HEAD;
      view.setUint32(at, trim.headLen, true);
      at += 4;
    }
    if (trim.contentLength !== -1) {
      flags |= RecordFlag.CONTENT_LENGTH;
      view.setFloat64(at, trim.contentLength, true);
      at += 8;
    }
    if (trim.chunked) flags |= RecordFlag.CHUNKED;
    if (trim.endsWithLastChunk) flags |= RecordFlag.LAST_CHUNK;
    view.setUint16(position + RecordAt.flags, flags, true);
    return at;
  }

  private copy(from: Uint8Array, at: number, to: number, length: number): void {
    if (length > LOOP_COPY_LEN) this.buffer.set(from.subarray(at, at + length), to);
    else for (let i = 0; i < length; i++) this.buffer[to + i] = from[at + i] as number;
  }

  private indexFlags(packet: Packet, position: number): void {
    if ((packet.flags & TcpFlag.SYN) !== 0) this.index.addSyn();
    if ((packet.flags & TcpFlag.RST) !== 0) this.index.addReset(packet, position);
  }
}
