/** Network byte order (RFC 791, appendix B) read in place: plain byte reads, because a DataView per frame costs more than the reads (measured).
 *  The caller has checked the length: past the end nothing throws, but what is read is not a byte. */

/** 0..255. */
export function readU8(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

/** 0..65535. */
export function readU16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** -2^31..2^31-1: cheap to compare and to hash; addresses are kept this way. */
export function readI32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}

/** 0..2^32-1. */
export function readU32(bytes: Uint8Array, at: number): number {
  return readI32(bytes, at) >>> 0;
}
