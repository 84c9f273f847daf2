/**
 * Frames in one direction of an HTTP/2 connection (RFC 9113 section 4.1), a header of nine bytes each:
 *
 *     length 24 | type 8 | flags 8 | reserved 1, stream identifier 31 | payload
 *
 * The stream comes in order; bytes that the capture cut or missed are counted, not seen, which is enough inside the payload
 * of one frame. Where the header of the next frame is missing, boundaries are lost until a segment starts with a frame
 * again. It collects only the payloads that its user reads, up to 64 KiB, and checks nothing while it is in step.
 */
import { joinBytes } from '@resetscope/wire';
import type { Payload } from './payload.ts';

/** RFC 9113 section 6. */
export const FrameType = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** RFC 9113 section 6.1, 6.2: END_STREAM, END_HEADERS, PADDED, PRIORITY. */
export const FrameFlag = { endStream: 0x01, endHeaders: 0x04, padded: 0x08, priority: 0x20 } as const;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  /** Payload bytes. */
  readonly length: number;
}

/** Offsets count bytes of this direction's stream. */
export interface FrameEvents {
  /** The header of a frame was read; offset: of its first byte. */
  frameStarted(frame: Frame, offset: number, at: Payload): void;
  /**
   * All of a frame has passed; offset: after its last byte. content: its payload for the types that carry header blocks,
   * RST_STREAM and GOAWAY, else empty; isWhole: none of that is missing.
   */
  frameEnded(frame: Frame, content: Uint8Array, isWhole: boolean, offset: number, at: Payload): void;
  /** Frames were missed. */
  boundariesLost(): void;
}

const HEADER_LEN = 9;
/** The connection preface of the client, RFC 9113 section 3.4. */
const PREFACE_LEN = 24;
/** Longest header block kept: as the longest HTTP/1 head. */
const CONTENT_MAX = 65_536;
/** RFC 9113 section 6.5.2: no endpoint may send a larger frame unless it was allowed to, and few are. */
const FRAME_SIZE_DEFAULT = 16_384;
const NO_BYTES: Uint8Array = new Uint8Array(0);

const COLLECTED: ReadonlySet<number> = new Set([
  FrameType.headers,
  FrameType.rstStream,
  FrameType.pushPromise,
  FrameType.goAway,
  FrameType.continuation,
]);

export class Http2FrameReader {
  /** Next offset expected. */
  offset = 0;
  private readonly events: FrameEvents;
  private state: 'skip' | 'header' | 'payload' | 'lost';
  /** Bytes of the preface or payload that have not passed. */
  private remaining: number;
  private header: Uint8Array = NO_BYTES;
  private frame: Frame = { type: 0, flags: 0, streamId: 0, length: 0 };
  private content: Uint8Array = NO_BYTES;
  private isWhole = true;

  /** start: `preface` for the client's direction, `frame` for the server's, `midway` when the capture begins somewhere. */
  constructor(events: FrameEvents, start: 'preface' | 'frame' | 'midway') {
    this.events = events;
    this.state = start === 'preface' ? 'skip' : start === 'frame' ? 'header' : 'lost';
    this.remaining = start === 'preface' ? PREFACE_LEN : 0;
  }

  /** The next bytes of the stream, in order and without overlap. */
  read(at: Payload): void {
    if (this.state === 'lost' && startsFrame(at.bytes)) this.state = 'header';
    if (this.isCounting && at.wireLen < this.remaining) {
      this.remaining -= at.wireLen;
      this.offset += at.wireLen;
      return;
    }
    const end = Math.min(at.bytes.length, at.wireLen);
    let pos = 0;
    while (pos < end) pos = this.step(at, pos, end);
    if (end < at.wireLen) this.pass(at.wireLen - end, at.wireLen, at);
    this.offset += at.wireLen;
  }

  /** Bytes that the capture never saw. */
  skip(wireLen: number, at: Payload): void {
    this.pass(wireLen, wireLen, at);
    this.offset += wireLen;
  }

  /** Inside a payload that nobody reads. */
  private get isCounting(): boolean {
    return this.state === 'payload' && !COLLECTED.has(this.frame.type);
  }

  private step(at: Payload, pos: number, end: number): number {
    switch (this.state) {
      case 'skip':
      case 'payload': {
        const taken = Math.min(this.remaining, end - pos);
        if (this.state === 'payload' && !this.isCounting) this.collect(at.bytes.subarray(pos, pos + taken));
        this.advance(taken, pos + taken, at);
        return pos + taken;
      }
      case 'header':
        return this.readHeader(at, pos, end);
      case 'lost':
        return end;
    }
  }

