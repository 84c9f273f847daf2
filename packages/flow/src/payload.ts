/** A piece of one direction's byte stream as the capture holds it. */
import type { Packet } from '@resetscope/wire';

/**
 * What a source that cuts payload at capture time still knows about the whole segment (the ring keeps heads, not bodies).
 * Absent for ordinary capture files.
 */
export interface PayloadHints {
  /** Length of a complete header section that starts this segment, even beyond the kept bytes; null when none ended. */
  readonly headLen: number | null;
  readonly contentLength: number | null;
  readonly chunked: boolean;
  /** The segment is the beginning or the middle of a header section that ends in a later one. */
  readonly headGoesOn: boolean;
  /** The segment's payload ends with the last chunk and no trailers: `0 CRLF CRLF`. */
  readonly endsWithLastChunk: boolean;
}

export interface Payload {
  /** Captured bytes; a view. Fewer than wireLen when the capture cut the packet. */
  readonly bytes: Uint8Array;
  /** Bytes on the wire; at least bytes.length. */
  readonly wireLen: number;
  readonly tsUs: number;
  readonly frameNumber: number;
  readonly hints: PayloadHints | null;
}

const NO_BYTES: Uint8Array = new Uint8Array(0);

/**
 * The payload of the packet being followed, filled anew for each packet. Most of it is body that nobody reads, so the view
 * is made when somebody does.
 */
export class PacketPayload implements Payload {
  wireLen = 0;
  tsUs = 0;
  frameNumber = 0;
  hints: PayloadHints | null = null;
  private source: Uint8Array = NO_BYTES;
  private start = 0;
  private end = 0;
  private view: Uint8Array | null = NO_BYTES;

  get bytes(): Uint8Array {
    this.view ??= this.source.subarray(this.start, this.end);
    return this.view;
  }

  take(packet: Packet, hints: PayloadHints | null): void {
    this.wireLen = packet.payloadLen;
    this.tsUs = packet.tsUs;
    this.frameNumber = packet.frameNumber;
    this.hints = hints;
    this.source = packet.bytes;
    this.start = packet.payloadOffset;
    this.end = packet.payloadOffset + packet.capturedPayloadLen;
    this.view = null;
  }
}

/** The same payload without its first `skipped` bytes, which belong before a header section or to its beginning. */
export function payloadFrom(payload: Payload, skipped: number): Payload {
  if (skipped === 0) return payload;
  const { bytes, wireLen, tsUs, frameNumber, hints } = payload;
  const headLen = hints?.headLen != null && hints.headLen > skipped ? hints.headLen - skipped : null;
  return {
    bytes: bytes.subarray(skipped),
    wireLen: wireLen - skipped,
    tsUs,
    frameNumber,
    hints: hints === null ? null : { ...hints, headLen },
  };
}

/** The same payload with bytes of its own, to keep beyond the packet. */
export function ownPayload({ bytes, wireLen, tsUs, frameNumber, hints }: Payload): Payload {
  return { bytes: bytes.slice(), wireLen, tsUs, frameNumber, hints };
}
