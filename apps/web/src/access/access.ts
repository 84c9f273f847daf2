/** How this server lets people in, put together from what it was started with. */
import type { IncomingHttpHeaders } from 'node:http';
import { AllowedHosts } from './allowed-hosts.ts';
import { ANYBODY, type Identity, identityOfUser } from './identity.ts';
import { isSameOrigin } from './same-origin.ts';
import { Sessions } from './session.ts';
import type { Users } from './users.ts';

export interface AccessOptions {
  /** null: nobody needs to sign in. */
  readonly users: Users | null;
  /** Host names besides localhost and addresses. */
  readonly hosts: readonly string[];
  /** Origin under which browsers reach the page; null: as it listens. */
  readonly pageUrl: string | null;
}

export class Access {
  readonly users: Users | null;
  readonly hosts: AllowedHosts;
  readonly sessions: Sessions;
  readonly #pageHosts: readonly string[];

  constructor({ users, hosts, pageUrl }: AccessOptions) {
    this.users = users;
    const page = pageUrl === null ? null : new URL(pageUrl);
    this.#pageHosts = page === null ? [] : [page.host];
    this.hosts = new AllowedHosts([...hosts, ...(page === null ? [] : [page.hostname])]);
    this.sessions = new Sessions(page?.protocol === 'https:');
  }

  /** By token, or else by session; null: neither is right. */
  identify(authorization: string | undefined, cookies: string | undefined): Identity | null {
    if (this.users === null) return ANYBODY;
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (authorization !== undefined) return known(token === undefined ? null : this.users.withToken(token));
    const session = this.sessions.read(cookies);
    return known(session === null ? null : this.users.signedIn(session.name, session.fingerprint));
  }

  /** A request that asks for a change and does not come from a stranger's page. host: its Host. */
  isFromUs(headers: IncomingHttpHeaders, host: string): boolean {
    return isSameOrigin(headers, [host.toLowerCase(), ...this.#pageHosts], this.users !== null);
  }
}

function known(user: ReturnType<Users['withToken']>): Identity | null {
  return user === null ? null : identityOfUser(user);
}
