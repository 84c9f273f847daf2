/** TCP header (RFC 9293 section 3.1) and options. This file reads; it never judges: port 0, SYN with RST and a bad checksum
 *  decode like anything else, because broken segments are what this product is asked about. */
import { readU8, readU16, readU32 } from './big-endian.ts';
import type { DecodeOutcome } from './decode-outcome.ts';
import { type Packet, tooShort } from './packet.ts';
import type { Seq } from './seq.ts';

/** Bytes, RFC 9293 section 3.1: data offset 5. */
export const TCP_HEADER_MIN_LEN = 20;

/** Byte offsets in the header, in header order. */
export const TCP_AT = {
  srcPort: 0,
  dstPort: 2,
  seq: 4,
  ack: 8,
  dataOffset: 12,
  flags: 13,
  window: 14,
  checksum: 16,
  urgent: 18,
} as const;

/** Control bits (RFC 9293 section 3.1): the byte at TCP_AT.flags. */
export const TcpFlag = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ECE: 64, CWR: 128 } as const;

/** Letters and order of tcpdump (tcpdump.c, print-tcp.c: tcp_flag_values). */
const FLAG_LETTERS: readonly (readonly [bit: number, letter: string])[] = [
  [TcpFlag.FIN, 'F'],
  [TcpFlag.SYN, 'S'],
  [TcpFlag.RST, 'R'],
  [TcpFlag.PSH, 'P'],
  [TcpFlag.ACK, '.'],
  [TcpFlag.URG, 'U'],
  [TcpFlag.ECE, 'E'],
  [TcpFlag.CWR, 'W'],
];

/** As tcpdump prints them between brackets: `S`, `S.`, `P.`, `R.`, `.`; `none` without any. */
export function formatFlags(flags: number): string {
  let letters = '';
  for (const [bit, letter] of FLAG_LETTERS) if ((flags & bit) !== 0) letters += letter;
  return letters === '' ? 'none' : letters;
}

/** Kinds: iana.org/assignments/tcp-parameters. */
export const TcpOptionCode = {
  END: 0,
  NOP: 1,
  MSS: 2,
  WINDOW_SCALE: 3,
  SACK_PERMITTED: 4,
  SACK: 5,
  TIMESTAMPS: 8,
} as const;

/** Bytes of a timestamps option, kind and length included (RFC 7323 section 3.2). */
const TIMESTAMPS_LEN = 10;
/** NOP, NOP, kind 8, length 10: how every common stack lays out an established connection's options (RFC 7323 appendix A). */
const NOP_NOP_TIMESTAMPS = 0x0101080a;

/** Fills the TCP fields. `at`: offset of the TCP header in packet.bytes; `segmentBytes`: header and payload on the wire. */
export function decodeTcp(packet: Packet, at: number, segmentBytes: number): DecodeOutcome {
  const { bytes } = packet;
  const end = packet.frameEnd;
  if (segmentBytes < TCP_HEADER_MIN_LEN) return 'malformed';
  if (at + TCP_HEADER_MIN_LEN > end) return tooShort(packet);
  const headerLen = (readU8(bytes, at + TCP_AT.dataOffset) >>> 4) << 2;
  if (headerLen < TCP_HEADER_MIN_LEN || headerLen > segmentBytes) return 'malformed';
  const headerEnd = Math.min(at + headerLen, end);
  packet.srcPort = readU16(bytes, at + TCP_AT.srcPort);
  packet.dstPort = readU16(bytes, at + TCP_AT.dstPort);
  packet.seq = readU32(bytes, at + TCP_AT.seq);
  packet.ack = readU32(bytes, at + TCP_AT.ack);
  packet.flags = readU8(bytes, at + TCP_AT.flags);
  packet.window = readU16(bytes, at + TCP_AT.window);
  packet.tcpHeaderLen = headerLen;
  packet.optionsOffset = at + TCP_HEADER_MIN_LEN;
  packet.optionsLen = headerEnd - packet.optionsOffset;
  packet.payloadOffset = headerEnd;
  packet.payloadLen = segmentBytes - headerLen;
  packet.capturedPayloadLen = Math.min(packet.payloadLen, end - headerEnd);
  readTimestamps(packet);
  return 'tcp';
}

