/**
 * Reads the lines of one file from an offset on. Each read also fetches the bytes right before the offset: when they are
 * not what they were, the file was truncated and perhaps grew again, and nothing of it is taken for a continuation. At the
 * beginning of a file, before which there is nothing, its head is compared with the one that was seen there.
 */
import { BEFORE_MAX_LEN, type ByteMark, cutHead, isWholeHead, markBytes, sameBytes } from './byte-mark.ts';
import type { ByteSource } from './byte-source.ts';
import type { FilePosition } from './checkpoint.ts';
import type { FollowEvents } from './follow-events.ts';
import type { FollowedLine } from './followed-line.ts';
import { LineSplitter, type LineTest, type SplitLine } from './line-splitter.ts';
import { type Piece, PieceReader } from './piece-reader.ts';
import type { StartingPoint } from './starting-point.ts';

/** Bytes per read(2): a burst of some 2,000 nginx lines becomes one batch. */
const CHUNK_LEN = 512 * 1024;

export type ReadOutcome =
  /** Lines ended; those wanted, and how many were not. */
  | { readonly kind: 'lines'; readonly lines: readonly FollowedLine[]; readonly passed: number }
  /** Bytes, but no end of a line yet. */
  | { readonly kind: 'torn' }
  | { readonly kind: 'end' }
  /** The bytes before the offset, or the head, are gone: truncated. */
  | { readonly kind: 'replaced' };

export interface FileReaderOptions {
  readonly path: string;
  readonly maxLineLen: number;
  readonly wanted: LineTest | undefined;
  readonly events: FollowEvents;
  /** Whether lines of another file already bear this fileId. */
  readonly isTaken: (fileId: string) => boolean;
}

/** For FileReader.read; lines handed out are views into its pieces. */
export function createPieceReader(): PieceReader {
  return new PieceReader(CHUNK_LEN, BEFORE_MAX_LEN);
}

export class FileReader {
  readonly #path: string;
  readonly #source: ByteSource;
  readonly #events: FollowEvents;
  readonly #isTaken: (fileId: string) => boolean;
  readonly #splitter: LineSplitter;
  #head: Uint8Array;
  /** What has been read of the head; undefined when it is all of it. */
  #headRead: Uint8Array | undefined;
  #fileId: string | undefined;
  /** The bytes right before splitter.scanned. */
  #before: Uint8Array;
  #delivered: { readonly offset: number; readonly before: ByteMark };
  #committed: { readonly offset: number; readonly before: ByteMark };
  #lastByteAtMs: number = performance.now();
  /** Where the file was last seen to end, and when. */
  #endSeen: { readonly offset: number; readonly atUs: number } | null = null;

  constructor(source: ByteSource, start: StartingPoint, options: FileReaderOptions) {
    this.#path = options.path;
    this.#source = source;
    this.#events = options.events;
    this.#isTaken = options.isTaken;
    this.#splitter = new LineSplitter(options.maxLineLen, start.offset, options.wanted);
    this.#head = start.head;
    this.#headRead = start.offset === 0 ? new Uint8Array(0) : undefined;
    this.#fileId = start.fileId;
    this.#before = start.before;
    this.#committed = { offset: start.offset, before: markBytes(start.before) };
    this.#delivered = this.#committed;
    this.#nameIfWhole();
  }

  get source(): ByteSource {
    return this.#source;
  }

  /**
   * `dev:inode:headhash`, and `:2` and so on for a later file of that name: the same inode truncated, or reused, that begins
   * with the same line again. undefined until the head is whole; no line is delivered before.
   */
  get fileId(): string | undefined {
    return this.#fileId;
  }

  get head(): Uint8Array {
    return this.#head;
  }

