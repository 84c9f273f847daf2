/** pcapng blocks as bytes (ietf.org/archive/id/draft-ietf-opsawg-pcapng): little endian, microseconds. Pure: writing them out is the caller's. */
import type { CapturedFrame, TimestampUs } from './captured-frame.ts';
import { joinBytes } from './join-bytes.ts';
import { BlockType, BYTE_ORDER_MAGIC, OptionCode, padded } from './pcapng-block.ts';
import { encodeUtf8 } from './utf8.ts';

/** What the length field of an option can say (draft section 3.5). */
const MAX_OPTION_LEN = 0xffff;

export interface SectionHeader {
  readonly comment?: string;
  /** shb_userappl: the program that writes. */
  readonly application?: string;
}

export interface InterfaceDescription {
  readonly linkType: number;
  /** Bytes; 0 or absent: no limit. */
  readonly snapLen?: number;
  readonly name?: string;
}

export interface EnhancedPacket {
  /** Position of the interface among those of the section, from 0. */
  readonly interfaceId: number;
  /** Fractions are dropped. */
  readonly tsUs: TimestampUs;
  readonly wireLen: number;
  readonly bytes: Uint8Array;
  /** Shown by Wireshark as frame.comment; each is cut at 65535 bytes of UTF-8. */
  readonly comments?: readonly string[];
}

/** The first block of a file. */
export function encodeSectionHeader({ comment, application }: SectionHeader = {}): Uint8Array {
  const body = new DataView(new ArrayBuffer(16));
  body.setUint32(0, BYTE_ORDER_MAGIC, true);
  body.setUint16(4, 1, true);
  // Section length -1: not given.
  body.setBigInt64(8, -1n, true);
  const options = encodeOptions([
    [OptionCode.COMMENT, comment],
    [OptionCode.SHB_USERAPPL, application],
  ]);
  return encodeBlock(BlockType.SECTION_HEADER, [bytesOf(body), options]);
}

/** Before the first packet of the interface. */
export function encodeInterface({ linkType, snapLen = 0, name }: InterfaceDescription): Uint8Array {
  const body = new DataView(new ArrayBuffer(8));
  body.setUint16(0, linkType, true);
  body.setUint32(4, snapLen, true);
  return encodeBlock(BlockType.INTERFACE, [bytesOf(body), encodeOptions([[OptionCode.IF_NAME, name]])]);
}

export function encodeEnhancedPacket(packet: EnhancedPacket): Uint8Array {
  const body = new DataView(new ArrayBuffer(20));
  body.setUint32(0, packet.interfaceId, true);
  body.setUint32(4, Math.floor(packet.tsUs / 2 ** 32), true);
  body.setUint32(8, packet.tsUs, true);
  body.setUint32(12, packet.bytes.length, true);
  body.setUint32(16, packet.wireLen, true);
  const comments = (packet.comments ?? []).map((comment) => [OptionCode.COMMENT, comment] as const);
  return encodeBlock(BlockType.ENHANCED_PACKET, [bytesOf(body), packet.bytes, encodeOptions(comments)]);
}

/** A frame to write, perhaps with a note on it. */
export type CommentedFrame = Omit<CapturedFrame, 'frameNumber'> & { readonly comment?: string };

/** A whole file: one section, one interface per link type in order of appearance. */
export function writePcapng(frames: Iterable<CommentedFrame>, section: SectionHeader = {}): Uint8Array {
  const blocks = [encodeSectionHeader(section)];
  const interfaceIds = new Map<number, number>();
  for (const { linkType, tsUs, wireLen, bytes, comment } of frames) {
    const interfaceId = interfaceIds.get(linkType) ?? interfaceIds.size;
    if (interfaceId === interfaceIds.size) {
      interfaceIds.set(linkType, interfaceId);
      blocks.push(encodeInterface({ linkType }));
    }
    const comments = comment === undefined ? [] : [comment];
    blocks.push(encodeEnhancedPacket({ interfaceId, tsUs, wireLen, bytes, comments }));
  }
  return joinBytes(blocks);
}

/** Type and lengths around the parts, each padded to 4 bytes. */
function encodeBlock(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const bodyLen = parts.reduce((len, part) => len + padded(part.length), 0);
  const block = new Uint8Array(bodyLen + 12);
  const view = new DataView(block.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, block.length, true);
  let at = 8;
  for (const part of parts) {
    block.set(part, at);
    at += padded(part.length);
  }
  view.setUint32(at, block.length, true);
  return block;
}

/** Options with a text, and the end option behind them; no bytes without any. */
function encodeOptions(options: readonly (readonly [code: number, text: string | undefined])[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [code, text] of options) if (text !== undefined) parts.push(encodeOption(code, text));
  return parts.length === 0 ? new Uint8Array(0) : joinBytes([...parts, new Uint8Array(4)]);
}

function encodeOption(code: number, text: string): Uint8Array {
  const value = encodeUtf8(text, MAX_OPTION_LEN);
  const option = new Uint8Array(4 + padded(value.length));
  const view = new DataView(option.buffer);
  view.setUint16(0, code, true);
  view.setUint16(2, value.length, true);
  option.set(value, 4);
  return option;
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
