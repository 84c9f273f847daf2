/**
 * Where each direction of a connection is in its messages, as far as that decides what may be kept of a segment: a segment of
 * a body may begin like a head. One byte and two numbers per direction, in the rows of a ConnectionTable.
 *
 * A body without an announced length ends with its last chunk, or when the other side begins a message.
 */
import type { Seq } from '@resetscope/wire';
import { MAX_CONNECTIONS } from './connection-table.ts';
import type { HttpHead } from './http-head.ts';

export const Place = {
  /** A message, a PROXY header or a TLS record may start. */
  FREE: 0,
  /** A head goes on with the byte at `until`. */
  HEAD: 1,
  /** A body goes on up to `until`. */
  LENGTH: 2,
  /** From `until` on a body whose end is not known, or bytes that are no HTTP. */
  OPEN: 3,
  /** No message will start any more. */
  TUNNEL: 4,
  TLS: 5,
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
  /** The response that comes next has no body: its request was HEAD. */
  private readonly bodiless = new Uint8Array(2 * MAX_CONNECTIONS);
  private readonly openHeads = new Map<number, HttpHead>();

  /** A connection begins in this row. */
  reset(row: number): void {
    for (let at = 2 * row; at < 2 * row + 2; at++) {
      this.places[at] = Place.FREE;
      this.headSeqs[at] = 0;
      this.bodiless[at] = 0;
      if (this.openHeads.size > 0) this.openHeads.delete(at);
    }
  }

  /** What a segment that begins at seq is part of. A head that is sent again is FREE like the first time. */
  placeOf(at: number, seq: Seq): Place {
    const place = this.places[at] as Place;
    if (place === Place.FREE || place >= Place.TUNNEL) return place;
    if (seq === this.headSeqs[at]) return Place.FREE;
    const past = (seq - (this.untils[at] as number)) | 0;
    switch (place) {
      case Place.LENGTH:
        return past >= 0 ? Place.FREE : place;
      case Place.HEAD:
        return past === 0 ? place : Place.OPEN;
      default:
        return past < 0 ? Place.FREE : place;
    }
  }

  /** A head started at seq, and ended after headLen bytes. */
  headEnded(at: number, seq: Seq, headLen: number, head: HttpHead): void {
    this.headSeqs[at] = seq;
    this.otherSideTurned(at);
    this.begin(at, seq + headLen, head);
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
      this.begin(at, seq + head.headLen, head);
    }
  }

  /** Bytes that begin no message, from seq on. */
  opened(at: number, seq: Seq): void {
    if (this.places[at] === Place.HEAD) this.openHeads.delete(at);
    this.places[at] = Place.OPEN;
    this.untils[at] = seq;
  }

  lastChunk(at: number): void {
    if (this.places[at] === Place.OPEN) this.places[at] = Place.FREE;
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

  /** A body starts at seq. */
  private begin(at: number, seq: Seq, head: HttpHead): void {
    if (head.status === SWITCHING_PROTOCOLS) {
      this.set(at, Place.TUNNEL);
      return;
    }
    const place = this.bodyPlace(at, head);
    this.places[at] = place;
    this.untils[at] = place === Place.LENGTH ? seq + head.contentLength : seq;
    if (head.status === 0) this.bodiless[at ^ 1] = head.isHeadRequest ? 1 : 0;
  }

  private bodyPlace(at: number, { status, chunked, contentLength, isConnectRequest }: HttpHead): Place {
    if (isConnectRequest) return Place.TUNNEL;
    if (status !== 0 && (this.bodiless[at] === 1 || hasNoBody(status))) return Place.FREE;
    if (chunked) return Place.OPEN;
    // What is longer than half the sequence space cannot be told from what lies before.
    if (contentLength >= 0) return contentLength < 2 ** 31 ? Place.LENGTH : Place.OPEN;
    // Up to the close: nothing can follow.
    return status === 0 ? Place.FREE : Place.TUNNEL;
  }

  private otherSideTurned(at: number): void {
    if (this.places[at ^ 1] === Place.OPEN) this.places[at ^ 1] = Place.FREE;
  }
}

function hasNoBody(status: number): boolean {
  return status < 200 || status === NO_CONTENT || status === NOT_MODIFIED;
}
