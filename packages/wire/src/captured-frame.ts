/** One captured frame, as a capture file, a packet source or the ring hands it over. */

/** Microseconds since the Unix epoch; exact in a double until 2255. Nanosecond sources are floored. */
export type TimestampUs = number;

export interface CapturedFrame {
  /** frame.number: position in the capture, from 1. */
  readonly frameNumber: number;
  readonly tsUs: TimestampUs;
  /** LINKTYPE_ value, tcpdump.org/linktypes. */
  readonly linkType: number;
  /** frame.len: bytes on the wire; at least bytes.byteLength. */
  readonly wireLen: number;
  /** frame.cap_len bytes. A view: valid until the source produces the next frame, copy it to keep it. */
  readonly bytes: Uint8Array;
}
