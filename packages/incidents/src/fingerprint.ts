/**
 * What makes two incidents the same problem. A group is what one person mends once: the same cause, on the same leg, of the
 * same pool of upstreams or the same nginx server. Clients, single upstreams and routes are not part of it: one outage meets
 * all of them (in the recorded minute of 200 lines with 10 causes they made 103 groups of it), and who can choose a route or
 * an address could open groups at will. A group counts them instead (group.ts).
 */
import { createHash } from 'node:crypto';
import type { Incident, Leg, Phase, ResetBy } from '@resetscope/diagnosis';
import { factsOf } from './incident-facts.ts';
import { upstreamNetwork } from './network.ts';

/** Part of every group id: a new way of grouping must not mix with groups made the old way. */
const FINGERPRINT_VERSION = 2;

/** leg, cause and peer are the group's identity; the rest is of the incident at hand. */
export interface Fingerprint {
  readonly leg: Leg;
  readonly cause: string;
  /** Upstream leg: network and port of the upstream, `10.4.40.0/24:8080`. Client leg: nginx's server_name, empty without a line. */
  readonly peer: string;
  /** null when a FIN, not a reset, caused the line. */
  readonly resetBy: ResetBy | null;
  readonly phase: Phase | null;
  /** routeTemplate of the target; empty when the line names no request. */
  readonly route: string;
}

/** null: the incident has no cause (ambiguous or unmatched), so nothing to group by. */
export function fingerprint(incident: Incident): Fingerprint | null {
  const { leg, cause, reset, phase } = incident;
  if (leg === null || cause === null) return null;
  const { upstream, server, route } = factsOf(incident);
  const peer = leg === 'upstream' ? upstreamNetwork(upstream) : server;
  return { leg, cause, peer, resetBy: reset?.by ?? null, phase, route };
}

/** 16 hexadecimal digits: SHA-256 of the identity, cut; a collision among a million groups has odds of 1 in 10^7. */
export function groupIdOf({ leg, cause, peer }: Fingerprint): string {
  const parts = [FINGERPRINT_VERSION, leg, cause, peer];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
