/** The state of a connection at one moment, by the definitions of docs/verdicts.md. */
import type { Moment, Side, TcpStream } from '@resetscope/flow';
import type { Phase } from './incident.ts';

/** from: who sends the FIN or RST that follows the moment. */
export function phaseAt(stream: TcpStream, at: Moment, from: Side, nginxSide: Side): Phase {
  if (at.fin[from]) return 'closing';
  if (at.sent.originator === 0 && at.sent.responder === 0) return 'handshake';
  const exchange = at.exchange;
  if (exchange === null) return stream.protocol === 'tls' ? 'tls-handshake' : 'request';
  if (exchange.upgraded) return 'tunnel';
  if (exchange.requestState !== 'complete') return 'request';
  if (exchange.responseState === 'none') return 'waiting';
  if (exchange.responseState === 'partial' || !responseAcknowledged(at)) return 'response';
  return at.fin[nginxSide] ? 'lingering' : 'idle';
}

/** Has the receiving kernel acknowledged every byte of the current response? False while its end is unknown. */
export function responseAcknowledged(at: Moment): boolean {
  const end = at.exchange?.responseEnd ?? null;
  return end !== null && at.acked.responder >= end;
}
