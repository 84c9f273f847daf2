/** Whether a request that changes something comes from a page of ours, and not from a stranger's page in the same browser. */
import type { IncomingHttpHeaders } from 'node:http';

/**
 * Fetch Metadata says it where the connection is trustworthy (https or localhost); otherwise the Origin does. The form to
 * sign in sends the origin `null`, because that page refers nobody; so may a stranger's, whose requests bring no cookie of
 * ours (SameSite=Strict): where people sign in they get no further. A program sends neither header.
 * hosts: with ports, under which we are reached. needsSignIn: people sign in here.
 */
export function isSameOrigin(headers: IncomingHttpHeaders, hosts: readonly string[], needsSignIn: boolean): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin } = headers;
  if (origin === undefined) return true;
  if (origin === 'null') return needsSignIn;
  return URL.canParse(origin) && hosts.includes(new URL(origin).host);
}
