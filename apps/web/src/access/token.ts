/**
 * Tokens for programs: 256 random bits made here, so a plain SHA-256 keeps them (nothing to guess, and each request checks
 * one). `$sha256$<hash>`, base64url.
 */
import { createHash, randomBytes } from 'node:crypto';

const TOKEN_BYTES = 32;

/** `rs_` tells people and secret scanners what it is. */
export function newToken(): string {
  return `rs_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
}

export function hashToken(token: string): string {
  return `$sha256$${digest(token)}`;
}

/** The digest of a kept token; null when the text is not of this form. */
export function parseTokenHash(text: string): string | null {
  return /^\$sha256\$([\w-]{43})$/.exec(text)?.[1] ?? null;
}

/** By this a token is looked up: how long that takes tells of digests alone, which nobody can steer. */
export function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
