/** One decoded frame as flat numbers: the record that the hot path fills again and again. It only holds; packet-decoder.ts fills it. */
import type { TimestampUs } from './captured-frame.ts';
import type { DecodeOutcome } from './decode-outcome.ts';
import type { Seq } from './seq.ts';

const NO_BYTES: Uint8Array = new Uint8Array(0);

/** Reused for every frame and never allocated per packet: copy what must outlive the next decode.
 *  Only the outcome says which fields belong to this frame; the others still hold an earlier frame's values. */
export class Packet {
  /** frame.number. */
  frameNumber = 0;
  tsUs: TimestampUs = 0;
  /** frame.len, bytes. */
  wireLen = 0;
  /** Bytes that hold the captured frame, owned by its source. All offsets below count in them. */
  bytes: Uint8Array = NO_BYTES;
  /** The frame is bytes[frameStart, frameEnd). */
  frameStart = 0;
  frameEnd = 0;

  /** sll.pkttype of a cooked capture: 0 to us, 1 broadcast, 2 multicast, 3 to somebody else, 4 from us. -1: the link type does not say. */
  packetType = -1;
  /** vlan.id, innermost tag, 0..4095. -1: untagged. */
  vlan = -1;
  /** eth.type after tags; cooked, raw and PPP links are translated. -1: none. */
  etherType = -1;
  /** Byte offset of the IP header in `bytes`. */
  ipOffset = 0;

  ipVersion: 4 | 6 = 4;
  /** Source address, 128 bits as four int32; IPv4 is IPv4-mapped (0, 0, 0xffff, address; RFC 4291 section 2.5.5.2). */
  src0 = 0;
  src1 = 0;
  src2 = 0;
  src3 = 0;
  /** Destination address, as the source. */
  dst0 = 0;
  dst1 = 0;
  dst2 = 0;
  dst3 = 0;
  /** ip.ttl or ipv6.hlim. */
  ttl = 0;
  /** ip.id. -1: IPv6. */
  ipId = -1;
  /** ip.flags.df; false for IPv6, which has no such bit. */
  dontFragment = false;

  srcPort = 0;
  dstPort = 0;
  /** tcp.seq_raw. */
  seq: Seq = 0;
  /** tcp.ack_raw; meaningful only with TcpFlag.ACK. */
  ack: Seq = 0;
  /** TcpFlag bits, 0..255. */
  flags = 0;
  /** tcp.window_size_value: as sent, before scaling. */
  window = 0;
  /** tcp.hdr_len, bytes, 20..60. */
  tcpHeaderLen = 0;
  optionsOffset = 0;
  /** Captured bytes of options: less than tcpHeaderLen - 20 in a cut frame. */
  optionsLen = 0;
  /** TCP timestamps option (RFC 7323) present and captured whole. */
  hasTimestamp = false;
  /** tcp.options.timestamp.tsval; 0 without the option. */
  tsval: Seq = 0;
  /** tcp.options.timestamp.tsecr; 0 without the option. */
  tsecr: Seq = 0;

  payloadOffset = 0;
  /** tcp.len: bytes on the wire by the IP length field; by the frame where that is 0 (segmentation offload) or more than the frame held. */
  payloadLen = 0;
  /** Bytes of the payload in `bytes`, from payloadOffset: at most payloadLen. */
  capturedPayloadLen = 0;

  /** The frame to decode is bytes[start, end). */
  setFrame(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.frameStart = start;
    this.frameEnd = end;
  }
}

/** The outcome when `bytes` end inside a header: cut by the capture, or sent too short. */
export function tooShort(packet: Packet): DecodeOutcome {
  return packet.wireLen > packet.frameEnd - packet.frameStart ? 'cut' : 'malformed';
}
