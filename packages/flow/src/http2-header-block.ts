/** Header blocks of one direction (RFC 9113 section 4.3): HEADERS or PUSH_PROMISE and the CONTINUATION frames after it, as one. */
import { joinBytes } from '@resetscope/wire';
import { type Frame, FrameFlag, FrameType, readU32 } from './http2-frame-reader.ts';
import { type HeaderField, HpackDecoder } from './http2-hpack.ts';

/** Longest block kept over its frames: as the longest HTTP/1 head. */
const BLOCK_MAX = 65_536;
const PRIORITY_LEN = 5;
const PROMISED_ID_LEN = 4;

export class HeaderBlock {
  /** Of the last block begun. */
  streamId = 0;
  endsStream = false;
  /** Stream that the block promises; null for one that belongs to `streamId`. */
  promisedId: number | null = null;
  private readonly hpack: HpackDecoder = new HpackDecoder();
  private fragment: Uint8Array = new Uint8Array(0);
  private isWhole = true;

  /** content: payload of the frame; isWhole: none of it is missing. Returns the fields of a block that ends; null before. */
  add(frame: Frame, content: Uint8Array, isWhole: boolean): readonly HeaderField[] | null {
    if (frame.type !== FrameType.continuation) this.begin(frame, content);
    const start = frame.type === FrameType.continuation ? 0 : this.prefixLen(frame);
    const end = frame.type === FrameType.continuation ? content.length : frame.length - paddingLen(frame, content);
    const piece = content.subarray(start, Math.max(start, end));
    this.isWhole &&= isWhole && this.fragment.length + piece.length <= BLOCK_MAX;
    if (this.isWhole || this.fragment.length === 0) this.fragment = joinBytes([this.fragment, piece]);
    if ((frame.flags & FrameFlag.endHeaders) === 0) return null;
    const fields = this.hpack.decode(this.fragment, this.isWhole);
    this.fragment = new Uint8Array(0);
    return fields;
  }

  /** Frames were missed. */
  forget(): void {
    this.hpack.forget();
    this.fragment = new Uint8Array(0);
    this.isWhole = false;
  }

  private begin(frame: Frame, content: Uint8Array): void {
    const isPromise = frame.type === FrameType.pushPromise;
    const at = hasFlag(frame, FrameFlag.padded) ? 1 : 0;
    this.streamId = frame.streamId;
    this.endsStream = !isPromise && hasFlag(frame, FrameFlag.endStream);
    this.promisedId = isPromise ? readU32(content, at) % 0x8000_0000 : null;
    this.fragment = new Uint8Array(0);
    this.isWhole = true;
  }

  /** Bytes before the fragment: pad length, priority or promised stream. */
  private prefixLen(frame: Frame): number {
    const padLen = hasFlag(frame, FrameFlag.padded) ? 1 : 0;
    if (frame.type === FrameType.pushPromise) return padLen + PROMISED_ID_LEN;
    return padLen + (hasFlag(frame, FrameFlag.priority) ? PRIORITY_LEN : 0);
  }
}

function hasFlag({ flags }: Frame, flag: number): boolean {
  return (flags & flag) !== 0;
}

function paddingLen(frame: Frame, content: Uint8Array): number {
  return hasFlag(frame, FrameFlag.padded) ? (content[0] ?? 0) : 0;
}
