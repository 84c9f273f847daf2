/**
 * The same packet seen on several interfaces: bridge and veth, bond and its members, VLAN and its parent. A copy has another
 * interface and everything else alike within milliseconds; a segment sent again comes over the same interface, or with
 * another IP identification. What an interface has cut up or merged (segmentation offload) is no copy.
 */
import type { Packet } from '@resetscope/wire';

/** Packets remembered: more than one drain of a whole ring of the kernel hands over. Places by hash, each for a few packets. */
const PLACES = 65_536;
const PACKETS_PER_PLACE = 4;
/** Between the first and the last interface on a packet's way through a host; far below any retransmission timeout. */
const WITHIN_US = 5000;

export class CopyFilter {
  private readonly hashes = new Int32Array(PLACES * PACKETS_PER_PLACE);
  private readonly seqs = new Uint32Array(PLACES * PACKETS_PER_PLACE);
  private readonly acks = new Uint32Array(PLACES * PACKETS_PER_PLACE);
  private readonly ipIds = new Int32Array(PLACES * PACKETS_PER_PLACE);
  private readonly sizes = new Int32Array(PLACES * PACKETS_PER_PLACE);
  private readonly ifIndexes = new Int32Array(PLACES * PACKETS_PER_PLACE).fill(-1);
  private readonly times = new Float64Array(PLACES * PACKETS_PER_PLACE);
  /** Of each place, the packet to be replaced next. */
  private readonly oldest = new Uint8Array(PLACES);

  /** hash: of both ends, in order. True for a copy; otherwise the packet is remembered. */
  isCopy(packet: Packet, hash: number, ifIndex: number): boolean {
    const { seq, ack } = packet;
    const size = (packet.payloadLen << 8) | packet.flags;
    const mixed = hash ^ Math.imul(seq, 0x9e3779b1) ^ Math.imul(ack, 0x85ebca6b) ^ size;
    const place = (mixed ^ (mixed >>> 16)) & (PLACES - 1);
    const first = place * PACKETS_PER_PLACE;
    for (let at = first; at < first + PACKETS_PER_PLACE; at++) {
      if (this.seqs[at] === seq && this.sizes[at] === size && this.isSame(at, packet, hash, ifIndex)) return true;
    }
    const next = this.oldest[place] as number;
    this.oldest[place] = (next + 1) % PACKETS_PER_PLACE;
    this.remember(first + next, packet, hash, size, ifIndex);
    return false;
  }

  private isSame(at: number, { ack, ipId, tsUs }: Packet, hash: number, ifIndex: number): boolean {
    return (
      this.acks[at] === ack &&
      this.hashes[at] === hash &&
      this.ipIds[at] === ipId &&
      this.ifIndexes[at] !== ifIndex &&
      Math.abs(tsUs - (this.times[at] as number)) <= WITHIN_US
    );
  }

  private remember(at: number, packet: Packet, hash: number, size: number, ifIndex: number): void {
    this.hashes[at] = hash;
    this.seqs[at] = packet.seq;
    this.acks[at] = packet.ack;
    this.ipIds[at] = packet.ipId;
    this.sizes[at] = size;
    this.ifIndexes[at] = ifIndex;
    this.times[at] = packet.tsUs;
  }
}
