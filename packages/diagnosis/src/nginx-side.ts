/** Which end of a connection is nginx. */
import type { Side } from '@resetscope/flow';
import type { Leg } from './incident.ts';

/** In both legs the originator asks and the responder answers: nginx answers clients and asks upstreams. */
export function nginxSideOf(leg: Leg): Side {
  return leg === 'client' ? 'responder' : 'originator';
}