  private collect(bytes: Uint8Array): void {
    if (this.content.length + bytes.length > CONTENT_MAX) this.isWhole = false;
    if (this.isWhole) this.content = this.content.length === 0 ? bytes.slice() : joinBytes([this.content, bytes]);
  }

  private readHeader(at: Payload, pos: number, end: number): number {
    const next = Math.min(end, pos + HEADER_LEN - this.header.length);
    this.header = joinBytes([this.header, at.bytes.subarray(pos, next)]);
    if (this.header.length < HEADER_LEN) return next;
    this.frame = frameAt(this.header, 0);
    this.header = NO_BYTES;
    this.content = NO_BYTES;
    this.isWhole = true;
    this.remaining = this.frame.length;
    this.state = 'payload';
    this.events.frameStarted(this.frame, this.offset + next - HEADER_LEN, at);
    this.advance(0, next, at);
    return next;
  }

  /** taken bytes of the preface or payload have passed; next: position in the segment after them. */
  private advance(taken: number, next: number, at: Payload): void {
    this.remaining -= taken;
    if (this.remaining > 0) return;
    const isFrame = this.state === 'payload';
    this.state = 'header';
    if (isFrame) this.events.frameEnded(this.frame, this.content, this.isWhole, this.offset + next, at);
  }

  /** Bytes that are not there; next: position after them, counted from `offset`. */
  private pass(wireLen: number, next: number, at: Payload): void {
    if (this.state === 'lost') return;
    if (wireLen > this.remaining) {
      this.lose();
      return;
    }
    this.isWhole = false;
    this.advance(wireLen, next, at);
  }

  private lose(): void {
    this.state = 'lost';
    this.remaining = 0;
    this.header = NO_BYTES;
    this.events.boundariesLost();
  }
}

/** Do frames start here, as far as the bytes go? The first one must be there with its header; enough to tell them from other bytes. */
export function startsFrame(bytes: Uint8Array): boolean {
  let at = 0;
  while (at + HEADER_LEN <= bytes.length) {
    const frame = frameAt(bytes, at);
    if (!isPlausible(frame)) return false;
    at += HEADER_LEN + frame.length;
  }
  return at > 0;
}

/** offset: at least nine bytes before the end. */
function frameAt(bytes: Uint8Array, offset: number): Frame {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, HEADER_LEN);
  return {
    length: view.getUint16(0) * 256 + view.getUint8(2),
    type: view.getUint8(3),
    flags: view.getUint8(4),
    streamId: view.getUint32(5) & 0x7fff_ffff,
  };
}

/** Network order; zeros beyond the end. */
export function readU32(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = at; i < at + 4; i++) value = value * 256 + (bytes[i] ?? 0);
  return value;
}

/** What RFC 9113 section 6 allows a frame of each type. */
function isPlausible({ type, flags, streamId, length }: Frame): boolean {
  const isOfStream = streamId !== 0;
  switch (type) {
    case FrameType.data:
      return isOfStream && hasOnly(flags, FrameFlag.endStream | FrameFlag.padded) && length <= FRAME_SIZE_DEFAULT;
    case FrameType.headers:
      return (
        isOfStream &&
        hasOnly(flags, FrameFlag.endStream | FrameFlag.endHeaders | FrameFlag.padded | FrameFlag.priority) &&
        length <= FRAME_SIZE_DEFAULT
      );
    case FrameType.priority:
      return isOfStream && length === 5;
    case FrameType.rstStream:
      return isOfStream && flags === 0 && length === 4;
    case FrameType.settings:
      return !isOfStream && hasOnly(flags, 1) && length % 6 === 0 && length <= FRAME_SIZE_DEFAULT;
    case FrameType.pushPromise:
      return isOfStream && hasOnly(flags, FrameFlag.endHeaders | FrameFlag.padded) && length <= FRAME_SIZE_DEFAULT;
    case FrameType.ping:
      return !isOfStream && hasOnly(flags, 1) && length === 8;
    case FrameType.goAway:
      return !isOfStream && flags === 0 && length >= 8 && length <= FRAME_SIZE_DEFAULT;
    case FrameType.windowUpdate:
      return flags === 0 && length === 4;
    case FrameType.continuation:
      return isOfStream && hasOnly(flags, FrameFlag.endHeaders) && length <= FRAME_SIZE_DEFAULT;
    default:
      return false;
  }
}

function hasOnly(flags: number, allowed: number): boolean {
  return (flags & ~allowed) === 0;
}
