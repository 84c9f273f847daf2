/**
 * Names under which this server may be asked for. A stranger's page can point a name of its own at our address (DNS rebinding)
 * and would then be our origin to the browser; its requests still carry that name as Host. An address cannot be pointed
 * anywhere, so addresses are always allowed.
 */
import { isIP } from 'node:net';

export class AllowedHosts {
  readonly #names: ReadonlySet<string>;

  /** names: host names besides localhost, without ports. */
  constructor(names: readonly string[]) {
    this.#names = new Set(['localhost', ...names].map(canonical));
  }

  /** host: a Host header (RFC 9110 section 7.2), with or without a port. Ports are free: tunnels change them. */
  allows(host: string): boolean {
    const [, bracketed, plain = ''] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(host) ?? [];
    if (bracketed !== undefined) return isIP(bracketed) === 6;
    return isIP(plain) === 4 || this.#names.has(canonical(plain));
  }
}

/** Names have no case and may end in the dot of the root. */
function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** Addresses that only this host reaches (RFC 6890), and the name that stands for them. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
