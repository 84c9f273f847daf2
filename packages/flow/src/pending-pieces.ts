/**
 * Payload that arrived ahead of a hole, kept (copied) until the hole is filled or known to be lost to the capture.
 * Bounded: when it is full the oldest hole is given up.
 */
import { ownPayload, type Payload } from './payload.ts';

/** Pieces and captured bytes held per direction; a burst of reordering fits, a hostile capture does not grow memory. */
const PIECES_MAX = 64;
const BYTES_MAX = 262_144;

export interface Piece {
  readonly offset: number;
  readonly payload: Payload;
  /** Its segment carried PSH. */
  readonly push: boolean;
}

export class PendingPieces {
  private readonly pieces: Piece[] = [];
  private bytes = 0;

  get size(): number {
    return this.pieces.length;
  }

  /** Copies the payload; ordered by offset. A piece that is held already is not held twice. */
  hold(offset: number, payload: Payload, push: boolean): void {
    let at = this.pieces.length;
    while (at > 0 && (this.pieces[at - 1] as Piece).offset > offset) at--;
    const before = this.pieces[at - 1];
    if (before !== undefined && endOf(before) >= offset + payload.wireLen) return;
    this.pieces.splice(at, 0, { offset, payload: ownPayload(payload), push });
    this.bytes += payload.bytes.length;
  }

  get isFull(): boolean {
    return this.pieces.length >= PIECES_MAX || this.bytes >= BYTES_MAX;
  }

  /** Offset of the first piece held. */
  firstOffset(): number | null {
    return this.pieces[0]?.offset ?? null;
  }

  /** Takes the first piece when it starts at or before `offset`. */
  takeUpTo(offset: number): Piece | null {
    const first = this.pieces[0];
    if (first === undefined || first.offset > offset) return null;
    this.pieces.shift();
    this.bytes -= first.payload.bytes.length;
    return first;
  }

  /** Bytes of [from, to) that the pieces cover. */
  bytesBetween(from: number, to: number): number {
    let covered = 0;
    let at = from;
    for (const piece of this.pieces) {
      const start = Math.max(at, piece.offset);
      at = Math.max(at, Math.min(to, endOf(piece)));
      covered += Math.max(0, at - start);
    }
    return covered;
  }
}

function endOf(piece: Piece): number {
  return piece.offset + piece.payload.wireLen;
}
