/**
 * The exchanges of one connection. HTTP/1 is paired by framing, responses to requests in order (RFC 9112 section 9.3.2);
 * anything else (FastCGI, TLS application data, HTTP/2) by turns: bytes of the originator after bytes of the responder
 * begin a new exchange, and its framing is called guessed.
 */
import { type Exchange, type OpenExchange, openExchange } from './exchange.ts';
import type { HttpHead } from './http-head.ts';
import { type BodyFraming, type MessageEvents, MessageReader } from './message-reader.ts';
import type { Payload } from './payload.ts';

/** Exchanges kept per connection; older ones are counted only. */
const KEEP_EXCHANGES = 32;
/** Pipelined requests that wait for their responses; beyond, the oldest one's response is taken for the next one's. */
const WAITING_MAX = 1024;

export class Conversation {
  readonly exchanges: OpenExchange[] = [];
  /** Exchanges begun, kept or not. */
  count = 0;
  readonly requests: MessageReader;
  readonly responses: MessageReader;
  private readonly label: (frameNumber: number, text: string) => void;
  /** Exchanges whose response is not complete, oldest first; some of them may not be kept any more. */
  private readonly waiting: OpenExchange[] = [];

  /** label: told what begins in a frame, for the ladder. */
  constructor(label: (frameNumber: number, text: string) => void) {
    this.label = label;
    this.requests = new MessageReader(this.requestEvents());
    this.responses = new MessageReader(this.responseEvents());
  }

  /** The exchange in progress or just finished; null before the first. */
  current(): Exchange | null {
    return this.waiting[0] ?? this.exchanges.at(-1) ?? null;
  }

  /** HTTP/1 begins at these offsets of the two directions; what was guessed before is forgotten. */
  restart(originatorOffset: number, responderOffset: number): void {
    this.exchanges.length = 0;
    this.waiting.length = 0;
    this.count = 0;
    this.requests.offset = originatorOffset;
    this.responses.offset = responderOffset;
  }

  /** In-order originator bytes of a protocol whose framing is opaque. push: the segment carried PSH. */
  originatorTurn(offset: number, push: boolean, at: Payload): void {
    const last = this.waiting[0];
    if (last?.responseState === 'partial') this.finish(last);
    const open = this.waiting[0] ?? this.begin(offset, at);
    open.framing = 'guessed';
    open.requestEnd = offset + at.wireLen;
    open.requestEndUs = at.tsUs;
    open.requestState = push ? 'complete' : 'partial';
  }

  /** In-order responder bytes of such a protocol. */
  responderTurn(offset: number, push: boolean, at: Payload): void {
    const open = this.waiting[0] ?? this.begin(0, at);
    open.framing = 'guessed';
    open.requestState = 'complete';
    if (open.responseState === 'none') startResponse(open, offset, at);
    open.responseHeaderDone = true;
    open.responseEnd = push ? offset + at.wireLen : null;
    open.responseEndUs = at.tsUs;
  }

  /** The responder of such a protocol has said that nothing follows (TLS close_notify) in a segment up to `offset`. */
  responderDone(offset: number, at: Payload): void {
    const open = this.waiting[0];
    if (open?.responseState !== 'partial') return;
    open.responseEnd ??= offset;
    open.responseEndUs = at.tsUs;
    this.finish(open);
  }

  private begin(offset: number, at: Payload): OpenExchange {
    const exchange = openExchange(this.count++, offset, at.tsUs, at.frameNumber);
    this.exchanges.push(exchange);
    if (this.exchanges.length > KEEP_EXCHANGES) this.exchanges.shift();
    this.waiting.push(exchange);
    if (this.waiting.length > WAITING_MAX) this.waiting.shift();
    return exchange;
  }

  private finish(exchange: OpenExchange): void {
    exchange.responseState = 'complete';
    this.waiting.shift();
  }

