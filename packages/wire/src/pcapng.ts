/** pcapng files (ietf.org/archive/id/draft-ietf-opsawg-pcapng): several sections and interfaces, any timestamp unit, either byte order.
 *  Name resolution, secrets and custom blocks are counted and skipped; packet comments are not read.
 */
import type { CaptureInterface, CaptureLimits } from './capture-summary.ts';
import { type FrameOutlet, NO_TIME } from './frame-outlet.ts';
import { BLOCK_MIN_LEN, Block, BlockType, BYTE_ORDER_MAGIC, OptionCode, padded } from './pcapng-block.ts';
import type { ByteWindow, RecordFault, RecordReader } from './record-reader.ts';
import { DEFAULT_TSRESOL, type TimeScale, timeScale } from './time-scale.ts';

/** Bytes of the fixed body that a block must have. */
const BODY_MIN_LEN: Readonly<Record<number, number>> = {
  [BlockType.SECTION_HEADER]: 16,
  [BlockType.INTERFACE]: 8,
  [BlockType.PACKET]: 20,
  [BlockType.SIMPLE_PACKET]: 4,
  [BlockType.INTERFACE_STATISTICS]: 12,
  [BlockType.ENHANCED_PACKET]: 20,
};

/** An interface of the section being read. */
interface SectionInterface extends CaptureInterface {
  readonly toUs: TimeScale;
  /** Packets dropped so far, by the newest statistics block; null: none came. */
  dropped: number | null;
}

export class PcapngReader implements RecordReader {
  readonly format = 'pcapng';
  /** Type, length, and the byte-order magic of a section header. */
  readonly headLen: number = BLOCK_MIN_LEN;
  readonly interfaces: SectionInterface[] = [];
  skippedBlocks = 0;
  readonly #maxInterfaces: number;
  readonly #outlet: FrameOutlet;
  #littleEndian = true;
  /** Index in `interfaces` of the section's interface 0. */
  #firstOfSection = 0;
  /** Sum of epb_dropcount; null: no packet had one. */
  #droppedByPackets: number | null = null;

  constructor(limits: CaptureLimits, outlet: FrameOutlet) {
    this.#maxInterfaces = limits.maxInterfaces;
    this.#outlet = outlet;
  }

  /** The two ways to report a loss tell of the same packets: the larger counts. */
  get lostPackets(): number | null {
    let lost = this.#droppedByPackets;
    let byStatistics = 0;
    for (const { dropped } of this.interfaces) {
      if (dropped === null) continue;
      byStatistics += dropped;
      lost = Math.max(lost ?? 0, byStatistics);
    }
    return lost;
  }

