/** The network that an address stands in, so that neighbours count as one. */
import { isIPv4, isIPv6 } from 'node:net';

/** Words of 16 bits: a site is a /48 (RFC 6177), a subnet a /64 (RFC 4291 section 2.5.4). */
const SITE_WORDS = 3;
const SUBNET_WORDS = 4;

/** /24 of IPv4, /48 of IPv6; anything else, such as `unix:`, as it is. */
export function clientNetwork(address: string): string {
  return networkOf(address, SITE_WORDS);
}

/** `10.4.40.140:8080` -> `10.4.40.0/24:8080`, `[2001:db8::1]:80` -> `[2001:db8:0:0::/64]:80`; a socket path as it is. */
export function upstreamNetwork(endpoint: string): string {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(endpoint) ?? [];
  if (port === undefined) return endpoint;
  const network = networkOf(bracketed ?? plain ?? '', SUBNET_WORDS);
  return network.includes(':') ? `[${network}]:${port}` : `${network}:${port}`;
}

function networkOf(address: string, words: number): string {
  if (isIPv4(address)) return `${address.split('.').slice(0, 3).join('.')}.0/24`;
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped === undefined ? `${firstWords(address, words).join(':')}::/${16 * words}` : networkOf(mapped, words);
}

/** Zeros of `::` filled in. */
function firstWords(address: string, count: number): readonly string[] {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return [...before, ...zeros, ...after].slice(0, count).map((word) => Number.parseInt(word, 16).toString(16));
}
