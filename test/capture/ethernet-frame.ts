/** A TCP segment over IPv4 in an Ethernet frame, read by hand (RFC 894, 791, 9293): what the product's decoder is held against. */

const ETHERNET_LEN = 14;

export interface SegmentText {
  /** All headers, hexadecimal. */
  readonly headers: string;
  /** latin1. */
  readonly payload: string;
}

/** bytes: whole, or what was kept of it. */
export function readSegment(bytes: Uint8Array): SegmentText {
  const frame = Buffer.from(bytes);
  const ipLen = 4 * (frame.readUInt8(ETHERNET_LEN) & 15);
  const tcpAt = ETHERNET_LEN + ipLen;
  const payloadAt = tcpAt + 4 * (frame.readUInt8(tcpAt + 12) >> 4);
  return { headers: frame.toString('hex', 0, payloadAt), payload: frame.toString('latin1', payloadAt) };
}

/** Last byte of the source address: tells the hosts of one network apart. */
export function sourceHost(bytes: Uint8Array): number {
  return Buffer.from(bytes).readUInt8(ETHERNET_LEN + 15);
}

/** SEG.SEQ, of a frame without IP options. */
export function seqOf(bytes: Uint8Array): number {
  return Buffer.from(bytes).readUInt32BE(ETHERNET_LEN + 24);
}
