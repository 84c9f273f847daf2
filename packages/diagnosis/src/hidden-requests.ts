/**
 * HTTP/2 in clear text whose frames the capture does not hold: the ring keeps none behind the first request, a snap length cuts
 * them, packets are lost. What was under way on such a connection is not known, and nothing may be said about it.
 */
import type { Moment, TcpStream } from '@resetscope/flow';

/** Of the exchange in progress no more is known than that it may have begun. */
export function hidesRequests({ http2 }: TcpStream, { exchange }: Moment): boolean {
  if (http2 === null) return false;
  if (exchange === null) return http2.missedFrames.originator;
  const isHttp2 = exchange.streamId !== null;
  return isHttp2 && exchange.framing === 'guessed' && exchange.responseState === 'none';
}
