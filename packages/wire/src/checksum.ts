/** The Internet checksum (RFC 1071). */
import { readU8, readU16 } from './big-endian.ts';

/** 0..65535, to be written into a checksum field that was 0; over bytes whose field is filled, 0 means correct. */
export function internetChecksum(bytes: Uint8Array): number {
  let sum = 0;
  const evenLen = bytes.length & ~1;
  for (let at = 0; at < evenLen; at += 2) sum += readU16(bytes, at);
  if (evenLen < bytes.length) sum += readU8(bytes, evenLen) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
