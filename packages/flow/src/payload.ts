/** A piece of one direction's byte stream as the capture holds it. */

/**
 * What a source that cuts payload at capture time still knows about the whole segment (the ring keeps heads, not bodies).
 * Absent for ordinary capture files.
 */
export interface PayloadHints {
  /** Length of a complete header section that starts this segment, even beyond the kept bytes; null when none ended. */
  readonly headLen: number | null;
  readonly contentLength: number | null;
  readonly chunked: boolean;
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
