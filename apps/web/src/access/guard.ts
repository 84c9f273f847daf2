/**
 * What every request passes before its route: the host it asks for, how often its client asks, who asks, whether a change comes
 * from our own page, and whether this may be done. Also requests that no route answers: nobody learns what exists here.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Access } from './access.ts';
import { setIdentity } from './identity.ts';
import type { RateLimits } from './rate-limits.ts';
import { Refusal } from './refusal.ts';
import { isSafe, neededRight } from './route-right.ts';

/** Probes of load balancers ask for it under any name and as often as they like; it says nothing. */
const HEALTH_ROUTE = '/healthz';

export function guardRequests(server: FastifyInstance, access: Access, limits: RateLimits): void {
  server.addHook('onRequest', async (request) => {
    if (request.routeOptions.url === HEALTH_ROUTE) return;
    if (!access.hosts.allows(request.host)) throw new Refusal('host');
    await limits.count(request);
    identify(request, access);
    if (!isSafe(request.method) && !access.isFromUs(request.headers, request.host)) throw new Refusal('cross-site');
  });
}

function identify(request: FastifyRequest, access: Access): void {
  const need = neededRight(request.method, request.routeOptions.url);
  if (need === 'nothing') return;
  const { authorization, cookie } = request.headers;
  const identity = access.identify(authorization, cookie);
  if (identity === null) throw new Refusal('credentials');
  setIdentity(request, identity);
  if (need !== 'sign-in' && !identity.rights.has(need)) throw new Refusal('right');
}
