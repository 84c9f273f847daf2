/** The state of a connection at one moment, by the definitions of docs/verdicts.md. */
import type { Ending, Moment, Side, TcpStream } from '@resetscope/flow';
import type { Phase } from './incident.ts';

/** from: who sends the FIN or RST that follows the moment. */
export function phaseAt(stream: TcpStream, at: Moment, from: Side, nginxSide: Side): Phase {
  const exchange = at.exchange;
  if (at.fin[from] && !isAskedAfterFin(stream, at, from, nginxSide)) return 'closing';
  if (exchange === null) return phaseWithoutExchange(stream, at);
  if (exchange.upgraded) return 'tunnel';
  if (exchange.streamReset === null) {
    if (exchange.requestState !== 'complete') return 'request';
    if (exchange.responseState === 'none') return 'waiting';
    if (exchange.responseState === 'partial' || !responseAcknowledged(at)) return 'response';
  }
  return at.fin[nginxSide] ? 'lingering' : 'idle';
}

/** nginx has sent a request on a connection that the upstream had closed: what counts is that the request waits. */
function isAskedAfterFin({ endings }: TcpStream, at: Moment, from: Side, nginxSide: Side): boolean {
  const fin = endings.find((e) => e.kind === 'fin' && e.from === from);
  return nginxSide === 'originator' && fin !== undefined && isAskedAfter(fin, at);
}

/** The request in progress began after this FIN. */
export function isAskedAfter(fin: Ending, { exchange }: Moment): boolean {
  return exchange !== null && exchange.requestStartUs > fin.tsUs;
}

/** Where the ends of messages are guessed, the phase that looks the same: the end of a message is what tells them apart. */
export function twinOf(phase: Phase): Phase | null {
  return TWINS[phase] ?? null;
}

const TWINS: Partial<Record<Phase, Phase>> = {
  request: 'waiting',
  waiting: 'request',
  response: 'idle',
  idle: 'response',
};

/** Before the first request; or, when the connection is older than the capture, after the last one. */
function phaseWithoutExchange(stream: TcpStream, at: Moment): Phase {
  if (hasSentNothing(stream, at)) return stream.sawSyn || stream.sawSynAck ? 'handshake' : 'idle';
  if (stream.protocol === 'tls') return 'tls-handshake';
  return stream.protocol === 'http2' ? 'idle' : 'request';
}

/** No byte in either direction, but for what a proxy says before everything else. */
export function hasSentNothing({ proxyHeader }: TcpStream, { sent }: Moment): boolean {
  return sent.originator <= (proxyHeader?.len ?? 0) && sent.responder === 0;
}

/** Has the receiving kernel acknowledged every byte of the current response? False while its end is unknown. */
export function responseAcknowledged(at: Moment): boolean {
  const end = at.exchange?.responseEnd ?? null;
  return end !== null && at.acked.responder >= end;
}
