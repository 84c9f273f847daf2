/** Writes frames into the block being built: decode, trim, mask, encode, index, count, with no allocation per packet. */
import { type DecodeOutcome, type FrameWindow, PacketDecoder, TcpFlag } from '@resetscope/wire';
import { MAX_RECORDS_LEN, type PackedBlock, packRecords } from './block.ts';
import { BlockIndexBuilder } from './block-index-builder.ts';
import { ConnectionCounts } from './connection-counts.ts';
import { hashDestination, hashSource, pairHash } from './connection-key.ts';
import { ConnectionTable, MAX_CONNECTIONS } from './connection-table.ts';
import { CopyFilter } from './copy-filter.ts';
import { IcmpQuote } from './icmp-quote.ts';
import { Mask } from './mask.ts';
import { RecordEncoder } from './record-encoder.ts';
import { DEFAULT_PAYLOAD_LIMIT, Trim } from './trim.ts';

/** Longest time a block spans. Readers rely on it: a block that holds a time ends at most this much later. */
export const MAX_BLOCK_SPAN_US = 1_000_000;

/** What a record can hold; only a chain of IPv6 extension headers gets there. */
const MAX_KEPT_LEN = 0xffff;

const OPENING_OR_CLOSING = TcpFlag.SYN | TcpFlag.FIN | TcpFlag.RST;
/** Row of packets that belong to no connection. */
const NO_ROW = -1;

export interface SealedBlock extends PackedBlock {
  readonly packets: number;
}

export interface BlockBuilderOptions {
  readonly mask?: Mask;
  /** Bytes of payload kept at most. */
  readonly payloadLimit?: number;
  /** Frames come from several interfaces: a packet seen on more than one is kept once. */
  readonly severalInterfaces?: boolean;
}

/** `stored`, or why a frame was left out: what it is instead of TCP or ICMP, or that it is a copy. */
export type AddOutcome = 'stored' | 'full' | 'copy' | Exclude<DecodeOutcome, 'tcp' | 'icmp'>;

export class BlockBuilder {
  readonly counts: ConnectionCounts = new ConnectionCounts();
  private readonly decoder = new PacketDecoder();
  private readonly quote = new IcmpQuote();
  private readonly table: ConnectionTable;
  private readonly copies: CopyFilter | null;
  private readonly trim: Trim;
  private readonly mask: Mask;
  private readonly encoder = new RecordEncoder(MAX_RECORDS_LEN);
  private readonly index = new BlockIndexBuilder();
  private readonly payloadLimit: number;
  /** Per row: the block in which it has a slot, and the slot. */
  private readonly blocks = new Uint32Array(MAX_CONNECTIONS);
  private readonly slots = new Int32Array(MAX_CONNECTIONS);
  /** Per slot and direction: its stream, plus one; 0: none yet. */
  private streams = new Int32Array(4096);
  private noConnectionStream = -1;
  private block = 1;
  private baseUs = 0;
  private lastUs = 0;

  constructor(options: BlockBuilderOptions = {}) {
    this.payloadLimit = options.payloadLimit ?? DEFAULT_PAYLOAD_LIMIT;
    this.trim = new Trim(this.payloadLimit);
    this.mask = options.mask ?? new Mask();
    this.copies = options.severalInterfaces === true ? new CopyFilter() : null;
    this.table = new ConnectionTable((row) => this.counts.forget(row));
  }

  get isEmpty(): boolean {
    return this.encoder.isEmpty;
  }

  /** Resets in the block so far. */
  get resetCount(): number {
    return this.index.resetCount;
  }

  /** Connections that are remembered now. */
  get connectionCount(): number {
    return this.table.size;
  }

  /** `full`: nothing was taken, seal the block and add again. Keeps no reference to the frame. */
  add(frame: FrameWindow, ifIndex: number): AddOutcome {
    const outcome = this.decoder.decodeWindow(frame);
    if (outcome !== 'tcp' && outcome !== 'icmp') return outcome;
    const headersLen = outcome === 'tcp' ? this.decoder.packet.payloadOffset - frame.start : MAX_KEPT_LEN;
    if (!this.fits(frame, headersLen)) return 'full';
    if (outcome === 'tcp') return this.addSegment(frame, headersLen, ifIndex);
    this.addIcmp(frame, ifIndex);
    return 'stored';
  }

  /** null: empty. The builder is empty afterwards. */
  seal(): SealedBlock | null {
    if (this.isEmpty) return null;
    this.table.sweep(this.lastUs);
    const block = packRecords(this.encoder.finish(), this.baseUs);
    this.block = (this.block + 1) >>> 0;
    this.noConnectionStream = -1;
    const { bytes, firstUs, lastUs, packets } = this.index.finish();
    return { block, index: bytes, firstUs, lastUs, packets };
  }

