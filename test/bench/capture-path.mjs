/**
 * What the capture costs between the kernel's ring and Redis, stage by stage, without both: recorded nginx traffic laid out in
 * memory as the kernel lays it out, drained, put into blocks, compressed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_SNAP_LEN, openFile } from '@resetscope/capture';
import { BlockBuilder } from '@resetscope/ring';
import { TpacketRing } from '../../packages/capture/dist/tpacket-ring.js';
import { median } from './measured-run.mjs';
import { recordTraffic } from './record-traffic.mjs';

/** Some 290,000 packets. */
const REQUESTS = 10_000;
/** The recording's gaps are shortened to this rate: a time offset is a part of every record. */
const PACKETS_PER_SECOND = 300_000;
const WARM_UP_ROUNDS = 3;

/** As the source asks the kernel for it (af-packet-source.ts). */
const BLOCK_LEN = 1024 * 1024;
const BLOCK_COUNT = 64;
/** Every 10 ms (capture-loop.ts). */
const PACKETS_PER_DRAIN = PACKETS_PER_SECOND / 100;
/** BLK_HDR_LEN, V3_ALIGNMENT and, for Ethernet, macoff and netoff of tpacket_rcv (net/packet/af_packet.c). */
const BLOCK_HEADER_LEN = 48;
const ALIGNMENT = 8;
const MAC_OFFSET = 82;
const NET_OFFSET = 96;
/** Byte offsets in struct tpacket_block_desc, and in struct tpacket3_hdr with struct sockaddr_ll behind it (linux/if_packet.h). */
const BlockByte = { status: 8, packets: 12, firstPacket: 16 };
const PacketByte = {
  next: 0,
  seconds: 4,
  nanoseconds: 8,
  capturedLen: 12,
  wireLen: 16,
  mac: 24,
  net: 26,
  ifIndex: 52,
  hardwareType: 56,
};
const TP_STATUS_USER = 1;
const ARPHRD_ETHER = 1;
const IF_INDEX = 2;

/** @returns {{ bytes: Uint8Array, wireLen: number, us: number }[]} the first packets of a capture, as the socket filter cuts them */
function readPackets(path, count) {
  const packets = [];
  const source = openFile(path);
  let firstUs;
  const take = ({ bytes, wireLen, tsUs }) => {
    firstUs ??= tsUs;
    if (packets.length < count) packets.push({ bytes: bytes.slice(0, DEFAULT_SNAP_LEN), wireLen, us: tsUs - firstUs });
  };
  while (packets.length < count && source.drain(take) > 0);
  source.close();
  return packets;
}

const recordLen = ({ bytes }) => Math.ceil((MAC_OFFSET + bytes.length) / ALIGNMENT) * ALIGNMENT;

/** As many packets to a block as fit. */
function shareOut(packets) {
  const blocks = [];
  let room = 0;
  for (const packet of packets) {
    const length = recordLen(packet);
    if (length > room) {
      blocks.push([]);
      room = BLOCK_LEN - BLOCK_HEADER_LEN;
    }
    blocks.at(-1).push(packet);
    room -= length;
  }
  return blocks;
}

/** struct tpacket3_hdr, struct sockaddr_ll and the frame at a position; isLast: of its block. */
function writePacket(view, at, { bytes, wireLen, us }, isLast) {
  const nanoseconds = Math.round(us * 1000);
  view.setUint32(at + PacketByte.next, isLast ? 0 : recordLen({ bytes }), true);
  view.setUint32(at + PacketByte.seconds, Math.floor(nanoseconds / 1e9), true);
  view.setUint32(at + PacketByte.nanoseconds, nanoseconds % 1e9, true);
  view.setUint32(at + PacketByte.capturedLen, bytes.length, true);
  view.setUint32(at + PacketByte.wireLen, wireLen, true);
  view.setUint16(at + PacketByte.mac, MAC_OFFSET, true);
  view.setUint16(at + PacketByte.net, NET_OFFSET, true);
  view.setUint32(at + PacketByte.ifIndex, IF_INDEX, true);
  view.setUint16(at + PacketByte.hardwareType, ARPHRD_ETHER, true);
  new Uint8Array(view.buffer).set(bytes, at + MAC_OFFSET);
}

/** A block as the kernel hands it over. */
function layOut(packets) {
  const view = new DataView(new ArrayBuffer(BLOCK_LEN));
  view.setUint32(BlockByte.status, TP_STATUS_USER, true);
  view.setUint32(BlockByte.packets, packets.length, true);
  view.setUint32(BlockByte.firstPacket, BLOCK_HEADER_LEN, true);
  let at = BLOCK_HEADER_LEN;
  for (const packet of packets) {
    writePacket(view, at, packet, packet === packets.at(-1));
    at += recordLen(packet);
  }
  return new Uint8Array(view.buffer);
}

