/** A frame as the ring gives it back: headers whole, payload trimmed, and what the trimming would have hidden. */
import type { CapturedFrame } from '@resetscope/wire';

/** What a segment's payload said before it was trimmed: enough to follow HTTP/1 framing without the bodies. */
export interface FrameAnnotations {
  /** Bytes from the start of the payload to after the CRLFCRLF that ends an HTTP head, also beyond the kept bytes. */
  readonly headLen: number | null;
  /** Content-Length of that head; null when it has none or not a single valid one. */
  readonly contentLength: number | null;
  /** The head says `Transfer-Encoding: chunked`. */
  readonly chunked: boolean;
  /** The payload is the beginning, or the middle, of a head that ends in a later segment. */
  readonly headGoesOn: boolean;
  /** The payload ends in the last chunk, `0\r\n\r\n`. */
  readonly endsWithLastChunk: boolean;
}

/** `bytes` are a copy and stay valid. `frameNumber` counts within the answer, from 1. */
export interface RingFrame extends CapturedFrame {
  readonly ifIndex: number;
  /** null: nothing to say about this segment. */
  readonly annotations: FrameAnnotations | null;
}
