/**
 * Container records to nginx's lines: unwrapped, and the pieces of a long line put together again, each stream for itself.
 * A line in pieces keeps the offset of its first record.
 */
import { type ContainerRecord, parseContainerRecord } from './container-record.ts';
import type { SourceLine } from './source-line.ts';
import { UNDER_WAY_US } from './under-way.ts';

/** Longest line put together, bytes: 16 times NGX_MAX_ERROR_STR with OpenResty's doubling (nginx-error-log.md 1.5). */
const MAX_JOINED_LEN = 65_536;
/** Pieces are written one after the other by one read of the runtime; a rest that is this late will not come. */
const MAX_WAIT_US = 10_000_000;
/** Docker and CRI know two. */
const MAX_STREAMS = 4;
/** Where the level's bracket stands in a line that nginx begins. */
const STAMP_LEN = 20;
const SLASH = 0x2f;
const BRACKET_OPEN = 0x5b;

/** A line whose end has not been read. */
interface Unfinished {
  readonly line: SourceLine;
  /** When we had read its first piece; the runtime may have done so long before. */
  readonly begunAtUs: number;
  readonly pieces: Uint8Array[];
  len: number;
  cut: number;
}

export class RecordJoiner {
  readonly #unfinished = new Map<string, Unfinished>();
  /** Told of every line that is no record: a log that is not what it seemed to be. */
  readonly #notARecord: () => void;

  constructor(notARecord: () => void) {
    this.#notARecord = notARecord;
  }

  /** Whether part of a line waits for its rest. */
  get isWaiting(): boolean {
    return this.#unfinished.size > 0;
  }

  /** The lines that are whole now. `bytes` are views into those given where a line came in one piece. */
  push(lines: readonly SourceLine[]): readonly SourceLine[] {
    const whole: SourceLine[] = [];
    for (const line of lines) {
      const record = parseContainerRecord(line.bytes);
      if (record === null) this.#notARecord();
      else this.#take(line, record, whole);
    }
    this.#giveUpWaiting(lines.at(-1)?.readAtUs ?? 0, whole);
    return whole;
  }

  #take(line: SourceLine, record: ContainerRecord, whole: SourceLine[]): void {
    const { stream, bytes, isPartial } = record;
    const begun = this.#unfinished.get(stream);
    if (begun !== undefined && startsWithStamp(bytes)) this.#finish(stream, begun, whole);
    const open = this.#unfinished.get(stream);
    if (open === undefined && !isPartial) {
      whole.push({ ...line, ...writtenBetween(line, record), bytes });
      return;
    }
    const joined = open ?? this.#begin(stream, line, record);
    const room = Math.max(0, MAX_JOINED_LEN - joined.len);
    // the bytes are lent until the batch is committed
    joined.pieces.push(new Uint8Array(bytes.subarray(0, room)));
    joined.len += Math.min(room, bytes.byteLength);
    joined.cut += Math.max(0, bytes.byteLength - room);
    if (!isPartial) this.#finish(stream, joined, whole);
  }

  #begin(stream: string, line: SourceLine, record: ContainerRecord): Unfinished {
    const begun: Unfinished = {
      line: { ...line, ...writtenBetween(line, record) },
      begunAtUs: line.readAtUs,
      pieces: [],
      len: 0,
      cut: line.cut,
    };
    if (this.#unfinished.size < MAX_STREAMS) this.#unfinished.set(stream, begun);
    return begun;
  }

  #finish(stream: string, { line, pieces, len, cut }: Unfinished, whole: SourceLine[]): void {
    this.#unfinished.delete(stream);
    const bytes = new Uint8Array(len);
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.byteLength;
    }
    whole.push({ ...line, bytes, cut });
  }

  /** What has come of a line whose rest did not: a container that was killed. */
  #giveUpWaiting(nowUs: number, whole: SourceLine[]): void {
    for (const [stream, begun] of this.#unfinished) {
      if (nowUs - begun.begunAtUs > MAX_WAIT_US) this.#finish(stream, begun, whole);
    }
  }
}

/** The runtime had the line before us, shortly after nginx wrote it; a time later than ours is of another clock. */
function writtenBetween(
  { readAtUs }: SourceLine,
  { collectedUs }: ContainerRecord,
): Pick<SourceLine, 'readAtUs' | 'unwrittenAtUs'> {
  if (collectedUs === null) return { readAtUs, unwrittenAtUs: null };
  return { readAtUs: Math.min(readAtUs, collectedUs), unwrittenAtUs: collectedUs - UNDER_WAY_US };
}

function startsWithStamp(bytes: Uint8Array): boolean {
  return bytes[4] === SLASH && bytes[7] === SLASH && bytes[STAMP_LEN] === BRACKET_OPEN;
}