/** Stands for the kernel: writes the next blocks of the traffic into the ring, so that the reader finds them in the CPU's cache. */
class Kernel {
  #memory = new Uint8Array(BLOCK_LEN * BLOCK_COUNT);
  #blocks;
  #written = 0;
  ring = new TpacketRing(this.#memory.buffer, { blockLen: BLOCK_LEN, blockCount: BLOCK_COUNT });

  constructor(packets) {
    this.#blocks = shareOut(packets).map(layOut);
    this.blocksPerDrain = Math.max(1, Math.round((this.#blocks.length * PACKETS_PER_DRAIN) / packets.length));
    this.drainsPerRound = Math.ceil(this.#blocks.length / this.blocksPerDrain);
  }

  /** The traffic begins again where it ends. */
  write() {
    for (let i = 0; i < this.blocksPerDrain; i++, this.#written++)
      this.#memory.set(this.#blocks[this.#written % this.#blocks.length], (this.#written % BLOCK_COUNT) * BLOCK_LEN);
  }
}

/** The recording's gaps, shortened to the rate. */
function hurry(packets) {
  const factor = packets.length / PACKETS_PER_SECOND / (packets.at(-1).us / 1e6);
  return packets.map((packet) => ({ ...packet, us: packet.us * factor }));
}

/** All threads, microseconds. */
function cpuUsOf(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** What one round costs and leaves. */
function captureRound(kernel, builder) {
  const bytes = { records: 0, packed: 0, index: 0 };
  let [wholeUs, packUs, blocks, packets] = [0, 0, 0, 0];
  const seal = () => {
    const { block, index } = builder.seal();
    bytes.records += recordsLen(block);
    bytes.packed += block.length;
    bytes.index += index.length;
    blocks++;
  };
  const sink = (frame, ifIndex) => {
    if (builder.add(frame, ifIndex) !== 'full') return;
    packUs += cpuUsOf(seal);
    builder.add(frame, ifIndex);
  };
  for (let drain = 0; drain < kernel.drainsPerRound; drain++) {
    kernel.write();
    wholeUs += cpuUsOf(() => (packets += kernel.ring.drain(sink)));
  }
  return { cpuUs: { drainAndBuild: wholeUs - packUs, pack: packUs }, bytes, blocks, packets };
}

/** Bytes before compression, as packages/ring/src/block.ts writes them. */
function recordsLen(block) {
  return new DataView(block.buffer, block.byteOffset).getUint32(4, true);
}

/** Without a sink that does anything. */
function drainRound(kernel) {
  let [cpuUs, packets] = [0, 0];
  const ignore = () => undefined;
  for (let drain = 0; drain < kernel.drainsPerRound; drain++) {
    kernel.write();
    cpuUs += cpuUsOf(() => (packets += kernel.ring.drain(ignore)));
  }
  return { cpuUs, packets };
}

function repeated(rounds, round) {
  const results = [];
  for (let i = -WARM_UP_ROUNDS; i < rounds; i++) {
    const result = round();
    if (i >= 0) results.push(result);
  }
  return results;
}

const round3 = (value) => Math.round(value * 1000) / 1000;

/** of: median or least. */
function cpuUsPerPacket(captures, drains, of) {
  const stage = (name) => of(captures.map(({ cpuUs, packets }) => cpuUs[name] / packets));
  const drain = of(drains.map(({ cpuUs, packets }) => cpuUs / packets));
  const [drainAndBuild, pack] = [stage('drainAndBuild'), stage('pack')];
  return {
    drain: round3(drain),
    build: round3(drainAndBuild - drain),
    pack: round3(pack),
    total: round3(drainAndBuild + pack),
  };
}

function summary(captures, drains) {
  const { bytes, blocks, packets } = captures[0];
  const perPacket = Object.entries(bytes).map(([name, value]) => [name, round3(value / packets)]);
  return {
    packetsPerBlock: Math.round(packets / blocks),
    cpuUsPerPacket: cpuUsPerPacket(captures, drains, median),
    leastCpuUsPerPacket: cpuUsPerPacket(captures, drains, (values) => Math.min(...values)),
    bytesPerPacket: { ...Object.fromEntries(perPacket), stored: round3((bytes.packed + bytes.index) / packets) },
  };
}

export const capturePath = {
  about: 'the capture without kernel and Redis: CPU time per packet of each stage, bytes per packet',
  options: {
    packets: { type: 'string', default: '200000' },
    rounds: { type: 'string', default: '15' },
    /** Own traffic instead of a recording: any pcap or pcapng of Ethernet. */
    pcap: { type: 'string' },
  },
  async run({ packets, rounds, pcap }, say) {
    const dir = mkdtempSync(join(tmpdir(), 'resetscope-bench-'));
    try {
      if (pcap === undefined) {
        say('recording nginx traffic');
        recordTraffic(dir, REQUESTS);
      }
      const recorded = hurry(readPackets(pcap ?? join(dir, 'recorded.pcap'), Number(packets)));
      say(`${recorded.length} packets, ${rounds} rounds`);
      const kernel = new Kernel(recorded);
      const builder = new BlockBuilder();
      // An empty sink comes last: until then the code is compiled for one sink, as in the capture.
      const captures = repeated(rounds, () => captureRound(kernel, builder));
      const drains = repeated(rounds, () => drainRound(kernel));
      return { packets: recorded.length, ...summary(captures, drains) };
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};
