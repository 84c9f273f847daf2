/**
 * What is kept of a packet. All headers; of the payload only the clear beginning of a message: an HTTP/1 head, TLS records up
 * to the first application data, an HTTP/2 preface. Bodies are never kept, nor segments that continue something. What framing
 * needs to know of the rest goes into the annotations.
 */
import type { DecodeOutcome, Packet } from '@resetscope/wire';
import { hashEndpoints, NO_CONNECTION } from './connection-key.ts';
import { endsInLastChunk, HttpHead, startsHttpMessage } from './http-head.ts';
import { prefaceLen, startsHttp2 } from './http2-preface.ts';
import { IcmpQuote } from './icmp-quote.ts';
import { clearRecordsLen, startsTlsRecord } from './tls-record.ts';

/** Bytes of payload kept at most: request line, Host and the first fields of nearly every head. */
export const DEFAULT_PAYLOAD_LIMIT = 512;

/** What a record can hold (block.ts); only a chain of IPv6 extension headers gets there. */
const MAX_KEPT_LEN = 0xffff;

/** The decision about one packet; one object, filled again for each. */
export class Trim {
  /** Bytes of the frame to keep, from its start; 0: the packet is not kept at all. */
  keptLen = 0;
  /** Offset of an HTTP head in the kept bytes, to be masked up to keptLen; -1: none. */
  maskFrom = -1;
  /** hashEndpoints of the connection, also of one quoted by an ICMP error; NO_CONNECTION without one. */
  hash: number = NO_CONNECTION;
  /** FrameAnnotations; -1 stands for null. */
  headLen = -1;
  contentLength = -1;
  chunked = false;
  endsWithLastChunk = false;

  private readonly head = new HttpHead();
  private readonly quote = new IcmpQuote();

  private readonly payloadLimit: number;
  private frameStart = 0;

  constructor(payloadLimit: number) {
    this.payloadLimit = payloadLimit;
  }

  decide(packet: Packet, outcome: DecodeOutcome): void {
    this.keptLen = 0;
    this.maskFrom = -1;
    this.hash = NO_CONNECTION;
    this.headLen = -1;
    this.contentLength = -1;
    this.chunked = false;
    this.endsWithLastChunk = false;
    if (outcome === 'tcp') this.decideTcp(packet);
    else if (outcome === 'icmp') this.decideIcmp(packet);
    if (this.keptLen > MAX_KEPT_LEN) this.keptLen = MAX_KEPT_LEN;
  }

  private decideTcp(packet: Packet): void {
    const { bytes, frameStart, payloadOffset, capturedPayloadLen } = packet;
    this.hash = hashEndpoints(packet);
    this.frameStart = frameStart;
    this.keptLen = payloadOffset - frameStart;
    if (capturedPayloadLen === 0) return;
    const end = payloadOffset + capturedPayloadLen;
    if (capturedPayloadLen === packet.payloadLen) this.endsWithLastChunk = endsInLastChunk(bytes, payloadOffset, end);
    if (startsHttpMessage(bytes, payloadOffset, end)) this.keepHead(bytes, payloadOffset, end);
    else if (startsTlsRecord(bytes, payloadOffset, end))
      this.keep(payloadOffset, clearRecordsLen(bytes, payloadOffset, end));
    else if (startsHttp2(bytes, payloadOffset, end)) this.keep(payloadOffset, prefaceLen(bytes, payloadOffset, end));
  }

  private keepHead(bytes: Uint8Array, start: number, end: number): void {
    this.head.read(bytes, start, end);
    this.headLen = this.head.headLen;
    this.contentLength = this.head.contentLength;
    this.chunked = this.head.chunked;
    this.maskFrom = start - this.frameStart;
    this.keep(start, this.headLen === -1 ? end - start : this.headLen);
  }

  private keep(start: number, length: number): void {
    this.keptLen = start - this.frameStart + Math.min(length, this.payloadLimit);
  }

  private decideIcmp(packet: Packet): void {
    if (this.quote.read(packet)) this.hash = hashEndpoints(this.quote);
    this.keptLen = this.quote.headersEnd - packet.frameStart;
  }
}
