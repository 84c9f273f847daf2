/** Reads records (record-format.ts) back into frames. Nothing throws and no length is believed: bytes that are no records give null. */
import { MAX_HEADER_LEN, MAX_PAIRS, NoteBit, RecordBit } from './record-format.ts';
import type { FrameAnnotations, RingFrame } from './ring-frame.ts';

/** What is known of a stream: its record before. */
class Stream {
  readonly header = new Uint16Array(MAX_PAIRS);
  readonly changes = new Uint8Array(MAX_PAIRS / 8);
  headerLen = 0;
  wireLen = 0;
  linkType = 0;
  ifIndex = 0;
}

/** Thrown and caught in this file. */
class NoRecord extends Error {}

/** All frames in order, each with bytes of its own; null for bytes that are not whole records. baseUs: time of the first. */
export function decodeRecords(records: Uint8Array, baseUs: number): readonly RingFrame[] | null {
  const decoder = new RecordDecoder(records, baseUs);
  const frames: RingFrame[] = [];
  try {
    while (!decoder.isAtEnd) frames.push(decoder.next());
    return frames;
  } catch (error) {
    if (error instanceof NoRecord) return null;
    throw error;
  }
}

class RecordDecoder {
  private readonly records: Uint8Array;
  private readonly streams: Stream[] = [];
  private at = 0;
  private tsUs: number;

  constructor(records: Uint8Array, baseUs: number) {
    this.records = records;
    this.tsUs = baseUs;
  }

  get isAtEnd(): boolean {
    return this.at === this.records.length;
  }

  next(): RingFrame {
    const bits = this.byte();
    const has = (bit: number): boolean => (bits & bit) !== 0;
    const stream = this.stream(has(RecordBit.NEW));
    this.tsUs += this.zigzag();
    if (has(RecordBit.WIRE_LEN)) stream.wireLen = (stream.wireLen + this.zigzag()) >>> 0;
    if (has(RecordBit.SOURCE)) {
      stream.linkType = this.varint();
      stream.ifIndex = this.varint();
    }
    if (has(RecordBit.HEADER_LEN)) stream.headerLen = this.headerLen();
    const bytesLen = has(RecordBit.BYTES) ? this.varint() : 0;
    const annotations = has(RecordBit.NOTES) ? this.annotations() : null;
    if (!has(RecordBit.SAME_CHANGES)) this.changes(stream);
    this.header(stream);
    const bytes = this.frameBytes(stream, bytesLen);
    const { wireLen, linkType, ifIndex } = stream;
    return { frameNumber: 0, tsUs: this.tsUs, linkType, wireLen, ifIndex, bytes, annotations };
  }

  private stream(isNew: boolean): Stream {
    if (isNew) this.streams.push(new Stream());
    const stream = this.streams[isNew ? this.streams.length - 1 : this.varint()];
    if (stream === undefined) throw new NoRecord();
    return stream;
  }

  private headerLen(): number {
    const length = this.varint();
    if (length > MAX_HEADER_LEN || length % 2 !== 0) throw new NoRecord();
    return length;
  }

  private annotations(): FrameAnnotations {
    const note = this.byte();
    const has = (bit: number): boolean => (note & bit) !== 0;
    return {
      headLen: has(NoteBit.HEAD) ? this.varint() : null,
      contentLength: has(NoteBit.CONTENT_LENGTH) ? this.varint() : null,
      chunked: has(NoteBit.CHUNKED),
      endsWithLastChunk: has(NoteBit.LAST_CHUNK),
      headGoesOn: has(NoteBit.HEAD_GOES_ON),
    };
  }

  private changes({ changes, headerLen }: Stream): void {
    changes.fill(0);
    for (let i = 0; 16 * i < headerLen; i++) changes[i] = this.byte();
  }

  private header({ header, changes, headerLen }: Stream): void {
    for (let i = 0; 2 * i < headerLen; i++) {
      if (((changes[i >>> 3] as number) & (1 << (i & 7))) === 0) continue;
      const difference = this.byte() | (this.byte() << 8);
      header[i] = (header[i] as number) + difference;
    }
  }

  private frameBytes({ header, headerLen }: Stream, bytesLen: number): Uint8Array {
    const end = this.at + bytesLen;
    if (end > this.records.length) throw new NoRecord();
    const bytes = new Uint8Array(headerLen + bytesLen);
    for (let i = 0; 2 * i < headerLen; i++) {
      bytes[2 * i] = (header[i] as number) >>> 8;
      bytes[2 * i + 1] = header[i] as number;
    }
    bytes.set(this.records.subarray(this.at, end), headerLen);
    this.at = end;
    return bytes;
  }

  private byte(): number {
    const byte = this.records[this.at++];
    if (byte === undefined) throw new NoRecord();
    return byte;
  }

  /** 0..2^53. */
  private varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 56; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new NoRecord();
  }

  /** int32. */
  private zigzag(): number {
    const value = this.varint();
    return (value >>> 1) ^ -(value & 1);
  }
}