  /** Tells what the file begins with, when that is not known yet: once it is known, its going is noticed. */
  expect(head: Uint8Array): void {
    if (this.#fileId !== undefined || !isBeginning(this.#head, head)) return;
    this.#head = head;
    this.#nameIfWhole();
  }

  /** Whether the file ends, so far, in the middle of a line. */
  get isTorn(): boolean {
    return this.#splitter.tornLen > 0;
  }

  /** Milliseconds since the last new byte. */
  get idleMs(): number {
    return performance.now() - this.#lastByteAtMs;
  }

  /** What a checkpoint keeps; undefined while nothing of the file is known that would find it again. */
  get position(): FilePosition | undefined {
    if (this.#fileId === undefined) return undefined;
    return { fileId: this.#fileId, head: markBytes(this.#head), ...this.#committed };
  }

  /** Reads on, at most one piece. @throws what read(2) or gunzip says. */
  async read(pieces: PieceReader): Promise<ReadOutcome> {
    const from = this.#splitter.scanned - this.#before.byteLength;
    const piece = await pieces.read(this.#source, from);
    const { bytes } = piece;
    if (!sameBytes(bytes.subarray(0, this.#before.byteLength), this.#before)) return { kind: 'replaced' };
    const fresh = bytes.subarray(this.#before.byteLength);
    if (fresh.byteLength === 0) {
      this.#noteEnd(piece);
      return { kind: this.#isHeadGone ? 'replaced' : 'end' };
    }
    if (!this.#continuesHead(fresh)) return { kind: 'replaced' };
    const split = this.#splitter.push(fresh);
    this.#lastByteAtMs = performance.now();
    this.#before = bytes.slice(-BEFORE_MAX_LEN);
    this.#events.bytesRead(fresh.byteLength);
    if (split.nulSkipped > 0) this.#events.nulSkipped(split.nulSkipped);
    const { endedAt } = this.#splitter;
    if (endedAt === this.#delivered.offset || this.#fileId === undefined) return { kind: 'torn' };
    const end = endedAt - from;
    const before = markBytes(bytes.subarray(Math.max(0, end - BEFORE_MAX_LEN), end));
    this.#delivered = { offset: endedAt, before };
    const lines = this.#place(split.lines, this.#fileId, piece.readAtUs);
    this.#noteEnd(piece);
    return { kind: 'lines', lines, passed: split.passed };
  }

  /** Written out field by field: a spread costs three times the rest of reading a line (measured). */
  #place(lines: readonly SplitLine[], fileId: string, readAtUs: number): readonly FollowedLine[] {
    const file = this.#path;
    const { offset: endOffset, atUs } = this.#endSeen ?? { offset: Number.POSITIVE_INFINITY, atUs: null };
    return lines.map(({ offset, nextOffset, bytes, cut }) => {
      if (cut > 0) this.#events.lineCut(cut);
      const unwrittenAtUs = offset >= endOffset ? atUs : null;
      return { file, fileId, offset, nextOffset, bytes, readAtUs, unwrittenAtUs, cut };
    });
  }

  #noteEnd({ isLast, askedAtUs }: Piece): void {
    if (isLast) this.#endSeen = { offset: this.#splitter.scanned, atUs: askedAtUs };
  }

  /** All lines delivered so far are done with. */
  commit(): void {
    this.#committed = this.#delivered;
  }

  /** Bytes written and not committed, the beginning of an unfinished line apart. */
  async lagBytes(): Promise<number> {
    const size = await this.#source.size();
    const isCommitted = this.#committed.offset === this.#delivered.offset;
    return Math.max(0, size - (isCommitted ? this.#splitter.scanned : this.#committed.offset));
  }

  /** At the end of a file: whether it ends before the head that was seen there. */
  get #isHeadGone(): boolean {
    return this.#fileId !== undefined && this.#headRead !== undefined;
  }

  /** The head is whole before the first line ends, so it only grows while reading from the file's first byte. */
  #continuesHead(fresh: Uint8Array): boolean {
    if (this.#headRead === undefined) return true;
    const read = new Uint8Array(cutHead(Buffer.concat([this.#headRead, fresh])));
    if (this.#fileId === undefined) this.#head = read;
    else if (!isBeginning(read, this.#head)) return false;
    this.#headRead = isWholeHead(read) ? undefined : read;
    this.#nameIfWhole();
    return true;
  }

  #nameIfWhole(): void {
    if (this.#fileId !== undefined || !isWholeHead(this.#head)) return;
    const name = `${this.#source.dev}:${this.#source.ino}:${markBytes(this.#head).hash}`;
    let fileId = name;
    for (let number = 2; this.#isTaken(fileId); number++) fileId = `${name}:${number}`;
    this.#fileId = fileId;
  }
}

function isBeginning(bytes: Uint8Array, of: Uint8Array): boolean {
  return sameBytes(bytes, of.subarray(0, bytes.byteLength));
}