function readTimestamps(packet: Packet): void {
  const { bytes, optionsOffset, optionsLen } = packet;
  const isCommon = optionsLen === 12 && readU32(bytes, optionsOffset) === NOP_NOP_TIMESTAMPS;
  const at = isCommon ? optionsOffset + 2 : findTimestamps(bytes, optionsOffset, optionsOffset + optionsLen);
  packet.hasTimestamp = at >= 0;
  packet.tsval = at >= 0 ? readU32(bytes, at + 2) : 0;
  packet.tsecr = at >= 0 ? readU32(bytes, at + 6) : 0;
}

/** Offset of the first well-formed timestamps option in [start, end), or -1. */
function findTimestamps(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const len = optionLen(bytes, at, end);
    if (len === 0) return -1;
    if (len === TIMESTAMPS_LEN && readU8(bytes, at) === TcpOptionCode.TIMESTAMPS) return at;
    at += len;
  }
  return -1;
}

/** Bytes of the option at `at`, or 0 where options end or go wrong (RFC 9293 section 3.1). */
function optionLen(bytes: Uint8Array, at: number, end: number): number {
  const code = readU8(bytes, at);
  if (code === TcpOptionCode.NOP) return 1;
  if (code === TcpOptionCode.END || at + 1 >= end) return 0;
  const len = readU8(bytes, at + 1);
  return len < 2 || at + len > end ? 0 : len;
}

export type TcpOption =
  /** tcp.options.mss_val, bytes. */
  | { readonly kind: 'mss'; readonly value: number }
  /** tcp.options.wscale.shift, 0..255 as sent; RFC 7323 section 2.3 caps its use at 14. */
  | { readonly kind: 'window-scale'; readonly shift: number }
  | { readonly kind: 'sack-permitted' }
  | { readonly kind: 'sack'; readonly blocks: readonly (readonly [left: Seq, right: Seq])[] }
  | { readonly kind: 'timestamps'; readonly tsval: Seq; readonly tsecr: Seq }
  /** Any other code, or a known one with a length that is not its own. `data` is a view. */
  | { readonly kind: 'unknown'; readonly code: number; readonly data: Uint8Array };

/** Options in order, without NOP; ends at END or at the first option that does not fit. Never throws.
 *  Allocates: for SYN segments and reports; the hot path has Packet.tsval. */
export function readTcpOptions(bytes: Uint8Array): readonly TcpOption[] {
  const options: TcpOption[] = [];
  let at = 0;
  while (at < bytes.length) {
    const len = optionLen(bytes, at, bytes.length);
    if (len === 0) break;
    if (len > 1) options.push(readOption(bytes.subarray(at, at + len)));
    at += len;
  }
  return options;
}

/** `option`: kind, length, data. */
function readOption(option: Uint8Array): TcpOption {
  const code = readU8(option, 0);
  const len = option.length;
  if (code === TcpOptionCode.MSS && len === 4) return { kind: 'mss', value: readU16(option, 2) };
  if (code === TcpOptionCode.WINDOW_SCALE && len === 3) return { kind: 'window-scale', shift: readU8(option, 2) };
  if (code === TcpOptionCode.SACK_PERMITTED && len === 2) return { kind: 'sack-permitted' };
  if (code === TcpOptionCode.SACK && len > 2 && len % 8 === 2) return { kind: 'sack', blocks: readSackBlocks(option) };
  if (code === TcpOptionCode.TIMESTAMPS && len === TIMESTAMPS_LEN)
    return { kind: 'timestamps', tsval: readU32(option, 2), tsecr: readU32(option, 6) };
  return { kind: 'unknown', code, data: option.subarray(2) };
}

/** RFC 2018 section 3: pairs of left and right edge. */
function readSackBlocks(option: Uint8Array): readonly (readonly [Seq, Seq])[] {
  const blocks: (readonly [Seq, Seq])[] = [];
  for (let at = 2; at < option.length; at += 8) blocks.push([readU32(option, at), readU32(option, at + 4)]);
  return blocks;
}
