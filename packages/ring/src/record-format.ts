/**
 * How a packet is written into a block before compression. Packets of one direction of one connection are a stream; the header
 * of each is written as its difference from the one before in its stream, which leaves little for the compressor to do: a
 * fifth of its time and half of its output (measured). Lossless: nothing is computed from what the bytes mean.
 *
 * A record; `varint` is LEB128, `zigzag` a varint of 2n or -2n-1 (protobuf, Encoding):
 *
 *   1       RecordBit bits
 *   varint  stream, unless NEW: then it is the next number
 *   zigzag  time minus that of the record before, microseconds
 *   zigzag  with WIRE_LEN: wireLen minus that of the stream's record before
 *   varint  with SOURCE: link type
 *   varint  with SOURCE: interface index
 *   varint  with HEADER_LEN: length of the header, even
 *   varint  with BYTES: length of the bytes that follow the header
 *   1       with NOTES: NoteBit bits
 *   varint  with NOTES and HEAD: headLen
 *   varint  with NOTES and CONTENT_LENGTH: Content-Length
 *   -       unless SAME_CHANGES: one bit for each two bytes of the header, lowest first, whole bytes: did they change?
 *   2n      for each that did: the difference of the two bytes as a number, modulo 2^16, low byte first
 *   -       with BYTES: the bytes
 *
 * What a stream has no record before, it has zeros: time is counted from the block's baseUs, header bytes and lengths from 0.
 */

export const RecordBit = {
  NEW: 1,
  WIRE_LEN: 2,
  SOURCE: 4,
  HEADER_LEN: 8,
  BYTES: 16,
  NOTES: 32,
  SAME_CHANGES: 64,
} as const;

/** What FrameAnnotations say. */
export const NoteBit = { HEAD: 1, CONTENT_LENGTH: 2, CHUNKED: 4, LAST_CHUNK: 8, HEAD_GOES_ON: 16 } as const;

/** Longest header written as a difference: Ethernet, two VLAN tags, IPv6 and TCP with all its options. More goes into the bytes. */
export const MAX_HEADER_LEN = 128;
/** Pairs of bytes in it: one bit each in two words. */
export const MAX_PAIRS: number = MAX_HEADER_LEN / 2;

/** Longest record without its bytes: control, six varints of at most 5 bytes and one of 8, notes, changes, header. */
export const MAX_RECORD_OVERHEAD: number = 1 + 6 * 5 + 8 + 1 + MAX_PAIRS / 8 + MAX_HEADER_LEN;
