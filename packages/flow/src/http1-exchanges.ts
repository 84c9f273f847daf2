/**
 * The exchanges of an HTTP/1 connection: requests and responses by their framing, paired in order (RFC 9112 section 9.3.2).
 * After an upgrade to HTTP/2 it hands over; after any other, framing stops.
 */
import {
  type Exchange,
  type ExchangeList,
  endRequest,
  endResponse,
  forgetResponse,
  isInterim,
  type OpenExchange,
  startResponse,
} from './exchange.ts';
import type { HttpHead } from './http-head.ts';
import { type BodyFraming, type MessageEvents, MessageReader } from './message-reader.ts';
import type { Payload } from './payload.ts';
import type { Side } from './side.ts';

/** Pipelined requests that wait for their responses; beyond, the oldest one's response is taken for the next one's. */
const WAITING_MAX = 1024;

export class Http1Exchanges {
  readonly readers: Readonly<Record<Side, MessageReader>>;
  /** The responder has agreed to go on in HTTP/2: the exchange that its stream 1 answers. */
  upgraded: OpenExchange | null = null;
  private readonly list: ExchangeList;
  private readonly label: (frameNumber: number, text: string) => void;
  /** Exchanges whose response is not complete, oldest first; some of them may not be kept any more. */
  private readonly waiting: OpenExchange[] = [];
  /** The exchange whose response ended last. */
  private answered: OpenExchange | null = null;

  /** label: told what begins in a frame, for the ladder. */
  constructor(list: ExchangeList, label: (frameNumber: number, text: string) => void) {
    this.list = list;
    this.label = label;
    this.readers = {
      originator: new MessageReader(new RequestEvents(this)),
      responder: new MessageReader(new ResponseEvents(this)),
    };
  }

  /** The exchange that waits for its response or for the end of it; null when there is none. */
  current(): Exchange | null {
    return this.waiting[0] ?? null;
  }

  /** The exchange whose request was the last to begin. */
  get latest(): OpenExchange | undefined {
    return this.list.kept.at(-1);
  }

  /** The exchange whose response comes next, or is coming. */
  get next(): OpenExchange | undefined {
    return this.waiting[0];
  }

  begin(offset: number, at: Payload): OpenExchange {
    const exchange = this.list.begin(offset, at);
    this.waiting.push(exchange);
    if (this.waiting.length > WAITING_MAX) this.waiting.shift();
    return exchange;
  }

  responseEnded(end: number, at: Payload): void {
    const exchange = this.waiting[0];
    if (exchange === undefined) return;
    if (isInterim(exchange.status)) {
      forgetResponse(exchange);
      return;
    }
    endResponse(exchange, end, at);
    this.answered = exchange;
    this.waiting.shift();
  }

  responseResumed(): void {
    if (this.answered === null) return;
    this.answered.responseState = 'partial';
    this.answered.responseEnd = null;
    this.waiting.unshift(this.answered);
    this.answered = null;
  }

  /** A response whose request the capture did not hold. */
  unseenRequest(at: Payload): OpenExchange {
    const exchange = this.begin(0, at);
    exchange.requestState = 'complete';
    exchange.framing = 'guessed';
    return exchange;
  }

  describeRequest(exchange: OpenExchange, head: HttpHead): void {
    exchange.method = head.method;
    exchange.target = head.target;
    exchange.targetIsCut = head.targetIsCut;
    exchange.host = head.host;
    exchange.requestId = head.requestId;
    exchange.expectsContinue = head.expectsContinue;
    exchange.closeAnnounced = announcesClose(head);
    if (head.method !== null) this.label(exchange.requestFrame, `${head.method} ${head.target ?? ''}`);
  }

  describeResponse(exchange: OpenExchange, head: HttpHead): BodyFraming {
    exchange.status = head.status;
    if (exchange.responseFrame !== null && head.status !== null) this.label(exchange.responseFrame, `${head.status}`);
    if (isInterim(head.status)) return { kind: 'none' };
    if (head.status === 101 && head.upgradesToH2c) {
      forgetResponse(exchange);
      this.upgraded = exchange;
      return { kind: 'tunnel' };
    }
    exchange.responseHeaderDone = true;
    exchange.contentLength = head.contentLength;
    exchange.closeAnnounced ||= announcesClose(head);
    if (head.status === 101 || (exchange.method === 'CONNECT' && isSuccess(head.status))) {
      exchange.upgraded = true;
      this.readers.originator.state = 'tunnel';
      return { kind: 'tunnel' };
    }
    const bodiless = exchange.method === 'HEAD' || head.status === 204 || head.status === 304;
    if (bodiless) return { kind: 'none' };
    if (head.chunked) return { kind: 'chunked' };
    if (head.contentLength !== null) return { kind: 'length', bytes: head.contentLength };
    exchange.closeDelimited = true;
    return { kind: 'until-close' };
  }
}

/** What the reader of the originator's direction finds. */
class RequestEvents implements MessageEvents {
  private readonly http: Http1Exchanges;

  constructor(http: Http1Exchanges) {
    this.http = http;
  }

  messageStarted(offset: number, at: Payload): void {
    this.http.readers.responder.endGuessed(at);
    this.http.begin(offset, at);
  }

  headRead(head: HttpHead): BodyFraming {
    const exchange = this.http.latest;
    if (exchange !== undefined) this.http.describeRequest(exchange, head);
    return requestBody(head);
  }

  framingLost(): void {
    const exchange = this.http.latest;
    if (exchange !== undefined) exchange.framing = 'guessed';
  }

  messageEnded(end: number, at: Payload): void {
    const exchange = this.http.latest;
    if (exchange !== undefined) endRequest(exchange, end, at);
  }

  messageResumed(): void {
    const exchange = this.http.latest;
    if (exchange === undefined) return;
    exchange.requestState = 'partial';
    exchange.earlyResponse ||= exchange.responseState !== 'none';
  }
}

/** What the reader of the responder's direction finds. */
class ResponseEvents implements MessageEvents {
  private readonly http: Http1Exchanges;

  constructor(http: Http1Exchanges) {
    this.http = http;
  }

  messageStarted(offset: number, at: Payload): void {
    this.http.readers.originator.endGuessed(at);
    startResponse(this.http.next ?? this.http.unseenRequest(at), offset, at);
  }

  headRead(head: HttpHead): BodyFraming {
    const exchange = this.http.next;
    return exchange === undefined ? { kind: 'until-close' } : this.http.describeResponse(exchange, head);
  }

  framingLost(): void {
    const exchange = this.http.next;
    if (exchange === undefined) return;
    exchange.framing = 'guessed';
    exchange.closeDelimited = false; // a length may have been in what is missing
  }

  messageEnded(end: number, at: Payload): void {
    this.http.responseEnded(end, at);
  }

  messageResumed(): void {
    this.http.responseResumed();
  }
}

/** RFC 9112 section 6.3: a request without a length has no body. */
function requestBody(head: HttpHead): BodyFraming {
  if (head.chunked) return { kind: 'chunked' };
  return head.contentLength === null ? { kind: 'none' } : { kind: 'length', bytes: head.contentLength };
}

function isSuccess(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** RFC 9112 section 9.3: 1.1 persists unless closed, 1.0 closes unless kept alive. */
function announcesClose(head: HttpHead): boolean {
  return head.connectionClose || (head.minorVersion === 0 && !head.connectionKeepAlive);
}
