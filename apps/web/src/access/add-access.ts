/** Everything about access on a server: forms, limits, the guard, signing in and out. Before all routes. */
import type { FastifyInstance } from 'fastify';
import { acceptForms } from './form.ts';
import { guardRequests } from './guard.ts';
import { openRateLimits } from './rate-limits.ts';
import { addSignInRoutes, type SignInOptions } from './sign-in.ts';

export interface AccessSettings extends Omit<SignInOptions, 'limits'> {
  /** Of one client; 0: no limit. */
  readonly requestsPerSecond: number;
}

export async function addAccess(server: FastifyInstance, settings: AccessSettings): Promise<void> {
  const limits = await openRateLimits(server, settings.requestsPerSecond);
  acceptForms(server);
  guardRequests(server, settings.access, limits);
  addSignInRoutes(server, { ...settings, limits });
}
