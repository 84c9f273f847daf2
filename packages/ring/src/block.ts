/**
 * A block: a run of packet records, compressed as one. Immutable once written. All numbers little-endian.
 *
 *   0   4  'RSB1'
 *   4   4  bytes of the records before compression
 *   8   8  baseUs, float64: time of the first record
 *  16   -  records, brotli (RFC 7932)
 *
 * A record, at a position counted from the start of the uncompressed records:
 *
 *   0   4  time minus baseUs, signed, microseconds
 *   4   4  wireLen
 *   8   4  interface index
 *  12   2  link type
 *  14   2  captured length n
 *  16   2  RecordFlag bits
 *  18  [4] headLen, with RecordFlag.HEAD
 *      [8] Content-Length, float64, with RecordFlag.CONTENT_LENGTH
 *       n  bytes of the frame
 *
 * What the bytes mean is not looked at here: trim.ts chose them, block-builder.ts wrote them.
 */
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import type { FrameAnnotations, RingFrame } from './ring-frame.ts';

export const RECORD_HEADER_LEN = 18;
/** Both optional fields. */
export const RECORD_OPTIONAL_LEN = 12;

export const RecordAt = { timeOffset: 0, wireLen: 4, ifIndex: 8, linkType: 12, capturedLen: 14, flags: 16 } as const;

export const RecordFlag = { HEAD: 1, CONTENT_LENGTH: 2, CHUNKED: 4, LAST_CHUNK: 8 } as const;

/** 'RSB1', little-endian. */
const MAGIC = 0x31425352;
const HEADER_LEN = 16;
/** Largest uncompressed block that is opened: far above what a builder seals (block-builder.ts). */
const MAX_RECORDS_LEN = 16 * 1024 * 1024;

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

/** Uncompressed records and their base. */
export interface BlockRecords {
  readonly baseUs: number;
  readonly bytes: Uint8Array;
}

/** log2 of the window: a block's length (block-builder.ts). brotli's default of 22 costs a sixth more CPU (measured). */
const WINDOW_BITS = 18;
/** Output taken from the thread pool at once: more than a packed block, so that there is one round trip (measured). */
const CHUNK_LEN = 128 * 1024;

/** Runs in libuv's thread pool. Quality 1: under a third of the size at 0.3 us of CPU per packet (measured, README). */
export async function packBlock(records: BlockRecords): Promise<Uint8Array> {
  const packed = await compress(records.bytes, {
    chunkSize: CHUNK_LEN,
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 1,
      [constants.BROTLI_PARAM_LGWIN]: WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: records.bytes.length,
    },
  });
  const block = new Uint8Array(HEADER_LEN + packed.length);
  const view = new DataView(block.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, records.bytes.length, true);
  view.setFloat64(8, records.baseUs, true);
  block.set(packed, HEADER_LEN);
  return block;
}

/** Inverse of packBlock; null for bytes that are not a whole block. Never allocates more than a block may hold. */
export async function unpackBlock(block: Uint8Array): Promise<BlockRecords | null> {
  if (block.length < HEADER_LEN) return null;
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const length = view.getUint32(4, true);
  if (view.getUint32(0, true) !== MAGIC || length > MAX_RECORDS_LEN) return null;
  const maxOutputLength = Math.max(length, 1);
  const bytes = await decompress(block.subarray(HEADER_LEN), { maxOutputLength }).catch(() => null);
  if (bytes === null || bytes.length !== length) return null;
  return { baseUs: view.getFloat64(8, true), bytes };
}

/** One record; `next` is the position after it. */
export interface ReadRecord {
  readonly frame: RingFrame;
  readonly next: number;
}

/** The record at a position; null at the end and where the bytes are not a whole record. The frame's bytes are a view. */
export function readRecord(records: BlockRecords, position: number): ReadRecord | null {
  const { bytes, baseUs } = records;
  if (position + RECORD_HEADER_LEN > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint16(position + RecordAt.flags, true);
  const start = position + RECORD_HEADER_LEN + optionalLen(flags);
  const next = start + view.getUint16(position + RecordAt.capturedLen, true);
  if (next > bytes.length) return null;
  const frame: RingFrame = {
    frameNumber: 0,
    tsUs: baseUs + view.getInt32(position + RecordAt.timeOffset, true),
    linkType: view.getUint16(position + RecordAt.linkType, true),
    wireLen: view.getUint32(position + RecordAt.wireLen, true),
    ifIndex: view.getUint32(position + RecordAt.ifIndex, true),
    bytes: bytes.subarray(start, next),
    annotations: readAnnotations(view, position + RECORD_HEADER_LEN, flags),
  };
  return { frame, next };
}

function optionalLen(flags: number): number {
  return ((flags & RecordFlag.HEAD) !== 0 ? 4 : 0) + ((flags & RecordFlag.CONTENT_LENGTH) !== 0 ? 8 : 0);
}

function readAnnotations(view: DataView, at: number, flags: number): FrameAnnotations | null {
  if (flags === 0) return null;
  const hasHead = (flags & RecordFlag.HEAD) !== 0;
  return {
    headLen: hasHead ? view.getUint32(at, true) : null,
    contentLength: (flags & RecordFlag.CONTENT_LENGTH) !== 0 ? view.getFloat64(hasHead ? at + 4 : at, true) : null,
    chunked: (flags & RecordFlag.CHUNKED) !== 0,
    endsWithLastChunk: (flags & RecordFlag.LAST_CHUNK) !== 0,
  };
}
