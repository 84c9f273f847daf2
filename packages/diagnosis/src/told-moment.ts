/**
 * What the log line adds to a moment whose messages could only be guessed: TLS, heads cut by the snap length, a capture that began
 * later than the request. nginx's message and its `while ...` say how far the transaction was (nginx-error-log sections 2.2,
 * 2.3 and 3); where framing is exact the packets know better, and the line
 * adds no more than the name of a request that was cut short.
 */
import { type Exchange, type MessageState, type Moment, type TcpStream, unseenExchange } from '@resetscope/flow';
import { type ActionPhrase, type ErrorLogEntry, knownPhrase, type LineKind } from '@resetscope/nginx-log';
import type { Leg } from './incident.ts';
import type { Noticed } from './noticed.ts';

/** How much of the two messages there was; null: the line does not say. */
interface Told {
  readonly request: MessageState | null;
  readonly response: MessageState | null;
  /** The header section of the response was not complete. */
  readonly isInHeader?: boolean;
}

const NOTHING: Told = { request: null, response: null };
const INSIDE_REQUEST: Told = { request: 'partial', response: 'none' };
const WAITING: Told = { request: 'complete', response: 'none' };
const INSIDE_RESPONSE: Told = { request: 'complete', response: 'partial' };
const OVER: Told = { request: 'complete', response: 'complete' };

/** `sending request to upstream` stays until the first byte of the answer. */
const BEFORE_ANSWER: ReadonlySet<ActionPhrase> = new Set<ActionPhrase>([
  'connecting to upstream',
  'SSL handshaking to upstream',
  'sending request to upstream',
  'reading response header from upstream',
]);

const WRITE_KINDS: ReadonlySet<LineKind> = new Set<LineKind>([
  'reset-send',
  'reset-writev',
  'reset-sendfile',
  'reset-ssl-write',
]);

const READING_REQUEST: ReadonlySet<ActionPhrase> = new Set<ActionPhrase>([
  'reading client request line',
  'reading client request headers',
  'reading client pipelined request line',
  'reading request body',
]);

/** A line, and the connection and the ending that it speaks of. */
export interface Telling {
  /** Null for a connection without a line. */
  readonly entry: ErrorLogEntry | null;
  readonly kind: LineKind | null;
  readonly leg: Leg;
  readonly stream: TcpStream;
  readonly ending: Noticed;
}

/** State of the connection just before the ending. */
export function toldMoment({ entry, kind, leg, stream, ending }: Telling): Moment {
  const at = ending?.before ?? stream.last;
  if (entry === null || kind === null) return at;
  if (at.exchange?.framing === 'exact')
    return { ...at, exchange: { ...at.exchange, ...nameOf(entry, leg, at.exchange) } };
  const isUnseen = at.exchange === null && !stream.sawSyn && !stream.sawSynAck;
  const exchange = at.exchange ?? (isUnseen ? unseenExchange(at) : null);
  if (exchange === null) return at;
  const phrase = knownPhrase(entry.action);
  const told =
    leg === 'client' ? clientTold(kind, phrase, at, isBlocked(stream, ending)) : upstreamTold(kind, phrase, isUnseen);
  const named = { ...exchange, ...nameOf(entry, leg, exchange) };
  return { ...at, exchange: withResponse(withRequest(named, told, at), told, at) };
}

/** Method and target that the packets do not show, or not whole. */
function nameOf(entry: ErrorLogEntry, leg: Leg, { method, target, targetIsCut }: Exchange): Named {
  const asked = leg === 'upstream' ? entry.upstream?.uri : null;
  const told = asked ?? entry.request?.target ?? null;
  const isLonger = target === null || (targetIsCut && told?.startsWith(target) === true);
  return { method: method ?? entry.request?.method ?? null, target: isLonger ? (told ?? target) : target };
}

type Named = Pick<Exchange, 'method' | 'target'>;

/** The client's last window was closed: bytes that nginx had written were still waiting to be sent. */
function isBlocked({ segments }: TcpStream, ending: Noticed): boolean {
  const until = ending?.frameNumber ?? Number.POSITIVE_INFINITY;
  return segments.findLast((s) => s.from === 'originator' && s.frameNumber < until)?.window === 0;
}

