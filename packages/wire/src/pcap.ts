/** Classic pcap files (ietf.org/archive/id/draft-ietf-opsawg-pcap): microseconds or nanoseconds, either byte order.
 *
 *  file    magic 4 | major 2 | minor 2 | reserved 8 | snap length 4 | FCS bits, link type 4
 *  record  seconds 4 | fraction 4 | captured length 4 | original length 4 | bytes
 *
 *  Not read: Kuznetzov's modified format and other dialects; the file's own snap length is not enforced.
 */
import type { CaptureInterface } from './capture-summary.ts';
import type { FrameOutlet } from './frame-outlet.ts';
import type { ByteWindow, RecordFault, RecordReader } from './record-reader.ts';

/** Bytes. */
export const PCAP_FILE_HEADER_LEN = 24;
/** Bytes. */
export const PCAP_RECORD_HEADER_LEN = 16;
/** First word of the file, read in its own byte order; draft-ietf-opsawg-pcap section 4. */
export const PcapMagic = { MICROSECONDS: 0xa1b2c3d4, NANOSECONDS: 0xa1b23c4d } as const;
/** The only major version in use; minor 0 to 4 differ in nothing read here. */
export const PCAP_MAJOR = 2;

/** Seconds are unsigned: until 2106. */
const US_PER_SECOND = 1_000_000;

/** null: the first four bytes are not a pcap magic. */
export function openPcap(view: DataView, outlet: FrameOutlet): PcapReader | null {
  for (const littleEndian of [true, false]) {
    const magic = view.getUint32(0, littleEndian);
    if (magic === PcapMagic.MICROSECONDS) return new PcapReader(littleEndian, 1, outlet);
    if (magic === PcapMagic.NANOSECONDS) return new PcapReader(littleEndian, 1000, outlet);
  }
  return null;
}

export class PcapReader implements RecordReader {
  readonly format = 'pcap';
  readonly interfaces: CaptureInterface[] = [];
  readonly skippedBlocks = 0;
  readonly lostPackets = null;
  headLen: number = PCAP_FILE_HEADER_LEN;
  readonly #littleEndian: boolean;
  readonly #fractionsPerUs: number;
  readonly #outlet: FrameOutlet;
  #linkType = 0;

  constructor(littleEndian: boolean, fractionsPerUs: number, outlet: FrameOutlet) {
    this.#littleEndian = littleEndian;
    this.#fractionsPerUs = fractionsPerUs;
    this.#outlet = outlet;
  }

  recordLen({ view }: ByteWindow, at: number): number {
    if (this.interfaces.length === 0) return PCAP_FILE_HEADER_LEN;
    return PCAP_RECORD_HEADER_LEN + view.getUint32(at + 8, this.#littleEndian);
  }

  readRecord(window: ByteWindow, at: number, len: number): RecordFault | null {
    if (this.interfaces.length === 0) return this.#readFileHeader(window.view, at);
    const { bytes, view } = window;
    const fraction = view.getUint32(at + 4, this.#littleEndian);
    const tsUs = view.getUint32(at, this.#littleEndian) * US_PER_SECOND + Math.floor(fraction / this.#fractionsPerUs);
    const wireLen = view.getUint32(at + 12, this.#littleEndian);
    this.#outlet.take(tsUs, this.#linkType, wireLen, bytes, at + PCAP_RECORD_HEADER_LEN, at + len);
    return null;
  }

  #readFileHeader(view: DataView, at: number): RecordFault | null {
    const major = view.getUint16(at + 4, this.#littleEndian);
    if (major !== PCAP_MAJOR) return { kind: 'unsupported-version', at: at + 4, found: `pcap version ${major}` };
    // The upper half holds the length of the frame check sequence.
    this.#linkType = view.getUint32(at + 20, this.#littleEndian) & 0xffff;
    this.interfaces.push({
      linkType: this.#linkType,
      snapLen: view.getUint32(at + 16, this.#littleEndian),
      name: null,
    });
    this.headLen = PCAP_RECORD_HEADER_LEN;
    return null;
  }
}
