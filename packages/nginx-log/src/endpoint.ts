/** Addresses as nginx prints them: `10.0.0.1:80`, `[fd77::1]:80`, `unix:/run/up.sock`, or a name. Resolves nothing. */

export interface Endpoint {
  /** IP text without brackets; null for a unix socket or a name. */
  readonly address: string | null;
  /** 0..65535; null where none is printed. */
  readonly port: number | null;
  readonly unixPath: string | null;
  /** What stands in the place of the address when it is neither IP nor unix: an upstream block's or host's name. */
  readonly name: string | null;
}

const IPV4 = /^(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;
const IPV6 = /^(?=.*:.*:)[0-9a-fA-F:]{2,41}(?:\.\d{1,3}){0,3}$/;

/** IPv4 dotted quad or IPv6 text without brackets. Does not count the groups of an IPv6 text. */
export function isIpText(text: string): boolean {
  return text.length <= 45 && (IPV4.test(text) || IPV6.test(text));
}

/** `text` as a port number, null when it is not 1 to 5 digits up to 65535. */
export function parsePort(text: string): number | null {
  if (!/^\d{1,5}$/.test(text)) return null;
  const port = Number(text);
  return port <= 65_535 ? port : null;
}

function hostPart(host: string, port: number | null): Endpoint {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  const isIp = isIpText(bare);
  return { address: isIp ? bare : null, port, unixPath: null, name: isIp ? null : host };
}

/** Total: what is not an address or a unix path comes back as `name`. An IPv6 text without brackets has no port. */
export function parseEndpoint(text: string): Endpoint {
  if (text.startsWith('unix:')) return { address: null, port: null, unixPath: text.slice(5), name: null };
  const colon = text.lastIndexOf(':');
  const port = colon > 0 ? parsePort(text.slice(colon + 1)) : null;
  const hasMoreColons = text.indexOf(':') < colon;
  if (port === null || (hasMoreColons && isIpText(text))) return hostPart(text, null);
  return hostPart(text.slice(0, colon), port);
}
