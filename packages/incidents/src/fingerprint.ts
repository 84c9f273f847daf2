/** What makes two incidents the same problem: the parts of a group's identity. */
import { createHash } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import type { Incident, Leg, Phase, ResetBy } from '@resetscope/diagnosis';
import { routeTemplate } from './route-template.ts';

/** Part of every group id: a new way of grouping must not mix with groups made the old way. */
const FINGERPRINT_VERSION = 1;

export interface Fingerprint {
  readonly leg: Leg;
  /** null when a FIN, not a reset, caused the line. */
  readonly resetBy: ResetBy | null;
  readonly phase: Phase | null;
  readonly cause: string;
  /** Upstream leg: `address:port` of the upstream. Client leg: the client's network, `10.1.2.0/24`. */
  readonly peer: string;
  /** routeTemplate of the target; empty when the line names no request. */
  readonly route: string;
}

/** null: the incident has no cause (ambiguous or unmatched), so nothing to group by. */
export function fingerprint(incident: Incident): Fingerprint | null {
  const { leg, cause, reset, phase, request } = incident;
  if (leg === null || cause === null) return null;
  return {
    leg,
    resetBy: reset?.by ?? null,
    phase,
    cause,
    peer: leg === 'upstream' ? upstreamOf(incident) : clientNetwork(incident.client ?? ''),
    route: request.target === null ? '' : routeTemplate(request.target),
  };
}

/** 16 hexadecimal digits: SHA-256 of the parts, cut; a collision among a million groups has odds of 1 in 10^7. */
export function groupIdOf(print: Fingerprint): string {
  const parts = [FINGERPRINT_VERSION, print.leg, print.resetBy, print.phase, print.cause, print.peer, print.route];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** The address on the wire where there is one: the line's `upstream:` carries a URI too. */
function upstreamOf(incident: Incident): string {
  return incident.stream?.responder ?? incident.upstream ?? '';
}

/** /24 of IPv4, /48 of IPv6 (RFC 6177: a site); anything else, such as `unix:`, as it is. */
export function clientNetwork(address: string): string {
  if (isIPv4(address)) return `${address.split('.').slice(0, 3).join('.')}.0/24`;
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped === undefined ? `${firstWords(address).join(':')}::/48` : clientNetwork(mapped);
}

/** The first three 16-bit words, zeros of `::` filled in. */
function firstWords(address: string): readonly string[] {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return [...before, ...zeros, ...after].slice(0, 3).map((word) => Number.parseInt(word, 16).toString(16));
}
