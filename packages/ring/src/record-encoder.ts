/** Writes packets as records (record-format.ts), with no allocation per packet. */
import type { FrameWindow } from '@resetscope/wire';
import { MAX_HEADER_LEN, MAX_PAIRS, MAX_RECORD_OVERHEAD, NoteBit, RecordBit } from './record-format.ts';

/** What is known of a segment besides its bytes; -1 stands for null. */
export interface Notes {
  readonly headLen: number;
  readonly contentLength: number;
  readonly chunked: boolean;
  readonly endsWithLastChunk: boolean;
  readonly headGoesOn: boolean;
}

/** Below this a byte loop is faster than Uint8Array.set with a subarray (measured). */
const LOOP_COPY_LEN = 64;
const STREAMS_AT_FIRST = 256;

/** What is remembered of a stream: fields of its record before, its changes (pairs 0..31 and 32..63), and the header itself. */
const StreamWord = { wireLen: 0, linkType: 1, ifIndex: 2, headerLen: 3, low: 4, high: 5, header: 6 } as const;
const STREAM_WORDS = StreamWord.header + MAX_HEADER_LEN / 4;

export class RecordEncoder {
  /** Offset in `bytes` of the kept bytes of the latest record, which begin at offset `bytesFrom` of its frame. */
  bytesAt = 0;
  bytesFrom = 0;
  readonly bytes: Uint8Array;
  private length = 0;
  private lastUs = 0;
  private streams = 0;
  private streamsMax = 0;
  /** StreamWord and header words of each stream, one after the other: neighbours in memory are used together. */
  private state: Uint32Array = new Uint32Array(0);
  /** Of the record being written: changed pairs, as in record-format.ts. */
  private readonly differences = new Uint16Array(MAX_PAIRS);
  private differenceCount = 0;
  private low = 0;
  private high = 0;
  private source: Uint8Array | null = null;
  private view: DataView = new DataView(new ArrayBuffer(0));

  /** maxLen: bytes of records at most. */
  constructor(maxLen: number) {
    this.bytes = new Uint8Array(maxLen);
    this.growStreams(STREAMS_AT_FIRST);
  }

  get isEmpty(): boolean {
    return this.length === 0;
  }

  /** Streams so far: the number of the next new one. */
  get nextStream(): number {
    return this.streams;
  }

  /** Is there room for a record that keeps `keptLen` bytes of its frame? */
  hasRoom(keptLen: number): boolean {
    return this.length + MAX_RECORD_OVERHEAD + keptLen <= this.bytes.length;
  }

  /** The records, valid until the next is added. The encoder is empty afterwards. */
  finish(): Uint8Array {
    const records = this.bytes.subarray(0, this.length);
    this.length = 0;
    this.streams = 0;
    return records;
  }

  /** The time that the first record counts from. */
  begin(baseUs: number): void {
    this.lastUs = baseUs;
  }

  /**
   * Takes the first keptLen bytes of the frame, its headers the first headersLen of them. stream: a number given before, or
   * nextStream. Only where hasRoom said so.
   */
  add(frame: FrameWindow, headersLen: number, keptLen: number, ifIndex: number, stream: number, notes: Notes): void {
    const start = this.length;
    let bits = 0;
    this.length = start + 1;
    if (stream === this.streams) {
      bits |= RecordBit.NEW;
      this.openStream(stream);
    } else this.varint(stream);
    this.zigzag(frame.tsUs - this.lastUs);
    this.lastUs = frame.tsUs;
    const at = stream * STREAM_WORDS;
    bits |= this.writeChanged(frame, ifIndex, at);
    const headerLen = Math.min(headersLen, MAX_HEADER_LEN) & ~1;
    if (headerLen !== this.state[at + StreamWord.headerLen]) {
      bits |= RecordBit.HEADER_LEN;
      this.state[at + StreamWord.headerLen] = headerLen;
      this.varint(headerLen);
    }
    const bytesLen = keptLen - headerLen;
    if (bytesLen > 0) {
      bits |= RecordBit.BYTES;
      this.varint(bytesLen);
    }
    bits |= this.writeNotes(notes);
    bits |= this.writeHeader(frame, headerLen, at);
    this.bytesAt = this.length;
    this.bytesFrom = headerLen;
    if (bytesLen > 0) this.copy(frame, headerLen, bytesLen);
    this.bytes[start] = bits;
  }

  private writeChanged({ wireLen, linkType }: FrameWindow, ifIndex: number, at: number): number {
    const { state } = this;
    let bits = 0;
    if (wireLen !== state[at + StreamWord.wireLen]) {
      bits = RecordBit.WIRE_LEN;
      this.zigzag((wireLen - (state[at + StreamWord.wireLen] as number)) | 0);
      state[at + StreamWord.wireLen] = wireLen;
    }
    if (linkType !== state[at + StreamWord.linkType] || ifIndex !== state[at + StreamWord.ifIndex]) {
      bits |= RecordBit.SOURCE;
      this.varint(linkType);
      this.varint(ifIndex);
      state[at + StreamWord.linkType] = linkType;
      state[at + StreamWord.ifIndex] = ifIndex;
    }
    return bits;
  }

