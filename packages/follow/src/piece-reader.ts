/**
 * Reads files piece by piece, and while there is more to come the next piece meanwhile the last one is looked at. Pieces of
 * one file overlap by OVERLAP_LEN bytes.
 */
import type { ByteSource } from './byte-source.ts';
import { wallClockUs } from './wall-clock.ts';

export interface Piece {
  /** A view, valid until the call after the next. Shorter than a whole piece at the end of the file. */
  readonly bytes: Uint8Array;
  /** When read(2) was called, microseconds since the Unix epoch: what comes behind the end of the file was written later. */
  readonly askedAtUs: number;
  /** When it returned. */
  readonly readAtUs: number;
  /** The file ends behind these bytes. */
  readonly isLast: boolean;
}

interface Ahead {
  readonly source: ByteSource;
  readonly from: number;
  readonly piece: Promise<Piece>;
}

export class PieceReader {
  readonly #overlapLen: number;
  /** The last piece lies in the first, the next one is read into the second. */
  #rooms: readonly [Uint8Array, Uint8Array];
  #ahead: Ahead | undefined;

  /** Bytes of a whole piece, and how many of them the piece before has too. */
  constructor(pieceLen: number, overlapLen: number) {
    this.#overlapLen = overlapLen;
    this.#rooms = [new Uint8Array(pieceLen), new Uint8Array(pieceLen)];
  }

  /** The bytes of a file from an offset on. One call at a time. @throws what the source says. */
  async read(source: ByteSource, from: number): Promise<Piece> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    const isExpected = ahead?.source === source && ahead.from === from;
    // the room is free only when nothing is read into it any more
    if (!isExpected) await ahead?.piece.catch(() => undefined);
    const piece = await (isExpected ? ahead.piece : this.#readNext(source, from));
    this.#rooms = [this.#rooms[1], this.#rooms[0]];
    if (source.grows && !piece.isLast) {
      this.#readAhead(source, from + piece.bytes.byteLength - this.#overlapLen);
    }
    return piece;
  }

  async #readNext(source: ByteSource, from: number): Promise<Piece> {
    const [, room] = this.#rooms;
    const askedAtUs = wallClockUs();
    const count = await source.read(room, from);
    return { bytes: room.subarray(0, count), askedAtUs, readAtUs: wallClockUs(), isLast: count < room.byteLength };
  }

  #readAhead(source: ByteSource, from: number): void {
    const piece = this.#readNext(source, from);
    // told by the call that asks for it
    piece.catch(() => undefined);
    this.#ahead = { source, from, piece };
  }
}
