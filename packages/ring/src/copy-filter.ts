/**
 * The same packet seen on several interfaces: bridge and veth, bond and its members, VLAN and its parent. A copy has another
 * interface and everything else alike within milliseconds; a segment sent again comes over the same interface, or with
 * another IP identification. What an interface has cut up or merged (segmentation offload) is no copy.
 */
import type { Packet } from '@resetscope/wire';

/** Packets remembered: those of a few milliseconds at any rate. A power of two. */
const PACKETS = 4096;
/** Between the first and the last interface on a packet's way through a host; far below any retransmission timeout. */
const WITHIN_US = 5000;

export class CopyFilter {
  private readonly hashes = new Int32Array(PACKETS);
  private readonly seqs = new Uint32Array(PACKETS);
  private readonly acks = new Uint32Array(PACKETS);
  private readonly ipIds = new Int32Array(PACKETS);
  private readonly sizes = new Uint32Array(PACKETS);
  private readonly ifIndexes = new Int32Array(PACKETS).fill(-1);
  private readonly times = new Float64Array(PACKETS);

  /** hash: of both ends, in order. True for a copy; otherwise the packet is remembered. */
  isCopy(packet: Packet, hash: number, ifIndex: number): boolean {
    const { seq, ack, ipId, tsUs } = packet;
    const size = (packet.payloadLen << 8) | packet.flags;
    const place = (hash ^ Math.imul(seq, 0x9e3779b1) ^ Math.imul(ack, 0x85ebca6b) ^ size) & (PACKETS - 1);
    const isSame =
      this.seqs[place] === seq &&
      this.acks[place] === ack &&
      this.hashes[place] === hash &&
      this.ipIds[place] === ipId &&
      this.sizes[place] === size >>> 0;
    if (isSame && this.ifIndexes[place] !== ifIndex && Math.abs(tsUs - (this.times[place] as number)) <= WITHIN_US)
      return true;
    this.hashes[place] = hash;
    this.seqs[place] = seq;
    this.acks[place] = ack;
    this.ipIds[place] = ipId;
    this.sizes[place] = size;
    this.ifIndexes[place] = ifIndex;
    this.times[place] = tsUs;
    return false;
  }
}
