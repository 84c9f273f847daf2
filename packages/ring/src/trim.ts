/**
 * What is kept of a packet. All headers; of the payload only the clear beginning of a message: an HTTP/1 head, TLS records up
 * to the first application data, an HTTP/2 preface, each also behind a PROXY protocol header. Bodies are never kept, nor
 * segments that continue something. What framing needs to know of the rest goes into the annotations.
 */
import type { Packet } from '@resetscope/wire';
import { endsInLastChunk, HttpHead, LAST_CHUNK_LEN, lastChunkTail, startsHttpMessage } from './http-head.ts';
import { prefaceLen, startsHttp2 } from './http2-preface.ts';
import { MessagePlaces, Place } from './message-places.ts';
import { proxyClearLen, proxyHeaderLen } from './proxy-header-len.ts';
import type { Notes } from './record-encoder.ts';
import { clearRecordsLen, startsTlsRecord } from './tls-record.ts';

/** Bytes of payload kept at most: request line, Host and the first fields of nearly every head. */
export const DEFAULT_PAYLOAD_LIMIT = 512;

/** The decision about one packet; one object, filled again for each. Offsets count from the start of the frame. */
export class Trim implements Notes {
  /** Bytes of the frame to keep, from its start. */
  keptLen = 0;
  /** Where an HTTP head begins in the kept bytes, to be masked up to keptLen; -1: none. */
  maskFrom = -1;
  /** Bytes [hideFrom, hideTo) are to be hidden whole; none where they are equal. */
  hideFrom = 0;
  hideTo = 0;
  /** FrameAnnotations; -1 stands for null. */
  headLen = -1;
  contentLength = -1;
  chunked = false;
  endsWithLastChunk = false;
  headGoesOn = false;

  private readonly head = new HttpHead();
  private readonly places = new MessagePlaces();
  private readonly payloadLimit: number;

  constructor(payloadLimit: number) {
    this.payloadLimit = payloadLimit;
  }

  /** A new connection has the row. */
  reset(row: number): void {
    this.places.reset(row);
  }

  /** The stream of one direction, of a connection whose beginning was captured, starts at seq. */
  starts(at: number, seq: number): void {
    this.places.starts(at, seq);
  }

  /** headersLen: all that is kept of a packet without payload, and of every ICMP error. */
  keepHeaders(headersLen: number): void {
    this.keptLen = headersLen;
    this.maskFrom = -1;
    this.hideFrom = 0;
    this.hideTo = 0;
    this.headLen = -1;
    this.contentLength = -1;
    this.chunked = false;
    this.endsWithLastChunk = false;
    this.headGoesOn = false;
  }

  /** A segment with payload; at: twice the row of its connection, plus 1 in one of the directions. */
  keepSegment(packet: Packet, at: number): void {
    const { bytes, payloadOffset, seq } = packet;
    const end = payloadOffset + packet.capturedPayloadLen;
    this.keepHeaders(payloadOffset - packet.frameStart);
    switch (this.places.placeOf(at, seq)) {
      case Place.FREE:
        this.keepStart(packet, at, end);
        if (this.chunked) this.followChunks(packet, at, end);
        else this.lookForLastChunk(packet, at, end);
        break;
      case Place.OPEN:
        this.lookForLastChunk(packet, at, end);
        break;
      case Place.CHUNKS:
        this.followChunks(packet, at, end);
        break;
      case Place.HEAD:
        this.readHeadOn(packet, at, end);
        break;
      case Place.TLS:
        if (startsTlsRecord(bytes, payloadOffset, end)) this.keep(packet, clearRecordsLen(bytes, payloadOffset, end));
        break;
    }
  }

  /** Where a body of known length goes on, its last bytes say nothing: they are not even touched. */
  private lookForLastChunk(
    { bytes, payloadOffset, capturedPayloadLen, payloadLen }: Packet,
    at: number,
    end: number,
  ): void {
    this.endsWithLastChunk = capturedPayloadLen === payloadLen && endsInLastChunk(bytes, payloadOffset, end);
    if (this.endsWithLastChunk) this.places.openEnded(at);
  }

  private followChunks(packet: Packet, at: number, end: number): void {
    const { bytes, payloadOffset, capturedPayloadLen, payloadLen, seq } = packet;
    const before = this.places.tailBefore(at, seq);
    const tail = capturedPayloadLen === payloadLen ? lastChunkTail(bytes, payloadOffset, end, before) : 0;
    this.endsWithLastChunk = tail === LAST_CHUNK_LEN;
    this.places.chunksSeen(at, seq, payloadLen, tail);
  }

  /** Where a message may start. */
  private keepStart(packet: Packet, at: number, end: number): void {
    const { bytes, payloadOffset, seq } = packet;
    const proxyLen = proxyHeaderLen(bytes, payloadOffset, end);
    const start = payloadOffset + proxyLen;
    if (startsHttpMessage(bytes, start, end)) this.keepHead(packet, at, start, end);
    else if (startsTlsRecord(bytes, start, end)) {
      this.places.set(at, Place.TLS);
      this.keep(packet, proxyLen + clearRecordsLen(bytes, start, end));
    } else if (startsHttp2(bytes, start, end)) {
      this.places.set(at, Place.TUNNEL);
      this.keep(packet, proxyLen + prefaceLen(bytes, start, end));
    } else if (proxyLen > 0) {
      this.keep(packet, proxyLen);
      if (start < end) this.places.opened(at, seq + proxyLen);
    } else this.places.opened(at, seq);
    if (proxyLen > 0) this.hideTlvs(packet, proxyLen);
  }

  private keepHead(packet: Packet, at: number, start: number, end: number): void {
    const { head } = this;
    const { payloadOffset, payloadLen, seq } = packet;
    const before = start - payloadOffset;
    head.read(packet.bytes, start, end);
    this.maskFrom = start - packet.frameStart;
    if (head.headLen !== -1) {
      this.annotate(head, before + head.headLen);
      this.places.headEnded(at, seq + before, head.headLen, payloadLen - before, head);
      this.keep(packet, this.headLen);
      return;
    }
    this.keep(packet, end - payloadOffset);
    if (packet.capturedPayloadLen === payloadLen) {
      this.headGoesOn = true;
      this.places.headStarted(at, seq + before, payloadLen - before, head);
    } else this.places.headCut(at, seq + before);
  }

  private readHeadOn(packet: Packet, at: number, end: number): void {
    const head = this.places.openHead(at);
    if (head === undefined || packet.capturedPayloadLen < packet.payloadLen) {
      this.places.opened(at, packet.seq);
      return;
    }
    head.readOn(packet.bytes, packet.payloadOffset, end);
    if (head.headLen === -1) this.headGoesOn = true;
    else this.annotate(head, head.headLen);
    this.places.headReadOn(at, packet.seq, packet.payloadLen, head);
    if (this.chunked) this.followChunks(packet, at, end);
  }

  private annotate(head: HttpHead, headLen: number): void {
    this.headLen = headLen;
    this.contentLength = head.contentLength;
    this.chunked = head.chunked;
  }

  /** length: bytes of the payload. */
  private keep(packet: Packet, length: number): void {
    this.keptLen = packet.payloadOffset - packet.frameStart + Math.min(length, this.payloadLimit);
  }

  private hideTlvs({ bytes, payloadOffset, frameStart }: Packet, proxyLen: number): void {
    const start = payloadOffset - frameStart;
    this.hideFrom = Math.min(this.keptLen, start + proxyClearLen(bytes, payloadOffset, proxyLen));
    this.hideTo = Math.min(this.keptLen, start + proxyLen);
  }
}
