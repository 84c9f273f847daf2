/**
 * The value of `upstream: "..."`: schema, peer, `:` after a unix path, URI (nginx-error-log.md 1.2). It names the peer
 * last chosen, which need not be the socket that failed. Does not resolve block names.
 */
import { type Endpoint, parseEndpoint } from './endpoint.ts';

export interface UpstreamRef extends Endpoint {
  /** As logged, hostile text. */
  readonly raw: string;
  /** `http`, `https`, `fastcgi`, `grpc`, ...; null in stream and mail, which print the address alone. */
  readonly scheme: string | null;
  /** Only proxy_pass prints one; null for fastcgi, uwsgi, scgi, grpc, stream and mail. */
  readonly uri: string | null;
}

const SCHEME = /^(?!unix:)([a-z]{1,16}):\/{1,2}(?!\/)/;
/** nginx writes two slashes. One is what `merge_slashes` leaves of a line that a client forged through a decoded path. */
const SINGLE_SLASH = /^(?!unix:)[a-z]{1,16}:\/(?!\/)/;

/** Total: any text gives a reference, at worst with only `raw` and `name`. */
export function parseUpstream(raw: string): UpstreamRef {
  const scheme = SCHEME.exec(raw);
  const rest = scheme === null ? raw : raw.slice(scheme[0].length);
  const peerEnd = endOfPeer(rest);
  const uri = rest.slice(rest.startsWith('unix:') ? peerEnd + 1 : peerEnd);
  const { address, port, unixPath, name } = parseEndpoint(rest.slice(0, peerEnd));
  return { address, port, unixPath, name, raw, scheme: scheme?.[1] ?? null, uri: uri === '' ? null : uri };
}

/** Where the URI starts; for a unix path the colon that closes it. */
function endOfPeer(rest: string): number {
  const end = rest.startsWith('unix:') ? rest.indexOf(':', 5) : rest.search(/[/?]/);
  return end < 0 ? rest.length : end;
}

export function hasSingleSlash(upstream: UpstreamRef): boolean {
  return SINGLE_SLASH.test(upstream.raw);
}
