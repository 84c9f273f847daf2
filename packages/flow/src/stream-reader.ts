/**
 * Puts one direction's payload in order and hands it to a reader without gaps or overlaps. A hole that the other side has
 * acknowledged was lost by the capture, not by the network: it is announced as skipped bytes.
 */
import { type Payload, payloadFrom } from './payload.ts';
import { PendingPieces } from './pending-pieces.ts';

export interface InOrder {
  /** Bytes of half `half` at `offset`, in order; push: their segment carried PSH. */
  inOrder(half: 0 | 1, offset: number, payload: Payload, push: boolean): void;
  /** Bytes that will never come. */
  lost(half: 0 | 1, offset: number, wireLen: number, at: Payload): void;
}

export class StreamReader {
  /** Next offset expected. */
  offset = 0;
  private readonly half: 0 | 1;
  private readonly out: InOrder;
  private pending: PendingPieces | null = null;
  /** Bytes announced as lost. */
  private skipped = 0;

  constructor(half: 0 | 1, out: InOrder) {
    this.half = half;
    this.out = out;
  }

  /** Nothing is held back behind a hole. */
  get isGapless(): boolean {
    return this.pending === null;
  }

  read(offset: number, payload: Payload, push: boolean): void {
    if (offset === this.offset && this.pending === null) {
      this.out.inOrder(this.half, offset, payload, push);
      this.offset += payload.wireLen;
      return;
    }
    if (offset + payload.wireLen <= this.offset) return; // retransmission
    if (offset <= this.offset) {
      this.deliver(offset, payload, push);
      this.drain();
      return;
    }
    this.pending ??= new PendingPieces();
    this.pending.hold(offset, payload, push);
    while (this.pending?.isFull) this.skipToPiece(payload);
  }

  /** The other side acknowledged up to `offset`: a hole before it, with data behind it, was lost by the capture. */
  acknowledged(offset: number, at: Payload): void {
    if (this.pending === null) return;
    for (let next = this.nextPiece(); next !== null && next <= offset; next = this.nextPiece()) this.skipToPiece(at);
  }

  /** The direction ended at `offset` and the other side acknowledged all of it: what is not here was lost by the capture. */
  ended(offset: number, at: Payload): void {
    this.acknowledged(offset, at);
    if (offset > this.offset) this.skipTo(offset, at);
  }

  /** Bytes before `offset` that no captured packet has shown. */
  unseenBefore(offset: number): number {
    if (offset <= this.offset) return this.skipped;
    const held = this.pending?.bytesBetween(this.offset, offset) ?? 0;
    return this.skipped + Math.max(0, offset - this.offset - held);
  }

  private nextPiece(): number | null {
    return this.pending?.firstOffset() ?? null;
  }

  private skipToPiece(at: Payload): void {
    const next = this.nextPiece();
    if (next !== null && next > this.offset) this.skipTo(next, at);
    this.drain();
  }

  private skipTo(offset: number, at: Payload): void {
    const wireLen = offset - this.offset;
    this.out.lost(this.half, this.offset, wireLen, at);
    this.skipped += wireLen;
    this.offset = offset;
  }

  private deliver(offset: number, payload: Payload, push: boolean): void {
    const fresh = payloadFrom(payload, this.offset - offset);
    this.out.inOrder(this.half, this.offset, fresh, push);
    this.offset += fresh.wireLen;
  }

  /** Delivers held pieces that have become next. */
  private drain(): void {
    for (let piece = this.pending?.takeUpTo(this.offset); piece; piece = this.pending?.takeUpTo(this.offset)) {
      const end = piece.offset + piece.payload.wireLen;
      if (end > this.offset) this.deliver(piece.offset, piece.payload, piece.push);
    }
    if (this.pending?.size === 0) this.pending = null;
  }
}
