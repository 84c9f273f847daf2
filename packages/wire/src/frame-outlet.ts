/** Where the frames of a capture come out: numbered, counted, and handed on in the one object that is filled anew for each. */
import { FrameWindow, type TimestampUs } from './captured-frame.ts';

/** A number, so that times need no object of their own (measured). No capture is of 1969. */
export const NO_TIME = -1;

export class FrameOutlet {
  readonly linkTypes: Set<number> = new Set();
  framesWithoutTime = 0;
  private readonly frame = new FrameWindow();
  private readonly framesBefore: number;
  private readonly onFrame: (frame: FrameWindow) => void;

  constructor(onFrame: (frame: FrameWindow) => void, framesBefore: number) {
    this.onFrame = onFrame;
    this.framesBefore = framesBefore;
    this.frame.frameNumber = framesBefore;
  }

  get frames(): number {
    return this.frame.frameNumber - this.framesBefore;
  }

  /** The frame bytes[start, end); `tsUs` NO_TIME: the record has none. */
  take(tsUs: TimestampUs, linkType: number, wireLen: number, bytes: Uint8Array, start: number, end: number): void {
    const { frame } = this;
    if (linkType !== frame.linkType || this.frames === 0) this.linkTypes.add(linkType);
    if (tsUs === NO_TIME) this.framesWithoutTime += 1;
    frame.frameNumber += 1;
    frame.tsUs = Math.max(0, tsUs);
    frame.linkType = linkType;
    // Some writers leave the original length 0 or below the captured one.
    frame.wireLen = Math.max(wireLen, end - start);
    frame.source = bytes;
    frame.start = start;
    frame.end = end;
    this.onFrame(frame);
  }
}
