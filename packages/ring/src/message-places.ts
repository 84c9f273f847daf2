/**
 * Where each direction of a connection is in its messages, as far as that decides what may be kept of a segment: a segment of
 * a body may begin like a head. Some bytes per direction, in the rows of a ConnectionTable.
 *
 * Where a place is known to the byte, a message starts there and nowhere else: a body segment that overtakes its head is none. When
 * packets are missing, the next message of the other side ends the waiting for them.
 */
import type { Seq } from '@resetscope/wire';
import { MAX_CONNECTIONS } from './connection-table.ts';
import { type HttpHead, LAST_CHUNK_LEN } from './http-head.ts';

export const Place = {
  /** A message, a PROXY header or a TLS record may start. */
  FREE: 0,
  /** A head goes on with the byte at `until`. */
  HEAD: 1,
  /** A body goes on up to `until`. */
  LENGTH: 2,
  /** From `until` on a body whose end is not known, or bytes that are no HTTP. */
  OPEN: 3,
  /** A chunked body, seen up to `until`. */
  CHUNKS: 4,
  /** No message will start any more. */
  TUNNEL: 5,
  TLS: 6,
} as const;
export type Place = (typeof Place)[keyof typeof Place];

/** Heads that go on at once: beyond that their ends are not looked for. */
const MAX_OPEN_HEADS = 4096;
/** RFC 9110 sections 15.2, 15.3.5, 15.4.5. */
const SWITCHING_PROTOCOLS = 101;
const NO_CONTENT = 204;
const NOT_MODIFIED = 304;

/** `at`: twice the row, plus 1 in one of the directions. */
export class MessagePlaces {
  private readonly places = new Uint8Array(2 * MAX_CONNECTIONS);
  private readonly untils = new Uint32Array(2 * MAX_CONNECTIONS);
  private readonly headSeqs = new Uint32Array(2 * MAX_CONNECTIONS);
  /** FREE at `until` exactly. */
  private readonly exact = new Uint8Array(2 * MAX_CONNECTIONS);
  /** Something behind `until` has come before it. */
  private readonly gaps = new Uint8Array(2 * MAX_CONNECTIONS);
  /** In CHUNKS: bytes of the last chunk that the body ends with so far. */
  private readonly tails = new Uint8Array(2 * MAX_CONNECTIONS);
  /** The response that comes next has no body: its request was HEAD. */
  private readonly bodiless = new Uint8Array(2 * MAX_CONNECTIONS);
  private readonly openHeads = new Map<number, HttpHead>();

  /** A connection begins in this row. */
  reset(row: number): void {
    for (let at = 2 * row; at < 2 * row + 2; at++) {
      this.places[at] = Place.FREE;
      this.headSeqs[at] = 0;
      this.bodiless[at] = 0;
      this.exact[at] = 0;
      this.gaps[at] = 0;
      if (this.openHeads.size > 0) this.openHeads.delete(at);
    }
  }

  /** The stream of a connection whose beginning was captured starts at seq. */
  starts(at: number, seq: Seq): void {
    if (this.places[at] === Place.FREE && this.exact[at] === 0 && this.headSeqs[at] === 0) this.free(at, seq, true);
  }

  /** What a segment that begins at seq is part of. A head that is sent again is FREE like the first time. */
  placeOf(at: number, seq: Seq): Place {
    const place = this.places[at] as Place;
    if (place >= Place.TUNNEL || (place === Place.FREE && this.exact[at] === 0)) return place;
    if (seq === this.headSeqs[at]) return Place.FREE;
    const past = (seq - (this.untils[at] as number)) | 0;
    if (past > 0 && place !== Place.LENGTH && place !== Place.OPEN) this.gaps[at] = 1;
    switch (place) {
      case Place.LENGTH:
        return past >= 0 ? Place.FREE : place;
      case Place.FREE:
      case Place.HEAD:
        return past === 0 ? place : Place.OPEN;
      case Place.OPEN:
        return past < 0 ? Place.FREE : place;
      default:
        return place;
    }
  }

  /** A head started at seq, and ended after headLen of the segment's length bytes. */
  headEnded(at: number, seq: Seq, headLen: number, length: number, head: HttpHead): void {
    this.headSeqs[at] = seq;
    this.otherSideTurned(at);
    this.begin(at, seq + headLen, seq + length, head);
  }

