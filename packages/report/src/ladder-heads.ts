/** Who stands at the two lifelines of a ladder, by name: packets know originator and responder, the leg knows the roles. */
import type { Incident, Leg, StreamRef } from '@resetscope/diagnosis';

export interface LadderHeads {
  readonly originator: string;
  readonly responder: string;
}

/** `client 10.0.0.1:51234` and `nginx 10.0.0.2:80`; addresses alone without a leg. */
export function ladderHeads(incident: Pick<Incident, 'leg' | 'stream'>): LadderHeads {
  const { stream } = incident;
  if (stream === null) return { originator: 'originator', responder: 'responder' };
  const [left, right] = roles(incident.leg);
  return { originator: `${left}${stream.originator}`, responder: `${right}${stream.responder}` };
}

function roles(leg: Leg | null): readonly [string, string] {
  if (leg === null) return ['', ''];
  return leg === 'client' ? ['client ', 'nginx '] : ['nginx ', 'upstream '];
}

/** `10.0.0.1:51234 → 10.0.0.2:80`. */
export function formatStream(stream: StreamRef): string {
  return `${stream.originator} → ${stream.responder}`;
}
