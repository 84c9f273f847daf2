/**
 * One direction of a connection: what its sender has sent, in 32-bit sequence numbers and in unbounded stream offsets,
 * and the habits of its packets (TTL, IP ID, timestamps, window) that a reset is compared with.
 */
import { type Packet, seqDiff, TcpFlag } from '@resetscope/wire';
import { EndpointProgress } from './endpoint-state.ts';
import type { HalfSummary } from './tcp-stream.ts';

export class Half {
  packets = 0;
  readonly endpoint: EndpointProgress = new EndpointProgress();
  /** Initial sequence number as Wireshark takes it: of the SYN, else one before the first number seen; -1 before that. */
  isn = -1;
  /** `sent` and `sentSeq` stand: a packet other than RST of this direction, or an ACK of it, has been seen. */
  isBegun = false;
  sawSyn = false;
  /** Highest payload offset sent; offset 0 is the first payload byte. */
  sent = 0;
  /** Sequence number of offset `sent`. */
  sentSeq = 0;
  /** The same by captured packets alone: not moved by acknowledgments of what the capture missed. */
  captured = 0;
  /** Offset acknowledged by the other side. */
  acked = 0;
  /** The FIN takes one sequence number after this offset; -1 before it. */
  finOffset = -1;
  finAcked = false;
  /** The FIN's turn has come: every byte before it was read or given up. */
  isRead = false;
  sawRst = false;
  /** As advertised last, unscaled; -1 before the first packet. */
  lastWindow = -1;
  lastIpId = -1;
  usesTimestamps = false;
  retransmissions = 0;
  /** Retransmissions since the other side's last packet. */
  unanswered = 0;
  missedBytes = 0;
  /** Up to two TTLs (hop limits) seen on packets other than RST, and how often; -1 before the first. */
  private ttl = -1;
  private ttlCount = 0;
  private otherTtl = -1;
  private otherTtlCount = 0;

  /** A packet other than RST was seen: there is something to compare a RST with. */
  get isSeen(): boolean {
    return this.ttl !== -1;
  }

  /** Every packet of this direction, RST too, may be the first to show its numbers; a SYN+ACK always does. */
  noteIsn(packet: Packet): void {
    const isSyn = (packet.flags & TcpFlag.SYN) !== 0;
    const isSynAck = isSyn && (packet.flags & TcpFlag.ACK) !== 0;
    if (this.isn === -1 || isSynAck) this.isn = isSyn ? packet.seq : (packet.seq - 1) >>> 0;
  }

  /** An acknowledgment may show them too. */
  noteIsnFromAck(ack: number): void {
    if (this.isn === -1) this.isn = (ack - 1) >>> 0;
  }

  /** firstSeq: sequence number of offset 0. */
  begin(firstSeq: number): void {
    this.isBegun = true;
    this.sentSeq = firstSeq >>> 0;
  }

  /** Stream offset of a sequence number near the sending edge; negative before the first byte. */
  offsetOf(seq: number): number {
    return this.sent + seqDiff(seq, this.sentSeq);
  }

  /** Offset of a packet's first payload byte: a SYN takes the number before it. */
  startOf(packet: Packet): number {
    return (packet.flags & TcpFlag.SYN) !== 0 ? 0 : this.offsetOf(packet.seq);
  }

  /** Moves the sending edge to `offset` when that is ahead. */
  advance(offset: number): void {
    if (offset <= this.sent) return;
    this.sentSeq = (this.sentSeq + (offset - this.sent)) >>> 0;
    this.sent = offset;
  }

  /** SND.NXT as seen: SYN and FIN count one each. */
  get nextSeq(): number {
    return this.finOffset >= 0 ? (this.sentSeq + 1) >>> 0 : this.sentSeq;
  }

  /** Highest acknowledgment number the other side has sent, as far as it covers what was sent. */
  get ackedSeq(): number {
    return (this.sentSeq - (this.sent - this.acked) + (this.finAcked ? 1 : 0)) >>> 0;
  }

  /** What a packet other than RST shows of its sender's habits. */
  remember(packet: Packet): void {
    this.packets++;
    this.lastWindow = packet.window;
    this.lastIpId = packet.ipId;
    if (this.ttl === -1 || packet.ttl === this.ttl) {
      this.ttl = packet.ttl;
      this.ttlCount++;
    } else {
      this.otherTtlCount = packet.ttl === this.otherTtl ? this.otherTtlCount + 1 : 1;
      this.otherTtl = packet.ttl;
    }
  }

  hasSentTtl(ttl: number): boolean {
    return ttl === this.ttl || ttl === this.otherTtl;
  }

  summary(): HalfSummary {
    const commonest = this.otherTtlCount > this.ttlCount ? this.otherTtl : this.ttl;
    return {
      packets: this.packets,
      payloadBytes: this.sent,
      retransmissions: this.retransmissions,
      missedBytes: this.missedBytes,
      ttl: this.isSeen ? commonest : null,
      isn: Math.max(0, this.isn),
      usesTimestamps: this.usesTimestamps,
    };
  }
}
