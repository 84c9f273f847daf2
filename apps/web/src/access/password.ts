/**
 * Passwords as they are kept: scrypt (RFC 7914) in the PHC string format, `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`, base64
 * without padding.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

interface Cost {
  /** log2 of N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** N = 2^15, r = 8, p = 3: 32 MB a time (OWASP Password Storage Cheat Sheet, scrypt). */
const COST: Cost = { ln: 15, r: 8, p: 3 };
/** A line of the users file must not cost more memory than this to check, bytes. */
const MAX_MEMORY_BYTES = 256 * 1024 * 1024;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

export interface PasswordHash {
  readonly cost: Cost;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, { cost: COST, salt, hash: Buffer.alloc(HASH_BYTES) });
  const { ln, r, p } = COST;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(hash)}`;
}

/** null: not of this form, or dearer than MAX_MEMORY_BYTES. */
export function parsePasswordHash(text: string): PasswordHash | null {
  const match = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/-]{16,})\$([\w+/-]{43,})$/.exec(text);
  if (match === null) return null;
  const [ln = 0, r = 0, p = 0] = match.slice(1, 4).map(Number);
  const isSane = ln >= 1 && r >= 1 && p >= 1 && 128 * 2 ** ln * r <= MAX_MEMORY_BYTES;
  if (!isSane) return null;
  return {
    cost: { ln, r, p },
    salt: Buffer.from(match[4] ?? '', 'base64'),
    hash: Buffer.from(match[5] ?? '', 'base64'),
  };
}

/** In constant time. Costs as much as making the hash did. */
export async function isPassword(password: string, kept: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, kept), kept.hash);
}

/** Nobody's: who is not known must wait as long as who is. */
export const NO_PASSWORD: PasswordHash = {
  cost: COST,
  salt: randomBytes(SALT_BYTES),
  hash: randomBytes(HASH_BYTES),
};

function derive(password: string, { cost, salt, hash }: PasswordHash): Promise<Buffer> {
  const { ln, r, p } = cost;
  const options = { N: 2 ** ln, r, p, maxmem: 2 * MAX_MEMORY_BYTES };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, hash.length, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
