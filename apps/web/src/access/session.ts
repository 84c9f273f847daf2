/**
 * Sessions of browsers: a signed cookie that says who signed in, with which password, and until when. Nothing is kept here,
 * so signing out takes the cookie from that browser only; a new password, or a restart of the server, ends all.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** A shift. */
export const SESSION_SECONDS: number = 12 * 3600;

export interface Session {
  readonly name: string;
  /** User.fingerprint at the sign-in. */
  readonly fingerprint: string;
}

export class Sessions {
  readonly #key: Buffer = randomBytes(32);
  readonly #isSecure: boolean;
  readonly #nowSeconds: () => number;

  /** isSecure: browsers reach the page over https. */
  constructor(isSecure: boolean, nowSeconds: () => number = () => Date.now() / 1000) {
    this.#isSecure = isSecure;
    this.#nowSeconds = nowSeconds;
  }

  /** Value of a Set-Cookie header (RFC 6265) that opens a session. */
  open({ name, fingerprint }: Session): string {
    const expires = Math.floor(this.#nowSeconds()) + SESSION_SECONDS;
    const claim = Buffer.from(JSON.stringify([name, fingerprint, expires])).toString('base64url');
    return this.#cookie(`${claim}.${this.#sign(claim)}`, SESSION_SECONDS);
  }

  /** Value of a Set-Cookie header that ends it. */
  close(): string {
    return this.#cookie('', 0);
  }

  /** cookies: the Cookie header. null: none, not ours, changed, or over. */
  read(cookies: string | undefined): Session | null {
    const prefix = `${this.#name}=`;
    const cookie = cookies
      ?.split(/; */)
      .find((pair) => pair.startsWith(prefix))
      ?.slice(prefix.length);
    const [claim = '', signature = ''] = cookie?.split('.') ?? [];
    if (!equal(signature, this.#sign(claim))) return null;
    const [name, fingerprint, expires] = JSON.parse(Buffer.from(claim, 'base64url').toString()) as [
      string,
      string,
      number,
    ];
    return this.#nowSeconds() < expires ? { name, fingerprint } : null;
  }

  /** `__Host-`: no other host and no plain connection can set it (RFC 6265bis section 4.1.3). */
  get #name(): string {
    return this.#isSecure ? '__Host-resetscope' : 'resetscope';
  }

  #cookie(value: string, maxAgeSeconds: number): string {
    const secure = this.#isSecure ? '; Secure' : '';
    return `${this.#name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`;
  }

  #sign(claim: string): string {
    return createHmac('sha256', this.#key).update(claim).digest('base64url');
  }
}

function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));
}
