/** One request and its response on a connection, by framing (RFC 9112, RFC 9113), as far as the packets show it. */
import type { Payload } from './payload.ts';
import type { Side } from './side.ts';
import type { Moment } from './tcp-stream.ts';

/** How the ends of messages were found: by their own framing, or from PSH and the turns of the two sides (cut or opaque payload). */
export type Framing = 'exact' | 'guessed';

/** A RST_STREAM frame (RFC 9113 section 6.4): it ends one HTTP/2 stream, never the connection. */
export interface StreamReset {
  readonly from: Side;
  /** RFC 9113 section 7: 8 is CANCEL; -1 when the capture did not keep it. */
  readonly errorCode: number;
  readonly frameNumber: number;
  readonly tsUs: number;
}

export type MessageState = 'none' | 'partial' | 'complete';

export interface Exchange {
  /** Position on its connection, from 0. */
  readonly index: number;
  /** HTTP/2 stream identifier; null for anything else. */
  readonly streamId: number | null;
  /** HTTP/2: what ended the stream before its messages did; null otherwise. */
  readonly streamReset: StreamReset | null;
  /** HTTP/2: REFUSED_STREAM or GOAWAY said that the responder has not acted on the request (RFC 9113 section 8.7). */
  readonly isUnprocessed: boolean;
  /** Null when the request line was not in the capture, or is not HTTP. */
  readonly method: string | null;
  readonly target: string | null;
  /** Only the beginning of the target is known. */
  readonly targetIsCut: boolean;
  readonly host: string | null;
  /** X-Request-ID header, for the join with an access log; null when absent. */
  readonly requestId: string | null;
  readonly requestState: MessageState;
  /** Offset of the first request byte in the originator's stream. */
  readonly requestStart: number;
  /** Offset after the last request byte; null while unknown. */
  readonly requestEnd: number | null;
  readonly requestStartUs: number;
  /** Time of the packet that completed the request. */
  readonly requestEndUs: number | null;
  readonly requestFrame: number;
  readonly expectsContinue: boolean;
  readonly responseState: MessageState;
  /** The final response's header section is complete. */
  readonly responseHeaderDone: boolean;
  /** Final status code; null before its first line. */
  readonly status: number | null;
  readonly responseStart: number | null;
  readonly responseEnd: number | null;
  readonly responseStartUs: number | null;
  readonly responseEndUs: number | null;
  readonly responseFrame: number | null;
  /** No Content-Length, not chunked: only a FIN ends it properly. */
  readonly closeDelimited: boolean;
  /** Body length the response announced; null when it did not, or not in what the capture kept. */
  readonly contentLength: number | null;
  /** The response began before the request was complete. */
  readonly earlyResponse: boolean;
  /** Either side announced `Connection: close` (or HTTP/1.0 without keep-alive). */
  readonly closeAnnounced: boolean;
  /** 101 or a 2xx to CONNECT: HTTP framing has stopped. */
  readonly upgraded: boolean;
  readonly framing: Framing;
}

/** The same record while it is being read. */
export type OpenExchange = { -readonly [K in keyof Exchange]: Exchange[K] };

export function openExchange(index: number, start: number, tsUs: number, frame: number): OpenExchange {
  return {
    index,
    streamId: null,
    streamReset: null,
    isUnprocessed: false,
    method: null,
    target: null,
    targetIsCut: false,
    host: null,
    requestId: null,
    requestState: 'partial',
    requestStart: start,
    requestEnd: null,
    requestStartUs: tsUs,
    requestEndUs: null,
    requestFrame: frame,
    expectsContinue: false,
    responseState: 'none',
    responseHeaderDone: false,
    status: null,
    responseStart: null,
    responseEnd: null,
    responseStartUs: null,
    responseEndUs: null,
    responseFrame: null,
    closeDelimited: false,
    contentLength: null,
    earlyResponse: false,
    closeAnnounced: false,
    upgraded: false,
    framing: 'exact',
  };
}

/** Exchanges kept per connection; older ones are counted only. */
const KEEP_EXCHANGES = 32;

/** The exchanges of a connection, oldest first. */
export class ExchangeList {
  readonly kept: OpenExchange[] = [];
  /** Exchanges begun, kept or not. */
  count = 0;

  /** offset: of the first request byte. */
  begin(offset: number, at: Payload): OpenExchange {
    const exchange = openExchange(this.count++, offset, at.tsUs, at.frameNumber);
    this.kept.push(exchange);
    if (this.kept.length > KEEP_EXCHANGES) this.kept.shift();
    return exchange;
  }

  clear(): void {
    this.kept.length = 0;
    this.count = 0;
  }
}

/** The first byte of a response, or of one more interim response. */
export function startResponse(exchange: OpenExchange, offset: number, at: Payload): void {
  exchange.responseState = 'partial';
  exchange.responseStart ??= offset;
  exchange.responseStartUs ??= at.tsUs;
  exchange.responseFrame ??= at.frameNumber;
  exchange.earlyResponse ||= exchange.requestState !== 'complete' && !exchange.expectsContinue;
}

/** An interim response is over: the final one has not begun. */
export function forgetResponse(exchange: OpenExchange): void {
  exchange.responseState = 'none';
  exchange.status = null;
  exchange.responseStart = null;
  exchange.responseStartUs = null;
  exchange.responseFrame = null;
  exchange.earlyResponse = false;
}

/** offset: after the last byte. */
export function endRequest(exchange: OpenExchange, offset: number, at: Payload): void {
  exchange.requestState = 'complete';
  exchange.requestEnd = offset;
  exchange.requestEndUs = at.tsUs;
}

/** offset: after the last byte. */
export function endResponse(exchange: OpenExchange, offset: number, at: Payload): void {
  exchange.responseState = 'complete';
  exchange.responseEnd = offset;
  exchange.responseEndUs = at.tsUs;
}

/** RFC 9110 section 15.2: 101 is a final answer to the upgrade. */
export function isInterim(status: number | null): boolean {
  return status !== null && status >= 100 && status < 200 && status !== 101;
}

/** An exchange that was over before the capture began, at a moment without payload. */
export function unseenExchange(at: Moment): Exchange {
  const offset = at.sent.responder;
  return {
    ...openExchange(0, 0, 0, 0),
    requestState: 'complete',
    responseState: 'complete',
    responseHeaderDone: true,
    responseStart: offset,
    responseEnd: offset,
    framing: 'guessed',
  };
}
