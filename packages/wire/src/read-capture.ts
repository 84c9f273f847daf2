/** A whole capture that is already in memory: what tests and small files need. CaptureReader is for everything that streams. */
import { CaptureReader } from './capture-reader.ts';
import type { CaptureSummary } from './capture-summary.ts';
import type { CapturedFrame } from './captured-frame.ts';

/** Frames stay valid as long as `file`: their bytes are views into it. */
export function readCapture(file: Uint8Array): {
  readonly frames: readonly CapturedFrame[];
  readonly summary: CaptureSummary;
} {
  const frames: CapturedFrame[] = [];
  const reader = new CaptureReader((frame) => frames.push(frame.frame));
  reader.push(file);
  return { frames, summary: reader.end() };
}