  private requestEvents(): MessageEvents {
    return {
      messageStarted: (offset, at) => {
        this.responses.endGuessed(at);
        this.begin(offset, at);
      },
      headRead: (head) => {
        const exchange = this.exchanges.at(-1);
        if (exchange !== undefined) describeRequest(exchange, head);
        if (exchange !== undefined && head.method !== null)
          this.label(exchange.requestFrame, `${head.method} ${head.target ?? ''}`);
        return requestBody(head);
      },
      framingLost: () => {
        const exchange = this.exchanges.at(-1);
        if (exchange !== undefined) exchange.framing = 'guessed';
      },
      messageEnded: (end, at) => {
        const exchange = this.exchanges.at(-1);
        if (exchange === undefined) return;
        exchange.requestState = 'complete';
        exchange.requestEnd = end;
        exchange.requestEndUs = at.tsUs;
      },
    };
  }

  private responseEvents(): MessageEvents {
    return {
      messageStarted: (offset, at) => {
        this.requests.endGuessed(at);
        const exchange = this.waiting[0] ?? this.unseenRequest(at);
        startResponse(exchange, offset, at);
      },
      headRead: (head) => {
        const exchange = this.waiting[0];
        return exchange === undefined ? { kind: 'until-close' } : this.describeResponse(exchange, head);
      },
      framingLost: () => {
        const exchange = this.waiting[0];
        if (exchange !== undefined) exchange.framing = 'guessed';
      },
      messageEnded: (end, at) => {
        const exchange = this.waiting[0];
        if (exchange === undefined) return;
        if (isInterim(exchange.status)) {
          forgetResponse(exchange);
          return;
        }
        exchange.responseEnd = end;
        exchange.responseEndUs = at.tsUs;
        this.finish(exchange);
      },
    };
  }

  /** A response whose request the capture did not hold. */
  private unseenRequest(at: Payload): OpenExchange {
    const exchange = this.begin(0, at);
    exchange.requestState = 'complete';
    exchange.framing = 'guessed';
    return exchange;
  }

  private describeResponse(exchange: OpenExchange, head: HttpHead): BodyFraming {
    exchange.status = head.status;
    if (exchange.responseFrame !== null && head.status !== null) this.label(exchange.responseFrame, `${head.status}`);
    if (isInterim(head.status)) return { kind: 'none' };
    exchange.responseHeaderDone = true;
    exchange.contentLength = head.contentLength;
    exchange.closeAnnounced ||= announcesClose(head);
    if (head.status === 101 || (exchange.method === 'CONNECT' && isSuccess(head.status))) {
      exchange.upgraded = true;
      this.requests.state = 'tunnel';
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

function describeRequest(exchange: OpenExchange, head: HttpHead): void {
  exchange.method = head.method;
  exchange.target = head.target;
  exchange.host = head.host;
  exchange.requestId = head.requestId;
  exchange.expectsContinue = head.expectsContinue;
  exchange.closeAnnounced = announcesClose(head);
}

/** RFC 9112 section 6.3: a request without a length has no body. */
function requestBody(head: HttpHead): BodyFraming {
  if (head.chunked) return { kind: 'chunked' };
  return head.contentLength === null ? { kind: 'none' } : { kind: 'length', bytes: head.contentLength };
}

function startResponse(exchange: OpenExchange, offset: number, at: Payload): void {
  exchange.responseState = 'partial';
  exchange.responseStart ??= offset;
  exchange.responseStartUs ??= at.tsUs;
  exchange.responseFrame ??= at.frameNumber;
  exchange.earlyResponse ||= exchange.requestState !== 'complete' && !exchange.expectsContinue;
}

function forgetResponse(exchange: OpenExchange): void {
  exchange.responseState = 'none';
  exchange.status = null;
  exchange.responseStart = null;
  exchange.responseStartUs = null;
  exchange.responseFrame = null;
  exchange.earlyResponse = false;
}

function isInterim(status: number | null): boolean {
  return status !== null && status >= 100 && status < 200 && status !== 101;
}

function isSuccess(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** RFC 9112 section 9.3: 1.1 persists unless closed, 1.0 closes unless kept alive. */
function announcesClose(head: HttpHead): boolean {
  return head.connectionClose || (head.minorVersion === 0 && !head.connectionKeepAlive);
}
