/**
 * A block: a run of packet records, compressed as one. Immutable once written. All numbers little-endian.
 *
 *   0   4  'RSB2'
 *   4   4  bytes of the records before compression
 *   8   8  baseUs, float64: time of the first record
 *  16   -  records (record-format.ts), brotli (RFC 7932)
 *
 * What the bytes mean is not looked at here: trim.ts chose them, record-encoder.ts wrote them.
 */
import { promisify } from 'node:util';
import { brotliCompressSync, brotliDecompress, constants } from 'node:zlib';
import { decodeRecords } from './record-decoder.ts';
import type { RingFrame } from './ring-frame.ts';

/** 'RSB2', little-endian. */
const MAGIC = 0x32425352;
const HEADER_LEN = 16;
/** Bytes of records at which a block is full: brotli gains little from more (measured). More than this is not opened. */
export const MAX_RECORDS_LEN: number = 256 * 1024;

const decompress = promisify(brotliDecompress);

/** A block as the ring stores it, with its index. */
export interface PackedBlock {
  readonly block: Uint8Array;
  /** BlockIndex.bytes. */
  readonly index: Uint8Array;
  readonly firstUs: number;
  readonly lastUs: number;
}

/** log2 of the window: MAX_RECORDS_LEN. brotli's default of 22 costs a sixth more CPU (measured). */
const WINDOW_BITS = 18;
/** Output taken at once: more than a packed block. */
const CHUNK_LEN = 128 * 1024;

/**
 * Records, and the time of the first, as a block. Not in the thread pool: half a millisecond for a full block, for which the kernel's
 * ring has room a hundred times over, where handing it over and the garbage of it cost half as much again (measured).
 */
export function packRecords(records: Uint8Array, baseUs: number): Uint8Array {
  const packed = brotliCompressSync(records, {
    chunkSize: CHUNK_LEN,
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 1,
      [constants.BROTLI_PARAM_LGWIN]: WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: records.length,
    },
  });
  const block = new Uint8Array(HEADER_LEN + packed.length);
  const view = new DataView(block.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, records.length, true);
  view.setFloat64(8, baseUs, true);
  block.set(packed, HEADER_LEN);
  return block;
}

/** The frames of a block in order, each with bytes of its own; null for bytes that are not a whole block. Never allocates much more than a block may hold. */
export async function unpackBlock(block: Uint8Array): Promise<readonly RingFrame[] | null> {
  if (block.length < HEADER_LEN) return null;
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const length = view.getUint32(4, true);
  if (view.getUint32(0, true) !== MAGIC || length > MAX_RECORDS_LEN) return null;
  const maxOutputLength = Math.max(length, 1);
  const bytes = await decompress(block.subarray(HEADER_LEN), { maxOutputLength }).catch(() => null);
  return bytes === null || bytes.length !== length ? null : decodeRecords(bytes, view.getFloat64(8, true));
}
