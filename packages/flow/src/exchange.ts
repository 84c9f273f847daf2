/** One HTTP/1 request and its response on a connection, by framing (RFC 9112), as far as the packets show it. */

/** How the end of a message was found: by its own framing, or from the turns of the two sides (cut or opaque payload). */
export type Framing = 'exact' | 'guessed';

export type MessageState = 'none' | 'partial' | 'complete';

export interface Exchange {
  /** Position on its connection, from 0. */
  readonly index: number;
  /** Null when the request line was not in the capture, or is not HTTP/1. */
  readonly method: string | null;
  readonly target: string | null;
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
  /** Body length the response announced; null when it did not. */
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
    method: null,
    target: null,
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
