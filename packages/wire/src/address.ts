/** IP addresses between text and four int32 words. IPv4 is IPv4-mapped (RFC 4291 section 2.5.5.2), so both families share one form;
 *  an IPv6 packet that really carries ::ffff:a.b.c.d therefore reads as a.b.c.d. Zone ids are not accepted. */

/** 128 bits, most significant first, int32 each. */
export type AddressWords = readonly [w0: number, w1: number, w2: number, w3: number];

/** `10.0.0.1`, or RFC 5952 (`2001:db8::1`). Allocates the string: keep it with the connection, do not ask per packet. */
export function addressText(w0: number, w1: number, w2: number, w3: number): string {
  if (w0 === 0 && w1 === 0 && w2 === 0xffff) return `${w3 >>> 24}.${(w3 >>> 16) & 255}.${(w3 >>> 8) & 255}.${w3 & 255}`;
  return ipv6Text([w0 >>> 16, w0 & 0xffff, w1 >>> 16, w1 & 0xffff, w2 >>> 16, w2 & 0xffff, w3 >>> 16, w3 & 0xffff]);
}

/** RFC 5952 section 4: lower case, no leading zeros, `::` for the first longest run of two or more zero groups. */
function ipv6Text(groups: readonly number[]): string {
  const run = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (run.length < 2) return hex.join(':');
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index + 1 - length, length };
  }
  return best;
}

/** `10.0.0.1:80`, `[2001:db8::1]:80`: as nginx writes `server` and `upstream`. */
export function endpointText(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** IPv4, IPv6 (also with an IPv4 tail), with or without brackets; null for anything else. */
export function parseAddress(text: string): AddressWords | null {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  if (bare.includes(':')) return parseIpv6(bare);
  const v4 = bare === text ? parseIpv4(bare) : null;
  return v4 === null ? null : [0, 0, 0xffff, v4];
}

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** int32, or null. */
function parseIpv4(text: string): number | null {
  const match = IPV4.exec(text);
  if (match === null) return null;
  let word = 0;
  for (const digits of match.slice(1)) {
    const octet = Number(digits);
    if (octet > 255) return null;
    word = (word << 8) | octet;
  }
  return word;
}

/** Longest text of an address: 6 groups and a dotted tail (INET6_ADDRSTRLEN 46 with its NUL, RFC 3493 section 6.6). */
const MAX_IPV6_TEXT_LEN = 45;

function parseIpv6(text: string): AddressWords | null {
  if (text.length > MAX_IPV6_TEXT_LEN) return null;
  const halves = text.split('::');
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = parseGroups(halves[1] ?? '', true);
  if (head === null || tail === null || halves.length > 2) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const word = (at: number): number => ((groups[at] ?? 0) << 16) | (groups[at + 1] ?? 0);
  return [word(0), word(2), word(4), word(6)];
}

/** 16-bit groups between colons; `isTail`: a dotted IPv4 address may stand last. */
function parseGroups(text: string, isTail: boolean): readonly number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (isTail && index === parts.length - 1 && part.includes('.')) {
      const v4 = parseIpv4(part);
      if (v4 === null) return null;
      groups.push(v4 >>> 16, v4 & 0xffff);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}
