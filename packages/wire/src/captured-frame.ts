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

/** A frame where it lies among other bytes. A view of it costs more than decoding it (measured), so one is made on demand only. */
export class FrameWindow implements CapturedFrame {
  frameNumber = 0;
  tsUs: TimestampUs = 0;
  linkType = 0;
  wireLen = 0;
  /** The frame is source[start, end). */
  source: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;

  /** The window that shows all of a frame. */
  static of({ frameNumber, tsUs, linkType, wireLen, bytes }: CapturedFrame): FrameWindow {
    const window = new FrameWindow();
    window.frameNumber = frameNumber;
    window.tsUs = tsUs;
    window.linkType = linkType;
    window.wireLen = wireLen;
    window.source = bytes;
    window.end = bytes.length;
    return window;
  }

  get bytes(): Uint8Array {
    return this.source.subarray(this.start, this.end);
  }

  /** To keep: `bytes` is still a view. */
  get frame(): CapturedFrame {
    const { frameNumber, tsUs, linkType, wireLen, bytes } = this;
    return { frameNumber, tsUs, linkType, wireLen, bytes };
  }
}
