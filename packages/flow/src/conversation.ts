/** The exchanges of one connection, whatever its protocol: HTTP/1 and HTTP/2 by framing, anything else by turns. */
import { type Exchange, ExchangeList } from './exchange.ts';
import { Http1Exchanges } from './http1-exchanges.ts';
import { Http2Exchanges } from './http2-exchanges.ts';
import { type Payload, payloadFrom } from './payload.ts';
import type { Side } from './side.ts';
import { TurnExchanges } from './turn-exchanges.ts';

export class Conversation {
  /** Null while, or when, the connection does not speak it. */
  http2: Http2Exchanges | null = null;
  private readonly list: ExchangeList = new ExchangeList();
  private readonly label: (frameNumber: number, text: string) => void;
  private http1: Http1Exchanges | null = null;
  private turns: TurnExchanges | null = null;

  /** label: told what begins in a frame, for the ladder. */
  constructor(label: (frameNumber: number, text: string) => void) {
    this.label = label;
  }

  /** The exchanges kept, oldest first. */
  get exchanges(): readonly Exchange[] {
    return this.list.kept;
  }

  /** Exchanges begun, kept or not. */
  get count(): number {
    return this.list.count;
  }

  /** The exchange in progress or just finished; null before the first. */
  current(): Exchange | null {
    const { http1, http2, turns } = this;
    return http2?.current() ?? http1?.current() ?? turns?.current() ?? this.list.kept.at(-1) ?? null;
  }

  /** HTTP/1 begins at these offsets of the two directions; what was guessed before is forgotten. */
  startHttp1(originatorOffset: number, responderOffset: number): void {
    this.http1 = new Http1Exchanges(this.forgetful(), this.label);
    this.http1.readers.originator.offset = originatorOffset;
    this.http1.readers.responder.offset = responderOffset;
  }

  /** HTTP/2 begins at these offsets; isMidway: with frames, its preface was not captured. */
  startHttp2(originatorOffset: number, responderOffset: number, isMidway: boolean): void {
    this.http2 = new Http2Exchanges(this.forgetful(), this.label, isMidway);
    this.http2.readers.originator.offset = originatorOffset;
    this.http2.readers.responder.offset = responderOffset;
  }

  /** In-order bytes of HTTP/1 or HTTP/2; push: their segment carried PSH. */
  read(side: Side, payload: Payload, push: boolean): void {
    if (this.http2 !== null) {
      this.http2.readers[side].read(payload);
      return;
    }
    const reader = this.http1?.readers[side];
    reader?.read(payload, push);
    if (side === 'responder' && this.http1 !== null && this.http1.upgraded !== null) this.upgrade(this.http1, payload);
  }

  /** Bytes of HTTP/1 or HTTP/2 that the capture never saw. */
  skip(side: Side, wireLen: number, at: Payload): void {
    if (this.http2 !== null) this.http2.readers[side].skip(wireLen, at);
    else this.http1?.readers[side].skip(wireLen, at);
  }

  /** The direction was closed in order (FIN). */
  endOfStream(side: Side, at: Payload): void {
    if (this.http2 === null) this.http1?.readers[side].endOfStream(at);
  }

  /** In-order bytes of a protocol whose framing is opaque; isWhole: they end a write, and a record where there are records. */
  turn(side: Side, offset: number, isWhole: boolean, at: Payload): void {
    this.turns ??= new TurnExchanges(this.list);
    this.turns[side](offset, isWhole, at);
  }

  /** The responder of such a protocol has said that nothing follows, in a segment up to `offset`. */
  responderDone(offset: number, at: Payload): void {
    this.turns?.responderDone(offset, at);
  }

  /** The list without what was guessed before. */
  private forgetful(): ExchangeList {
    this.list.clear();
    this.turns = null;
    return this.list;
  }

  /** 101 to h2c: HTTP/2 frames follow the responder's head, the preface comes next from the originator (RFC 7540 section 3.2). */
  private upgrade({ readers, upgraded }: Http1Exchanges, payload: Payload): void {
    const http2 = new Http2Exchanges(this.list, this.label, false);
    http2.readers.originator.offset = readers.originator.offset;
    if (upgraded !== null) http2.adopt(upgraded);
    const start = readers.responder.tunnelStart ?? readers.responder.offset;
    const restLen = readers.responder.offset - start;
    http2.readers.responder.offset = start;
    this.http2 = http2;
    if (restLen === 0) return;
    http2.readers.responder.read(payloadFrom(payload, payload.wireLen - restLen));
  }
}
