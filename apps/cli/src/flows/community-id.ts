/**
 * Community ID version 1 of a TCP connection (github.com/corelight/community-id-spec): the name under which Zeek, Suricata
 * and Arkime know the same connection. Both directions have the same; so has a later connection on the same ports.
 *
 *  | seed 2 | lower address 4 or 16 | higher address | protocol 1 | zero 1 | lower end's port 2 | higher end's port 2 |
 */
import { createHash } from 'node:crypto';
import type { Endpoint } from '@resetscope/flow';
import { type AddressWords, parseAddress } from '@resetscope/wire';

/** IANA protocol number. */
const TCP = 6;
/** Length of what is hashed without the two addresses. */
const REST_LEN = 8;
/** The seed, two zero bytes by default. */
const SEED_LEN = 2;

/** `1:` and a base64 SHA-1; null when an address is none. */
export function communityId(a: Endpoint, b: Endpoint): string | null {
  const [aWords, bWords] = [parseAddress(a.address), parseAddress(b.address)];
  if (aWords === null || bWords === null) return null;
  const isInOrder = (compareWords(aWords, bWords) || a.port - b.port) <= 0;
  const words = isInOrder ? [aWords, bWords] : [bWords, aWords];
  // The four bytes of an IPv4 address are the last word of its mapped form.
  const hashed = words.flatMap((address) => (a.address.includes(':') ? address : address.slice(-1)));
  const view = new DataView(new ArrayBuffer(REST_LEN + 4 * hashed.length));
  for (const [at, word] of hashed.entries()) view.setInt32(SEED_LEN + 4 * at, word);
  const protocolAt = SEED_LEN + 4 * hashed.length;
  view.setUint8(protocolAt, TCP);
  view.setUint16(protocolAt + 2, isInOrder ? a.port : b.port);
  view.setUint16(protocolAt + 4, isInOrder ? b.port : a.port);
  return `1:${createHash('sha1').update(new Uint8Array(view.buffer)).digest('base64')}`;
}

/** As memcmp does in network byte order. */
function compareWords(a: AddressWords, b: AddressWords): number {
  const at = a.findIndex((word, index) => word !== b[index]);
  return at === -1 ? 0 : ((a[at] ?? 0) >>> 0) - ((b[at] ?? 0) >>> 0);
}
