/** Push parser for capture files: chunks in, frames out. Tells pcap and pcapng apart by their magic; decompresses nothing.
 *
 *  const reader = new CaptureReader((frame) => decoder.decodeWindow(frame));
 *  for await (const chunk of file) reader.push(chunk);
 *  const summary = reader.end();
 *
 *  Nothing throws on bad data: reading stops, and the summary says where and why. Memory is bounded by one record and one chunk.
 */

import { ByteQueue } from './byte-queue.ts';
import {
  type CaptureError,
  type CaptureLimits,
  type CaptureSummary,
  DEFAULT_CAPTURE_LIMITS,
} from './capture-summary.ts';
import type { FrameWindow } from './captured-frame.ts';
import { notACapture } from './file-look.ts';
import { FrameOutlet } from './frame-outlet.ts';
import { openPcap } from './pcap.ts';
import { PcapngReader } from './pcapng.ts';
import { BlockType } from './pcapng-block.ts';
import type { ByteWindow, RecordFault, RecordReader } from './record-reader.ts';

/** Bytes that tell the format. */
const MAGIC_LEN = 4;

export interface CaptureReaderOptions {
  readonly limits?: CaptureLimits;
  /** Frames of captures that this one goes on from: its first frame has the number after. */
  readonly framesBefore?: number;
}

export class CaptureReader {
  readonly #outlet: FrameOutlet;
  readonly #limits: CaptureLimits;
  readonly #waiting = new ByteQueue();
  #reader: RecordReader | null = null;
  /** Offset in the file of the first byte not yet read. */
  #offset = 0;
  /** Bytes from #offset on that the next record takes, as far as known. */
  #need = MAGIC_LEN;
  #error: CaptureError | null = null;

  /** The frame given to `onFrame` is reused and its bytes are a view: both valid during the call only. */
  constructor(onFrame: (frame: FrameWindow) => void, options: CaptureReaderOptions = {}) {
    this.#outlet = new FrameOutlet(onFrame, options.framesBefore ?? 0);
    this.#limits = options.limits ?? DEFAULT_CAPTURE_LIMITS;
  }

  /** Handed over so far. */
  get frames(): number {
    return this.#outlet.frames;
  }

  /** Calls `onFrame` for each frame that is now complete. The chunk may be reused afterwards. */
  push(chunk: Uint8Array): void {
    // A Node Buffer becomes a plain Uint8Array: its subarray is slower, and decoders stay monomorphic (measured).
    let rest = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    while (this.#waiting.length > 0 && this.#error === null) {
      const missing = this.#need - this.#waiting.length;
      if (rest.length < missing) {
        this.#waiting.keep(rest);
        return;
      }
      const record = this.#waiting.takeWith(rest.subarray(0, missing));
      rest = rest.subarray(missing);
      this.#consume(record);
    }
    if (this.#error === null) this.#consume(rest);
  }

  /** Reads the whole records at the start of `bytes` and keeps what is left. */
  #consume(bytes: Uint8Array): void {
    if (bytes.length < this.#need) {
      this.#waiting.keep(bytes);
      return;
    }
    const used = this.#readRecords({ bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) });
    this.#offset += used;
    if (this.#error === null) this.#waiting.keep(bytes.subarray(used));
  }

  /** Call once, after the last chunk. */
  end(): CaptureSummary {
    const reader = this.#reader;
    if (reader === null && this.#error === null) this.#error = notACapture(this.#waiting.takeWith(new Uint8Array(0)));
    return {
      format: reader?.format ?? null,
      frames: this.frames,
      framesWithoutTime: this.#outlet.framesWithoutTime,
      linkTypes: [...this.#outlet.linkTypes],
      interfaces: (reader?.interfaces ?? []).map(({ linkType, snapLen, name }) => ({ linkType, snapLen, name })),
      skippedBlocks: reader?.skippedBlocks ?? 0,
      lostPackets: reader?.lostPackets ?? null,
      truncatedAt: this.#error === null && this.#waiting.length > 0 ? this.#offset : null,
      error: this.#error,
    };
  }

  /** Bytes read; sets #need or #error where it stops. */
  #readRecords(window: ByteWindow): number {
    this.#reader ??= this.#open(window);
    const reader = this.#reader;
    let at = 0;
    while (reader !== null) {
      const left = window.bytes.length - at;
      this.#need = reader.headLen;
      if (left < this.#need) break;
      const len = this.#checkedLen(reader.recordLen(window, at), at);
      if (typeof len !== 'number') return this.#stop(len, at);
      this.#need = len;
      if (left < len) break;
      const fault = reader.readRecord(window, at, len);
      if (fault !== null) return this.#stop(fault, at);
      at += len;
    }
    return at;
  }

  #open({ bytes, view }: ByteWindow): RecordReader | null {
    if (view.getUint32(0, true) === BlockType.SECTION_HEADER) return new PcapngReader(this.#limits, this.#outlet);
    const reader = openPcap(view, this.#outlet);
    if (reader === null) this.#error = notACapture(bytes);
    return reader;
  }

  #checkedLen(len: number | RecordFault, at: number): number | RecordFault {
    if (typeof len !== 'number' || len <= this.#limits.maxRecordLen) return len;
    return { kind: 'record-too-long', at, found: `length ${len}, at most ${this.#limits.maxRecordLen} is read` };
  }

  #stop({ kind, at, found }: RecordFault, used: number): number {
    this.#error = { kind, offset: this.#offset + at, found };
    return used;
  }
}
