/** Question 1: what became of the transaction, from sequence numbers and framing, never from the log alone. */
import type { Exchange, MessageState, Moment, TcpStream } from '@resetscope/flow';
import type { Completeness, Harm, Leg, Outcome, Ternary } from './incident.ts';
import { hasSentNothing, responseAcknowledged } from './phase.ts';

/** RFC 9110 section 9.2.2. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

export function isIdempotent(method: string | null): boolean {
  return method !== null && IDEMPOTENT.has(method);
}

export function outcomeOf(stream: TcpStream, at: Moment, leg: Leg): Outcome {
  const exchange = at.exchange;
  if (exchange === null) {
    const isSetUp = stream.protocol === 'tls' || stream.protocol === 'http2';
    const request: Completeness = isSetUp || hasSentNothing(stream, at) ? 'none' : 'partial';
    return { request, response: 'none', delivered: 'no', status: null, retrySafe: 'yes' };
  }
  return {
    request: exchange.requestState,
    response: exchange.responseState,
    delivered: delivered(stream, at),
    status: exchange.status,
    retrySafe: metNoSocket(stream, exchange) ? 'yes' : retrySafe(exchange.requestState, exchange.method, leg, at),
  };
}

/** What can be said where hidesRequests. */
export function unseenOutcome({ exchange }: Moment): Outcome {
  const request = exchange?.requestState === 'complete' ? 'complete' : 'unknown';
  const isSafe = exchange?.isUnprocessed === true || isIdempotent(exchange?.method ?? null);
  return { request, response: 'unknown', delivered: 'unknown', status: null, retrySafe: isSafe ? 'yes' : 'unknown' };
}

/** A response taken for partial by a guess may be complete where the capture missed bytes of it; with a byte of it unacknowledged that is all the same. */
function delivered(stream: TcpStream, at: Moment): Ternary {
  const exchange = at.exchange;
  if (exchange?.responseState === 'complete') return responseAcknowledged(at) ? 'yes' : 'no';
  const isGuess = exchange?.framing === 'guessed' && exchange.responseState === 'partial';
  const mayBeMore = isGuess && stream.halves.responder.missedBytes > 0 && at.acked.responder >= at.sent.responder;
  return mayBeMore ? 'unknown' : 'no';
}

/** The responder's host had no such socket any more when the request came: no application can have read it. */
function metNoSocket({ endings, halves }: TcpStream, { index, requestStart }: Exchange): boolean {
  const reset = endings.find((e) => e.kind === 'rst' && e.from === 'responder');
  if (reset?.shape !== 'stateless' || reset.ttlMatches === false || halves.originator.retransmissions > 0) return false;
  return reset.before.exchange?.index === index && reset.before.acked.originator <= requestStart;
}

/** nginx buffers request bodies by default, so a client's partial request did not reach the application. */
function retrySafe(request: MessageState, method: string | null, leg: Leg, at: Moment): Ternary {
  if (request === 'none' || (request === 'partial' && leg === 'client')) return 'yes';
  if (isIdempotent(method) || at.exchange?.isUnprocessed === true) return 'yes';
  if (method === null) return 'unknown';
  const exchange = at.exchange;
  const reached = exchange?.requestEnd !== null && at.acked.originator >= (exchange?.requestEnd ?? 0);
  return request === 'complete' && (reached || exchange?.responseState !== 'none') ? 'no' : 'unknown';
}

/** What it means for the business: the worst that the packets allow. isAwaited: somebody waits for the answer. */
export function harmOf(outcome: Outcome | null, isAwaited: boolean): Harm {
  if (!isAwaited) return 'harmless';
  if (outcome === null) return 'unknown';
  if (outcome.response === 'complete' && outcome.delivered === 'yes') return 'harmless';
  if (outcome.retrySafe === 'no') return 'may-have-executed';
  return outcome.delivered === 'unknown' ? 'unknown' : 'failed';
}
