/** pcapng block: types and option codes (ietf.org/archive/id/draft-ietf-opsawg-pcapng), and one whole block read in place.
 *
 *  block     type 4 | total length 4 | body, padded to 4 | total length 4
 *  options   code 2 | length 2 | value, padded to 4 | ... | 0 2 | 0 2
 */
import type { CaptureFault } from './capture-summary.ts';
import type { RecordFault } from './record-reader.ts';

/** Block types, draft section 11.1. SECTION_HEADER reads alike in both byte orders. */
export const BlockType = {
  SECTION_HEADER: 0x0a0d0d0a,
  INTERFACE: 1,
  /** Obsolete, draft appendix A. */
  PACKET: 2,
  SIMPLE_PACKET: 3,
  INTERFACE_STATISTICS: 5,
  ENHANCED_PACKET: 6,
} as const;

/** Option codes, draft section 4. */
export const OptionCode = {
  END: 0,
  COMMENT: 1,
  IF_NAME: 2,
  IF_TSRESOL: 9,
  IF_TSOFFSET: 14,
  ISB_IFDROP: 5,
  ISB_OSDROP: 7,
  EPB_DROPCOUNT: 4,
  SHB_USERAPPL: 4,
} as const;

/** Byte-order magic, draft section 4.1. */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Bytes of type, total length, and total length again. */
export const BLOCK_MIN_LEN = 12;

/** Up to the next multiple of 4. */
export function padded(len: number): number {
  return (len + 3) & ~3;
}

/** One whole block, its fields read at offsets from the body's start. */
export class Block {
  readonly type: number;
  /** Offsets in `bytes`: of the block, of its body, and of the body's end. */
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly body: number;
  readonly end: number;
  readonly #littleEndian: boolean;

  constructor(
    type: number,
    at: number,
    bytes: Uint8Array,
    view: DataView,
    body: number,
    end: number,
    littleEndian: boolean,
  ) {
    this.type = type;
    this.at = at;
    this.bytes = bytes;
    this.view = view;
    this.body = body;
    this.end = end;
    this.#littleEndian = littleEndian;
  }

  u16(offset: number): number {
    return this.view.getUint16(this.body + offset, this.#littleEndian);
  }

  u32(offset: number): number {
    return this.view.getUint32(this.body + offset, this.#littleEndian);
  }

  /** 64-bit counter at an absolute offset. */
  count(at: number): number {
    return Number(this.view.getBigUint64(at, this.#littleEndian));
  }

  text(at: number, len: number): string {
    let text = '';
    for (const byte of this.bytes.subarray(at, at + len))
      text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '\ufffd';
    return text;
  }

  /** Calls back with absolute offsets; ends at the end option or at the first that does not fit. */
  forEachOption(offset: number, onOption: (code: number, valueAt: number, valueLen: number) => void): void {
    let at = this.body + offset;
    while (at + 4 <= this.end) {
      const code = this.view.getUint16(at, this.#littleEndian);
      const len = this.view.getUint16(at + 2, this.#littleEndian);
      if (code === OptionCode.END || at + 4 + len > this.end) return;
      onOption(code, at + 4, len);
      at += 4 + padded(len);
    }
  }

  fault(kind: CaptureFault, what: string): RecordFault {
    return { kind, at: this.at, found: `${what} (block type ${this.type})` };
  }
}
