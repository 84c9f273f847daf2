/**
 * Reading a TPACKET_V3 receive ring (linux/if_packet.h, Documentation/networking/packet_mmap.rst): memory shared with the
 * kernel, handed back block by block. No call into the kernel is made here. All fields are in the host's byte order, which
 * typed arrays have too; blocks lie on pages, headers on multiples of 8 (V3_ALIGNMENT of net/packet/af_packet.c).
 */
import { FrameWindow, LinkType } from '@resetscope/wire';
import type { FrameSink } from './packet-source.ts';
import { insertVlanTag, MAX_TAGGED_LEN } from './vlan-tag.ts';

/** Words of struct tpacket_block_desc. */
const BlockWord = { status: 2, packets: 3, firstPacket: 4 } as const;
/** Words of struct tpacket3_hdr; `offsets` holds two u16: tp_mac, tp_net. */
const PacketWord = { next: 0, seconds: 1, nanoseconds: 2, capturedLen: 3, wireLen: 4, status: 5, vlanTci: 8 } as const;
/** Byte offsets in struct tpacket3_hdr, and behind it (TPACKET_ALIGN) in struct sockaddr_ll. */
const PacketByte = { mac: 24, net: 26, vlanTpid: 36, ifIndex: 52, hardwareType: 56 } as const;

const TP_STATUS_KERNEL = 0;
const TP_STATUS_USER = 1;
const TP_STATUS_VLAN_VALID = 1 << 4;
const TP_STATUS_VLAN_TPID_VALID = 1 << 6;
/** TPID of a tag whose own the kernel does not tell (IEEE 802.1Q). */
const ETH_P_8021Q = 0x8100;

/** linux/if_arp.h. */
const ARPHRD_ETHER = 1;
const ARPHRD_LOOPBACK = 772;

export interface RingGeometry {
  readonly blockLen: number;
  readonly blockCount: number;
}

export class TpacketRing {
  private readonly words: Uint32Array;
  private readonly halves: Uint16Array;
  private readonly bytes: Uint8Array;
  private readonly geometry: RingGeometry;
  private readonly frame = new FrameWindow();
  private readonly tagged = new Uint8Array(MAX_TAGGED_LEN);
  private block = 0;

  /** memory: blockCount blocks of blockLen bytes, a multiple of 8. */
  constructor(memory: ArrayBuffer, geometry: RingGeometry) {
    this.words = new Uint32Array(memory);
    this.halves = new Uint16Array(memory);
    this.bytes = new Uint8Array(memory);
    this.geometry = geometry;
  }

  /**
   * Hands out every block the kernel has finished, at most a whole ring of them, and gives each back to the kernel; returns
   * the number of frames.
   */
  drain(onFrame: FrameSink): number {
    const { blockCount, blockLen } = this.geometry;
    const before = this.frame.frameNumber;
    for (let i = 0; i < blockCount; i++) {
      const at = this.block * blockLen;
      const status = at / 4 + BlockWord.status;
      if ((Atomics.load(this.words, status) & TP_STATUS_USER) === 0) break;
      this.drainBlock(at, onFrame);
      Atomics.store(this.words, status, TP_STATUS_KERNEL);
      this.block = (this.block + 1) % blockCount;
    }
    return this.frame.frameNumber - before;
  }

  private drainBlock(at: number, onFrame: FrameSink): void {
    const { words } = this;
    const packets = words[at / 4 + BlockWord.packets] as number;
    let packet = at + (words[at / 4 + BlockWord.firstPacket] as number);
    for (let i = 0; i < packets; i++) {
      this.handOut(packet, onFrame);
      packet += words[packet / 4 + PacketWord.next] as number;
    }
  }

  private handOut(at: number, onFrame: FrameSink): void {
    const { words, halves, frame } = this;
    const word = at / 4;
    const hardwareType = halves[(at + PacketByte.hardwareType) / 2] as number;
    const mac = halves[(at + PacketByte.mac) / 2] as number;
    const hasEthernet = hardwareType === ARPHRD_ETHER || hardwareType === ARPHRD_LOOPBACK;
    const start = hasEthernet ? mac : (halves[(at + PacketByte.net) / 2] as number);
    const skipped = start - mac;
    frame.frameNumber++;
    frame.tsUs =
      (words[word + PacketWord.seconds] as number) * 1e6 +
      Math.floor((words[word + PacketWord.nanoseconds] as number) / 1000);
    frame.linkType = hasEthernet ? LinkType.ETHERNET : LinkType.RAW;
    frame.wireLen = (words[word + PacketWord.wireLen] as number) - skipped;
    frame.source = this.bytes;
    frame.start = at + start;
    frame.end = at + mac + (words[word + PacketWord.capturedLen] as number);
    if (hasEthernet && ((words[word + PacketWord.status] as number) & TP_STATUS_VLAN_VALID) !== 0) this.restoreTag(at);
    onFrame(frame, words[(at + PacketByte.ifIndex) / 4] as number);
  }

  /** The kernel takes the outer VLAN tag out of the frame and tells it beside. */
  private restoreTag(at: number): void {
    const { words, halves, frame } = this;
    const hasTpid = ((words[at / 4 + PacketWord.status] as number) & TP_STATUS_VLAN_TPID_VALID) !== 0;
    const tpid = hasTpid ? (halves[(at + PacketByte.vlanTpid) / 2] as number) : ETH_P_8021Q;
    const tagged = insertVlanTag(frame.bytes, tpid, words[at / 4 + PacketWord.vlanTci] as number, this.tagged);
    frame.source = tagged;
    frame.start = 0;
    frame.end = tagged.length;
    frame.wireLen += 4;
  }
}
