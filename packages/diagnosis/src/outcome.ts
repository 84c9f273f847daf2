/** Question 1: what became of the transaction, from sequence numbers and framing, never from the log alone. */
import type { Moment, TcpStream } from '@resetscope/flow';
import type { Completeness, Harm, Leg, Outcome, Ternary } from './incident.ts';
import { responseAcknowledged } from './phase.ts';

/** RFC 9110 section 9.2.2. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

export function isIdempotent(method: string | null): boolean {
  return method !== null && IDEMPOTENT.has(method);
}

export function outcomeOf(stream: TcpStream, at: Moment, leg: Leg): Outcome {
  const exchange = at.exchange;
  if (exchange === null) {
    const request: Completeness = stream.protocol === 'tls' || at.sent.originator === 0 ? 'none' : 'partial';
    return { request, response: 'none', delivered: 'no', status: null, retrySafe: 'yes' };
  }
  return {
    request: exchange.requestState,
    response: exchange.responseState,
    delivered: delivered(at),
    status: exchange.status,
    retrySafe: retrySafe(exchange.requestState, exchange.method, leg, at),
  };
}

function delivered(at: Moment): Ternary {
  const exchange = at.exchange;
  if (exchange === null || exchange.responseState !== 'complete') {
    return exchange?.framing === 'guessed' && exchange.responseState === 'partial' ? 'unknown' : 'no';
  }
  return responseAcknowledged(at) ? 'yes' : 'no';
}

/** nginx buffers request bodies by default, so a client's partial request did not reach the application. */
function retrySafe(request: Completeness, method: string | null, leg: Leg, at: Moment): Ternary {
  if (request === 'none' || (request === 'partial' && leg === 'client')) return 'yes';
  if (isIdempotent(method)) return 'yes';
  if (method === null) return 'unknown';
  const exchange = at.exchange;
  const reached = exchange?.requestEnd !== null && at.acked.originator >= (exchange?.requestEnd ?? 0);
  return request === 'complete' && (reached || exchange?.responseState !== 'none') ? 'no' : 'unknown';
}

/** What it means for the business: the worst that the packets allow. */
export function harmOf(outcome: Outcome | null, isTransaction: boolean): Harm {
  if (!isTransaction) return 'harmless';
  if (outcome === null) return 'unknown';
  if (outcome.request === 'none') return 'harmless';
  if (outcome.response === 'complete' && outcome.delivered === 'yes') return 'harmless';
  if (outcome.retrySafe === 'no') return 'may-have-executed';
  return outcome.delivered === 'unknown' ? 'unknown' : 'failed';
}
