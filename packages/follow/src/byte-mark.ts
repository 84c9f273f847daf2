/**
 * Knowing bytes again without keeping them. A file is known by its head (its first line, or as much of it as HEAD_MAX_LEN
 * holds) and a place in it by the bytes right before it. The head ends with the first line so that it stays the same
 * while the file grows.
 */
import { createHash } from 'node:crypto';

/** A run of bytes known by length and hash. */
export interface ByteMark {
  /** Bytes that were hashed. */
  readonly len: number;
  /** First 32 hex digits of their SHA-256. */
  readonly hash: string;
}

/** Longest head, bytes: an nginx line differs from every other within its stamp, pid and connection number. */
export const HEAD_MAX_LEN = 256;

/** Bytes remembered before an offset: they hold at least the end of the last line and its stamp or request. */
export const BEFORE_MAX_LEN = 256;

const NEWLINE = 0x0a;

/** The mark of no bytes. */
export const NO_BYTES: ByteMark = { len: 0, hash: '' };

export function markBytes(bytes: Uint8Array): ByteMark {
  return { len: bytes.byteLength, hash: createHash('sha256').update(bytes).digest('hex').slice(0, 32) };
}

/** Whether `bytes` begin with the marked ones. An empty mark is in no bytes: it knows nothing. */
export function startsWithMark(bytes: Uint8Array, mark: ByteMark): boolean {
  if (mark.len === 0 || bytes.byteLength < mark.len) return false;
  return markBytes(bytes.subarray(0, mark.len)).hash === mark.hash;
}

/**
 * The head within a file's first bytes: from the first byte that is not NUL (holes are alike) up to and including the
 * first newline, at most HEAD_MAX_LEN. A view.
 */
export function cutHead(firstBytes: Uint8Array): Uint8Array {
  const start = firstBytes.findIndex((byte) => byte !== 0);
  if (start < 0) return firstBytes.subarray(0, 0);
  const newline = firstBytes.indexOf(NEWLINE, start);
  const end = newline < 0 ? firstBytes.byteLength : newline + 1;
  return firstBytes.subarray(start, Math.min(end, start + HEAD_MAX_LEN));
}

/** Whether a head can no longer change while the file grows. */
export function isWholeHead(head: Uint8Array): boolean {
  return head.byteLength >= HEAD_MAX_LEN || head.at(-1) === NEWLINE;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
