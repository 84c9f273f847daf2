/** Push parser for capture files: chunks in, frames out. Tells pcap and pcapng apart by their magic; decompresses nothing.
 *
 *  const reader = new CaptureReader((frame) => decoder.decode(frame));
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
import type { CapturedFrame, TimestampUs } from './captured-frame.ts';
import { notACapture } from './file-look.ts';
import { openPcap } from './pcap.ts';
import { PcapngReader } from './pcapng.ts';
import { BlockType } from './pcapng-block.ts';
import { type ByteWindow, type RecordFault, type RecordReader, ReusedFrame } from './record-reader.ts';

/** Bytes that tell the format. */
const MAGIC_LEN = 4;

export class CaptureReader {
  readonly #onFrame: (frame: CapturedFrame) => void;
  readonly #limits: CaptureLimits;
  readonly #frame = new ReusedFrame();
  readonly #linkTypes = new Set<number>();
  readonly #waiting = new ByteQueue();
  #reader: RecordReader | null = null;
  #framesWithoutTime = 0;
  /** Offset in the file of the first byte not yet read. */
  #offset = 0;
  /** Bytes from #offset on that the next record takes, as far as known. */
  #need = MAGIC_LEN;
  #error: CaptureError | null = null;

  /** The frame given to `onFrame` is reused and its bytes are a view: both valid during the call only. */
  constructor(onFrame: (frame: CapturedFrame) => void, limits: CaptureLimits = DEFAULT_CAPTURE_LIMITS) {
    this.#onFrame = onFrame;
    this.#limits = limits;
  }

  /** Calls `onFrame` for each frame that is now complete. The chunk may be reused afterwards. */
  push(chunk: Uint8Array): void {
    if (this.#error !== null) return;
    if (this.#waiting.length + chunk.length < this.#need) {
      this.#waiting.keep(chunk);
      return;
    }
    // A Node Buffer becomes a plain Uint8Array: its subarray is slower, and decoders stay monomorphic (measured).
    const bytes = this.#waiting.takeWith(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
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
      frames: this.#frame.frameNumber,
      framesWithoutTime: this.#framesWithoutTime,
      linkTypes: [...this.#linkTypes],
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
    const sink = this.#handOver.bind(this);
    if (view.getUint32(0, true) === BlockType.SECTION_HEADER) return new PcapngReader(this.#limits, sink);
    const reader = openPcap(view, sink);
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

  #handOver(tsUs: TimestampUs | null, linkType: number, wireLen: number, bytes: Uint8Array): void {
    const frame = this.#frame;
    if (linkType !== frame.linkType || frame.frameNumber === 0) this.#linkTypes.add(linkType);
    if (tsUs === null) this.#framesWithoutTime += 1;
    frame.frameNumber += 1;
    frame.tsUs = tsUs ?? 0;
    frame.linkType = linkType;
    // Some writers leave the original length 0 or below the captured one.
    frame.wireLen = Math.max(wireLen, bytes.length);
    frame.bytes = bytes;
    this.#onFrame(frame);
  }
}