  private fits({ tsUs, start, end }: FrameWindow, headersLen: number): boolean {
    if (this.isEmpty) {
      this.baseUs = tsUs;
      this.encoder.begin(tsUs);
      return true;
    }
    const mostKept = Math.min(end - start, headersLen + this.payloadLimit, MAX_KEPT_LEN);
    return Math.abs(tsUs - this.baseUs) * 2 <= MAX_BLOCK_SPAN_US && this.encoder.hasRoom(mostKept);
  }

  private addSegment(frame: FrameWindow, headersLen: number, ifIndex: number): AddOutcome {
    const { packet } = this.decoder;
    const source = hashSource(packet);
    const destination = hashDestination(packet);
    if (this.copies?.isCopy(packet, source ^ Math.imul(destination, 31), ifIndex) === true) return 'copy';
    const direction = source < destination ? 0 : 1;
    const hash = pairHash(source, destination);
    const row = this.rowOf(hash);
    if ((packet.flags & OPENING_OR_CLOSING) !== 0) this.addControl(row, direction);
    if (packet.payloadLen > 0) {
      this.counts.data(row, direction);
      this.trim.keepSegment(packet, 2 * row + direction);
    } else {
      if (packet.flags === TcpFlag.ACK) this.counts.acknowledged(row, direction);
      this.trim.keepHeaders(headersLen);
    }
    this.store(frame, headersLen, ifIndex, row, hash, direction);
    return 'stored';
  }

  /** A segment with SYN, FIN or RST. */
  private addControl(row: number, direction: number): void {
    const { packet } = this.decoder;
    if (this.counts.control(row, direction, packet.flags)) this.trim.reset(row);
    this.table.setEnded(row, this.counts.hasEnded(row));
    if ((packet.flags & TcpFlag.SYN) !== 0) {
      this.index.addSyn();
      this.trim.starts(2 * row + direction, (packet.seq + 1) >>> 0);
    }
    if ((packet.flags & TcpFlag.RST) !== 0) this.index.addReset(packet);
  }

  private addIcmp(frame: FrameWindow, ifIndex: number): void {
    const { packet } = this.decoder;
    const { quote } = this;
    const quotesTcp = quote.read(packet);
    const source = quotesTcp ? hashSource(quote) : 0;
    const destination = quotesTcp ? hashDestination(quote) : 0;
    const hash = quotesTcp ? pairHash(source, destination) : 0;
    const headersLen = Math.min(quote.headersEnd - packet.frameStart, MAX_KEPT_LEN);
    this.trim.keepHeaders(headersLen);
    const row = quotesTcp ? this.rowOf(hash) : NO_ROW;
    this.store(frame, headersLen, ifIndex, row, hash, source < destination ? 0 : 1);
  }

  private rowOf(hash: number): number {
    const row = this.table.rowOf(hash, this.decoder.packet);
    if (this.table.isNew) {
      this.counts.begin(row);
      this.trim.reset(row);
      this.blocks[row] = 0;
    }
    return row;
  }

  private store(
    frame: FrameWindow,
    headersLen: number,
    ifIndex: number,
    row: number,
    hash: number,
    direction: number,
  ): void {
    const { encoder, trim } = this;
    const keptLen = Math.min(trim.keptLen, MAX_KEPT_LEN);
    const slot = row === NO_ROW ? -1 : this.slotOf(row, hash);
    encoder.add(frame, headersLen, keptLen, ifIndex, this.streamOf(slot, direction), trim);
    if (trim.maskFrom !== -1 || trim.hideTo > trim.hideFrom) this.hide(keptLen);
    this.index.addPacket(frame, slot);
    this.lastUs = frame.tsUs;
  }

  /** Masks and hides in the copy that the encoder has made. */
  private hide(keptLen: number): void {
    const { encoder, trim } = this;
    const shift = encoder.bytesAt - encoder.bytesFrom;
    if (trim.maskFrom !== -1) this.mask.apply(encoder.bytes, shift + trim.maskFrom, shift + keptLen);
    encoder.bytes.fill(0, shift + trim.hideFrom, shift + trim.hideTo);
  }

  private slotOf(row: number, hash: number): number {
    if (this.blocks[row] === this.block) return this.slots[row] as number;
    const slot = this.index.addConnection(hash);
    this.blocks[row] = this.block;
    this.slots[row] = slot;
    if (2 * slot >= this.streams.length) this.growStreams();
    this.streams[2 * slot] = 0;
    this.streams[2 * slot + 1] = 0;
    return slot;
  }

  private streamOf(slot: number, direction: number): number {
    const { nextStream } = this.encoder;
    if (slot === -1) {
      if (this.noConnectionStream === -1) this.noConnectionStream = nextStream;
      return this.noConnectionStream;
    }
    const stream = this.streams[2 * slot + direction] as number;
    if (stream !== 0) return stream - 1;
    this.streams[2 * slot + direction] = nextStream + 1;
    return nextStream;
  }

  private growStreams(): void {
    const bigger = new Int32Array(this.streams.length * 2);
    bigger.set(this.streams);
    this.streams = bigger;
  }
}