function clientTold(kind: LineKind, phrase: ActionPhrase | null, at: Moment, isBlocked: boolean): Told {
  switch (kind) {
    case 'client-closed-keepalive':
      return isBlocked ? INSIDE_RESPONSE : OVER;
    case 'client-aborted':
      return phrase !== null && BEFORE_ANSWER.has(phrase) ? WAITING : INSIDE_RESPONSE;
    case 'client-closed-early':
      return phrase === null || READING_REQUEST.has(phrase) ? INSIDE_REQUEST : inResponse(phrase);
    case 'reset-recv':
    case 'reset-ssl-read':
      return clientReadTold(phrase, at);
    default:
      return WRITE_KINDS.has(kind) ? inResponse(phrase) : NOTHING;
  }
}

/**
 * A read of the client socket failed: while its request was read, or when all was done and nginx lingered. A lingering close
 * begins with a FIN behind the response (ngx_http_set_lingering_close); without it the end of the response was never sent.
 */
function clientReadTold(phrase: ActionPhrase | null, at: Moment): Told {
  if (phrase === null) return whileReadingBody(at.exchange);
  if (phrase === 'sending to client') return at.fin.responder ? OVER : INSIDE_RESPONSE;
  return READING_REQUEST.has(phrase) || phrase === 'sending request to upstream' ? INSIDE_REQUEST : NOTHING;
}

/** No phrase: the body was being read, or discarded after an answer that came before its end. */
function whileReadingBody(exchange: Exchange | null): Told {
  if (exchange === null || exchange.responseStart === null) return INSIDE_REQUEST;
  return exchange.earlyResponse ? { request: 'partial', response: null } : NOTHING;
}

/** A phrase of writing to the client, and any phrase at a failed write. */
function inResponse(phrase: ActionPhrase | null): Told {
  return phrase !== null && /^sending .*to client$/.test(phrase) ? INSIDE_RESPONSE : NOTHING;
}

/** isUnseen: no byte of the connection was captured; what was under way was most likely the wait for the answer. */
function upstreamTold(kind: LineKind, phrase: ActionPhrase | null, isUnseen: boolean): Told {
  if (phrase === 'reading response header from upstream')
    return isUnseen ? WAITING : { request: null, response: 'partial', isInHeader: true };
  if (phrase === 'reading upstream') return { request: null, response: 'partial' };
  const isWrite = phrase === 'sending request to upstream' && WRITE_KINDS.has(kind);
  return isWrite ? { request: 'partial', response: null } : NOTHING;
}

function withRequest(exchange: Exchange, { request }: Told, at: Moment): Exchange {
  if (request === null) return exchange;
  if (request === 'complete')
    return { ...exchange, requestState: 'complete', requestEnd: exchange.requestEnd ?? at.sent.originator };
  const earlyResponse = exchange.responseState !== 'none' && !exchange.expectsContinue;
  return { ...exchange, requestState: request, requestEnd: null, earlyResponse };
}

/** A told response of which no byte was seen had not begun; one whose status was seen had; one that reached its announced length was complete. */
function withResponse(exchange: Exchange, { response, isInHeader = false }: Told, at: Moment): Exchange {
  const hasBegun = exchange.responseState !== 'none';
  if (response === null || (response === 'partial' && !hasBegun)) return exchange;
  if (response === 'none') {
    if (exchange.status !== null) return exchange;
    return { ...exchange, responseState: 'none', responseStart: null, responseEnd: null };
  }
  if (response === 'complete') {
    if (!hasBegun) return exchange;
    return { ...exchange, responseState: 'complete', responseEnd: exchange.responseEnd ?? at.sent.responder };
  }
  if (exchange.responseState === 'complete' && exchange.contentLength !== null) return exchange;
  const responseHeaderDone = exchange.responseHeaderDone && !isInHeader;
  return { ...exchange, responseState: 'partial', responseEnd: null, responseHeaderDone };
}
