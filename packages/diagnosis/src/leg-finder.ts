/** Which of nginx's two connections a TCP stream is, where no line speaks of it. */
import type { TcpStream } from '@resetscope/flow';
import type { Leg } from './incident.ts';
import type { Match } from './match.ts';
import type { StreamIndex } from './stream-index.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * An upstream that a line names is one; so is what nginx's address asks of others. nginx's address is where matched clients
 * connected to, or one that both asks and answers. Null: neither end is known for nginx.
 */
export function legFinder(
  index: StreamIndex,
  matches: readonly Match[],
  surroundings: Surroundings,
): (stream: TcpStream) => Leg | null {
  const listeners = new Set<string>();
  const addresses = new Set<string>();
  for (const match of matches) {
    if (match.kind !== 'matched') continue;
    const { originator, responder } = match.best.stream;
    addresses.add(match.line.leg === 'client' ? responder.address : originator.address);
    if (match.line.leg === 'client') listeners.add(`${responder.address} ${responder.port}`);
  }
  return (stream) => {
    const { originator, responder } = stream;
    if (index.isUpstreamLeg(stream)) return 'upstream';
    if (listeners.has(`${responder.address} ${responder.port}`)) return 'client';
    const asks = addresses.has(originator.address);
    const answers = addresses.has(responder.address);
    if (asks !== answers) return answers ? 'client' : 'upstream';
    if (addresses.size > 0) return null;
    if (surroundings.isProxy(responder.address)) return 'client';
    return surroundings.isProxy(originator.address) ? 'upstream' : null;
  };
}