  private writeNotes(notes: Notes): number {
    let note = 0;
    if (notes.headLen !== -1) note |= NoteBit.HEAD;
    if (notes.contentLength !== -1) note |= NoteBit.CONTENT_LENGTH;
    if (notes.chunked) note |= NoteBit.CHUNKED;
    if (notes.endsWithLastChunk) note |= NoteBit.LAST_CHUNK;
    if (notes.headGoesOn) note |= NoteBit.HEAD_GOES_ON;
    if (note === 0) return 0;
    this.bytes[this.length++] = note;
    if (notes.headLen !== -1) this.varint(notes.headLen);
    if (notes.contentLength !== -1) this.varint(notes.contentLength);
    return RecordBit.NOTES;
  }

  /** Leaves the header in the stream's words for the next one; `at`: where they begin. */
  private writeHeader(frame: FrameWindow, headerLen: number, at: number): number {
    this.compare(frame, headerLen, at + StreamWord.header);
    const { bytes, state, differences, differenceCount, low, high } = this;
    let bits = 0;
    if (low === state[at + StreamWord.low] && high === state[at + StreamWord.high]) bits = RecordBit.SAME_CHANGES;
    else {
      state[at + StreamWord.low] = low;
      state[at + StreamWord.high] = high;
      this.writeChanges(low, high, headerLen >>> 1);
    }
    let to = this.length;
    for (let i = 0; i < differenceCount; i++) {
      const difference = differences[i] as number;
      bytes[to] = difference;
      bytes[to + 1] = difference >>> 8;
      to += 2;
    }
    this.length = to;
    return bits;
  }

  /** Sets low, high and differences; four bytes at once, because most of them are as before. */
  private compare(frame: FrameWindow, headerLen: number, header: number): void {
    const { state, differences } = this;
    const view = this.viewOf(frame.source);
    const { start } = frame;
    let count = 0;
    let low = 0;
    let high = 0;
    for (let at = 0; at < headerLen; at += 4) {
      const word = header + (at >>> 2);
      const was = state[word] as number;
      const isHalf = at + 2 === headerLen;
      const now = isHalf ? ((view.getUint16(start + at) << 16) | (was & 0xffff)) >>> 0 : view.getUint32(start + at);
      if (now === was) continue;
      state[word] = now;
      const first = ((now >>> 16) - (was >>> 16)) & 0xffff;
      const second = (now - was) & 0xffff;
      const bits = (first !== 0 ? 1 : 0) | (second !== 0 ? 2 : 0);
      if (at < 64) low |= bits << (at >>> 1);
      else high |= bits << ((at - 64) >>> 1);
      if (first !== 0) differences[count++] = first;
      if (second !== 0) differences[count++] = second;
    }
    this.differenceCount = count;
    this.low = low >>> 0;
    this.high = high >>> 0;
  }

  /** Of the source's memory, which is nearly always the same. */
  private viewOf(source: Uint8Array): DataView {
    if (source !== this.source) {
      this.source = source;
      this.view = new DataView(source.buffer, source.byteOffset, source.byteLength);
    }
    return this.view;
  }

  private writeChanges(low: number, high: number, pairs: number): void {
    for (let i = 0; i < pairs; i += 8) this.bytes[this.length++] = i < 32 ? low >>> i : high >>> (i - 32);
  }

  private copy(frame: FrameWindow, from: number, length: number): void {
    const { bytes } = this;
    const { source } = frame;
    const at = this.length;
    const start = frame.start + from;
    if (length > LOOP_COPY_LEN) bytes.set(source.subarray(start, start + length), at);
    else for (let i = 0; i < length; i++) bytes[at + i] = source[start + i] as number;
    this.length = at + length;
  }

  /** 0..2^53. */
  private varint(value: number): void {
    const { bytes } = this;
    let rest = value;
    while (rest > 0x7fff_ffff) {
      bytes[this.length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[this.length++] = rest;
  }

  /** value: int32. */
  private zigzag(value: number): void {
    this.varint(((value << 1) ^ (value >> 31)) >>> 0);
  }

  private openStream(stream: number): void {
    if (stream === this.streamsMax) this.growStreams(stream * 2);
    this.streams = stream + 1;
    this.state.fill(0, stream * STREAM_WORDS, (stream + 1) * STREAM_WORDS);
  }

  private growStreams(streams: number): void {
    const bigger = new Uint32Array(streams * STREAM_WORDS);
    bigger.set(this.state);
    this.state = bigger;
    this.streamsMax = streams;
  }
}
