/** A classic pcap file as bytes, for tests and for tools that read nothing newer. Comments and several link types need pcapng. */
import type { CapturedFrame } from './captured-frame.ts';
import { joinBytes } from './join-bytes.ts';
import { PCAP_FILE_HEADER_LEN, PCAP_MAJOR, PCAP_RECORD_HEADER_LEN, PcapMagic } from './pcap.ts';

export interface PcapFormat {
  readonly linkType: number;
  /** Default: little endian, microseconds. */
  readonly bigEndian?: boolean;
  readonly nanoseconds?: boolean;
}

/** Minor version of every writer since 1998 (draft-ietf-opsawg-pcap section 4). */
const PCAP_MINOR = 4;
/** Bytes, tcpdump's default (netdissect.h, MAXIMUM_SNAPLEN). */
const SNAP_LEN = 262_144;
const US_PER_SECOND = 1_000_000;

/** All frames are of one link type: that of the format. */
export function writePcap(
  frames: Iterable<Pick<CapturedFrame, 'tsUs' | 'wireLen' | 'bytes'>>,
  { linkType, bigEndian = false, nanoseconds = false }: PcapFormat,
): Uint8Array {
  const littleEndian = !bigEndian;
  const header = new DataView(new ArrayBuffer(PCAP_FILE_HEADER_LEN));
  header.setUint32(0, nanoseconds ? PcapMagic.NANOSECONDS : PcapMagic.MICROSECONDS, littleEndian);
  header.setUint16(4, PCAP_MAJOR, littleEndian);
  header.setUint16(6, PCAP_MINOR, littleEndian);
  header.setUint32(16, SNAP_LEN, littleEndian);
  header.setUint32(20, linkType, littleEndian);
  const parts: Uint8Array[] = [new Uint8Array(header.buffer)];
  for (const { tsUs, wireLen, bytes } of frames) {
    const record = new DataView(new ArrayBuffer(PCAP_RECORD_HEADER_LEN));
    const fractionUs = tsUs % US_PER_SECOND;
    record.setUint32(0, Math.floor(tsUs / US_PER_SECOND), littleEndian);
    record.setUint32(4, nanoseconds ? fractionUs * 1000 : fractionUs, littleEndian);
    record.setUint32(8, bytes.length, littleEndian);
    record.setUint32(12, wireLen, littleEndian);
    parts.push(new Uint8Array(record.buffer), bytes);
  }
  return joinBytes(parts);
}