  recordLen({ view }: ByteWindow, at: number): number | RecordFault {
    if (view.getUint32(at, true) === BlockType.SECTION_HEADER) {
      this.#littleEndian = view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC;
      const magic = view.getUint32(at + 8, this.#littleEndian);
      if (magic !== BYTE_ORDER_MAGIC)
        return { kind: 'bad-byte-order', at: at + 8, found: `0x${magic.toString(16).padStart(8, '0')}` };
    }
    const len = view.getUint32(at + 4, this.#littleEndian);
    if (len >= BLOCK_MIN_LEN && len % 4 === 0) return len;
    return { kind: 'bad-block-length', at: at + 4, found: `block length ${len}` };
  }

  readRecord({ bytes, view }: ByteWindow, at: number, len: number): RecordFault | null {
    const repeated = view.getUint32(at + len - 4, this.#littleEndian);
    if (repeated !== len)
      return { kind: 'bad-block-length', at: at + len - 4, found: `block length ${len}, then ${repeated} at its end` };
    const type = view.getUint32(at, this.#littleEndian);
    const block = new Block(type, at, bytes, view, at + 8, at + len - 4, this.#littleEndian);
    if (block.end - block.body < (BODY_MIN_LEN[type] ?? 0)) return block.fault('bad-block', `body too short in ${len}`);
    switch (type) {
      case BlockType.SECTION_HEADER:
        return this.#startSection(block);
      case BlockType.INTERFACE:
        return this.#addInterface(block);
      case BlockType.ENHANCED_PACKET:
        return this.#readPacket(block, block.u32(0), true);
      case BlockType.PACKET:
        return this.#readPacket(block, block.u16(0), false);
      case BlockType.SIMPLE_PACKET:
        return this.#readSimplePacket(block);
      case BlockType.INTERFACE_STATISTICS:
        return this.#readStatistics(block);
      default:
        this.skippedBlocks += 1;
        return null;
    }
  }

  /** Byte-order magic 4, major 2, minor 2, section length 8: the length is not needed. */
  #startSection(block: Block): RecordFault | null {
    const major = block.u16(4);
    if (major !== 1) return block.fault('unsupported-version', `pcapng version ${major}`);
    this.#firstOfSection = this.interfaces.length;
    return null;
  }

  /** Link type 2, reserved 2, snap length 4, options. */
  #addInterface(block: Block): RecordFault | null {
    if (this.interfaces.length >= this.#maxInterfaces)
      return block.fault('too-many-interfaces', `more than ${this.#maxInterfaces} interfaces`);
    let name: string | null = null;
    let tsresol: number = DEFAULT_TSRESOL;
    let offsetSeconds = 0;
    block.forEachOption(8, (code, valueAt, valueLen) => {
      if (code === OptionCode.IF_NAME) name = block.text(valueAt, valueLen);
      if (code === OptionCode.IF_TSRESOL && valueLen === 1) tsresol = block.view.getUint8(valueAt);
      if (code === OptionCode.IF_TSOFFSET && valueLen === 8)
        offsetSeconds = Number(block.view.getBigInt64(valueAt, this.#littleEndian));
    });
    const toUs = timeScale(tsresol, offsetSeconds);
    this.interfaces.push({ linkType: block.u16(0), snapLen: block.u32(4), name, toUs, dropped: null });
    return null;
  }

  /** Interface id 4 (obsolete block: id 2, drops 2), time 8, captured length 4, original length 4, bytes, options. */
  #readPacket(block: Block, interfaceId: number, hasDropCount: boolean): RecordFault | null {
    const from = this.#interface(interfaceId);
    if (from === null) return block.fault('unknown-interface', `interface ${interfaceId}`);
    const capturedLen = block.u32(12);
    const start = block.body + 20;
    if (capturedLen > block.end - start) return block.fault('bad-block', `captured length ${capturedLen}`);
    const tsUs = from.toUs(block.u32(4), block.u32(8));
    this.#outlet.take(tsUs, from.linkType, block.u32(16), block.bytes, start, start + capturedLen);
    if (hasDropCount) this.#readDropCount(block, 20 + padded(capturedLen));
    return null;
  }

  #readDropCount(block: Block, optionsAt: number): void {
    if (block.body + optionsAt + 4 > block.end) return;
    block.forEachOption(optionsAt, (code, valueAt, valueLen) => {
      if (code !== OptionCode.EPB_DROPCOUNT || valueLen !== 8) return;
      this.#droppedByPackets = (this.#droppedByPackets ?? 0) + block.count(valueAt);
    });
  }

  /** Original length 4, bytes: interface 0, no time, no captured length but the snap length's. */
  #readSimplePacket(block: Block): RecordFault | null {
    const from = this.#interface(0);
    if (from === null) return block.fault('unknown-interface', 'interface 0');
    const start = block.body + 4;
    const wireLen = block.u32(0);
    const snapLen = from.snapLen === 0 ? wireLen : from.snapLen;
    const capturedLen = Math.min(wireLen, snapLen, block.end - start);
    this.#outlet.take(NO_TIME, from.linkType, wireLen, block.bytes, start, start + capturedLen);
    return null;
  }

  /** Interface id 4, time 8, options: totals since the capture began. */
  #readStatistics(block: Block): RecordFault | null {
    const from = this.#interface(block.u32(0));
    if (from === null) {
      this.skippedBlocks += 1;
      return null;
    }
    let dropped: number | null = null;
    block.forEachOption(12, (code, valueAt, valueLen) => {
      if ((code !== OptionCode.ISB_IFDROP && code !== OptionCode.ISB_OSDROP) || valueLen !== 8) return;
      dropped = (dropped ?? 0) + block.count(valueAt);
    });
    if (dropped !== null) from.dropped = dropped;
    return null;
  }

  #interface(id: number): SectionInterface | null {
    return this.interfaces[this.#firstOfSection + id] ?? null;
  }
}