  /** A head started at seq, and goes on after length bytes. */
  headStarted(at: number, seq: Seq, length: number, head: HttpHead): void {
    this.headSeqs[at] = seq;
    this.otherSideTurned(at);
    if (this.openHeads.size >= MAX_OPEN_HEADS) this.opened(at, seq + length);
    else {
      this.openHeads.set(at, head.copy());
      this.goOn(at, seq + length);
    }
  }

  /** A head started at seq, and the capture has cut it. */
  headCut(at: number, seq: Seq): void {
    this.headSeqs[at] = seq;
    this.otherSideTurned(at);
    this.opened(at, seq + 1);
  }

  /** The head that goes on in the place HEAD. */
  openHead(at: number): HttpHead | undefined {
    return this.openHeads.get(at);
  }

  /** Its next segment has been read: it ends after headLen bytes of it, or goes on after all of them. */
  headReadOn(at: number, seq: Seq, length: number, head: HttpHead): void {
    if (head.headLen === -1) this.goOn(at, seq + length);
    else {
      this.openHeads.delete(at);
      this.begin(at, seq + head.headLen, seq + length, head);
    }
  }

  /** Bytes of the last chunk before the segment at seq; 0 when it does not follow what was seen. */
  tailBefore(at: number, seq: Seq): number {
    return seq === this.untils[at] ? (this.tails[at] as number) : 0;
  }

  /** A segment of chunks: what it leaves, 5 for a whole last chunk. */
  chunksSeen(at: number, seq: Seq, length: number, tail: number): void {
    if (this.places[at] !== Place.CHUNKS || ((seq + length - (this.untils[at] as number)) | 0) < 0) return;
    this.tails[at] = tail;
    if (tail === LAST_CHUNK_LEN) this.free(at, seq + length, true);
    else this.untils[at] = seq + length;
  }

  /** Bytes that begin no message, from seq on. */
  opened(at: number, seq: Seq): void {
    if (this.places[at] === Place.HEAD) this.openHeads.delete(at);
    this.places[at] = Place.OPEN;
    this.untils[at] = seq;
  }

  /** Bytes of which nothing was known end with a last chunk. */
  openEnded(at: number): void {
    if (this.places[at] === Place.OPEN) this.free(at, 0, false);
  }

  /** Both directions of the row. */
  set(at: number, place: Place): void {
    this.places[at] = place;
    this.places[at ^ 1] = place;
  }

  private goOn(at: number, until: Seq): void {
    this.places[at] = Place.HEAD;
    this.untils[at] = until;
  }

  private free(at: number, seq: Seq, isExact: boolean): void {
    this.places[at] = Place.FREE;
    this.untils[at] = seq;
    this.exact[at] = isExact ? 1 : 0;
    this.gaps[at] = 0;
  }

  /** A body starts at seq, in a segment that ends at segmentEnd. */
  private begin(at: number, seq: Seq, segmentEnd: Seq, head: HttpHead): void {
    if (head.status === SWITCHING_PROTOCOLS) {
      this.set(at, Place.TUNNEL);
      return;
    }
    const place = this.bodyPlace(at, head);
    this.free(at, seq, seq >>> 0 === segmentEnd >>> 0);
    this.places[at] = place;
    if (place === Place.LENGTH) this.untils[at] = seq + head.contentLength;
    this.tails[at] = 0;
    if (head.status === 0) this.bodiless[at ^ 1] = head.isHeadRequest ? 1 : 0;
  }

  private bodyPlace(at: number, { status, chunked, contentLength, isConnectRequest }: HttpHead): Place {
    if (isConnectRequest) return Place.TUNNEL;
    if (status !== 0 && (this.bodiless[at] === 1 || hasNoBody(status))) return Place.FREE;
    if (chunked) return Place.CHUNKS;
    // What is longer than half the sequence space cannot be told from what lies before.
    if (contentLength >= 0) return contentLength < 2 ** 31 ? Place.LENGTH : Place.OPEN;
    // Up to the close: nothing can follow.
    return status === 0 ? Place.FREE : Place.TUNNEL;
  }

  private otherSideTurned(at: number): void {
    const other = at ^ 1;
    const place = this.places[other] as Place;
    if (place === Place.OPEN || (this.gaps[other] === 1 && place < Place.TUNNEL)) this.free(other, 0, false);
  }
}

function hasNoBody(status: number): boolean {
  return status < 200 || status === NO_CONTENT || status === NOT_MODIFIED;
}
