/** Who asks, for the routes that show less, or note who it was. */
import type { FastifyRequest } from 'fastify';
import { ALL_RIGHTS, type Right, rightsOf } from './right.ts';
import type { User } from './users.ts';

export interface Identity {
  /** null: nobody needs to sign in here. */
  readonly name: string | null;
  readonly rights: ReadonlySet<Right>;
}

/** Where nobody needs to sign in, everybody may do everything. */
export const ANYBODY: Identity = { name: null, rights: ALL_RIGHTS };

const identities = new WeakMap<FastifyRequest, Identity>();

export function identityOfUser({ name, roles }: User): Identity {
  return { name, rights: rightsOf(roles) };
}

export function setIdentity(request: FastifyRequest, identity: Identity): void {
  identities.set(request, identity);
}

/** Of a request that the guard has let in. */
export function identityOf(request: FastifyRequest): Identity {
  const identity = identities.get(request);
  if (identity === undefined) throw new Error('the guard has not seen this request');
  return identity;
}

export function may(request: FastifyRequest, right: Right): boolean {
  return identityOf(request).rights.has(right);
}
