/** How much one client may ask for. A client is an IPv4 address or an IPv6 /64: who has one address there has all of them. */
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from './refusal.ts';

/** Requests are counted over so long: a page that loads its parts at once is no flood. */
const WINDOW_SECONDS = 10;
/** Of one client: who mistypes is let in, who guesses is not (OWASP Authentication Cheat Sheet, login throttling). */
const FAILED_SIGN_INS = 10;
const FAILED_SIGN_INS_SECONDS = 300;

export interface RateLimits {
  /** Counts a request. @throws Refusal `rate` */
  count(request: FastifyRequest): Promise<void>;
  /** @throws Refusal `rate` when that client has failed too often. */
  beforeSignIn(request: FastifyRequest): Promise<void>;
  signInFailed(request: FastifyRequest): Promise<void>;
}

/** requestsPerSecond: of one client on average; 0: no limit. */
export async function openRateLimits(server: FastifyInstance, requestsPerSecond: number): Promise<RateLimits> {
  await server.register(rateLimit, { global: false });
  const requests = server.createRateLimit({
    max: requestsPerSecond * WINDOW_SECONDS,
    timeWindow: WINDOW_SECONDS * 1000,
  });
  const failures = server.createRateLimit({ max: FAILED_SIGN_INS - 1, timeWindow: FAILED_SIGN_INS_SECONDS * 1000 });
  const refuse = async (limit: typeof requests, request: FastifyRequest, increment: boolean): Promise<void> => {
    const seen = await limit(request, { increment });
    if (!seen.isAllowed && seen.isExceeded) throw new Refusal('rate', seen.ttlInSeconds);
  };
  return {
    count: (request) => (requestsPerSecond === 0 ? Promise.resolve() : refuse(requests, request, true)),
    beforeSignIn: (request) => refuse(failures, request, false),
    signInFailed: async (request) => {
      await failures(request);
    },
  };
}
