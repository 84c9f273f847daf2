/**
 * The two messages in which nginx prints a whole 4-tuple, at info, for each stream session (nginx-error-log.md 1.3):
 *   client 10.77.1.2:48948 connected to 0.0.0.0:7000
 *   proxy 10.77.2.1:52288 connected to 10.77.2.2:9000
 * The first ends in the listen address, which may be a wildcard.
 */
import { type Endpoint, parseEndpoint } from './endpoint.ts';

export interface StreamConnect {
  readonly leg: 'client' | 'upstream';
  /** The end that sent the SYN: the client, or nginx. */
  readonly originator: Endpoint;
  readonly responder: Endpoint;
  /** As logged. */
  readonly responderText: string;
}

const CONNECT =
  /^(?:udp )?(client|proxy) ([0-9a-fA-F.:[\]]{2,64}) connected to ([0-9a-fA-F.:[\]]{2,64}|unix:\S{1,128})$/;

/** Null when `message` is neither. */
export function parseStreamConnect(message: string): StreamConnect | null {
  const match = CONNECT.exec(message);
  if (match === null) return null;
  const [, who, originatorText = '', responderText = ''] = match;
  return {
    leg: who === 'client' ? 'client' : 'upstream',
    originator: parseEndpoint(originatorText),
    responder: parseEndpoint(responderText),
    responderText,
  };
}
