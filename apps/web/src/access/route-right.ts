/** Which right a request needs, by the route as declared. What is not named here needs `view`, and changes need `decide`. */
import type { Right } from './right.ts';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Needs nothing but whoever asks. */
const PUBLIC = ['GET /healthz', 'HEAD /healthz', 'POST /sign-in'];
/** Of whoever is signed in, whatever for. */
const OWN: ReadonlySet<string> = new Set(['/account', '/sign-out']);
const OPERATIONS: ReadonlySet<string> = new Set(['/metrics', '/readyz']);

export type Need = Right | 'nothing' | 'sign-in';

/** route: as declared, `/incidents/:id`; undefined: there is none. */
export function neededRight(method: string, route: string | undefined): Need {
  if (route === undefined) return 'sign-in';
  if (PUBLIC.includes(`${method} ${route}`)) return 'nothing';
  if (OWN.has(route)) return 'sign-in';
  if (OPERATIONS.has(route)) return 'metrics';
  if (!isSafe(method)) return 'decide';
  return /(?:\.pcapng|\/evidence)$/.test(route) ? 'packets' : 'view';
}

/** RFC 9110 section 9.2.1: asks, changes nothing. */
export function isSafe(method: string): boolean {
  return SAFE_METHODS.has(method);
}
