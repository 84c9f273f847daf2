/** Secrets that are found again wherever a piece of one has got to. */
import { randomBytes } from 'node:crypto';

/** Shorter pieces turn up by chance. */
const PIECE_LEN = 6;
/** Of base64url characters. */
const SECRET_LEN = 24;

export class Secrets {
  private readonly pieces = new Map<string, string>();

  /** A new secret. place: where it is planted, for the message. */
  plant(place: string): string {
    const secret = randomBytes(SECRET_LEN).toString('base64url').replaceAll(/[-_]/g, 'x').slice(0, SECRET_LEN);
    for (let at = 0; at + PIECE_LEN <= secret.length; at++) this.pieces.set(secret.slice(at, at + PIECE_LEN), place);
    return secret;
  }

  /** Places whose secret, or a piece of it, is in the bytes. */
  foundIn(bytes: Uint8Array): ReadonlySet<string> {
    const text = Buffer.from(bytes).toString('latin1');
    const found = new Set<string>();
    for (let at = 0; at + PIECE_LEN <= text.length; at++) {
      const place = this.pieces.get(text.slice(at, at + PIECE_LEN));
      if (place !== undefined) found.add(place);
    }
    return found;
  }
}
