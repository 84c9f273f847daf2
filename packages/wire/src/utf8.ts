/** UTF-8 (RFC 3629) by hand: the core is compiled without TextEncoder. */

const REPLACEMENT = 0xfffd;

/** At most `maxLen` bytes, cut between characters. Lone surrogates become U+FFFD. */
export function encodeUtf8(text: string, maxLen: number): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const encoded = encodeCodePoint(character.codePointAt(0) ?? REPLACEMENT);
    if (bytes.length + encoded.length > maxLen) break;
    bytes.push(...encoded);
  }
  return Uint8Array.from(bytes);
}

function encodeCodePoint(codePoint: number): readonly number[] {
  const code = codePoint >= 0xd800 && codePoint <= 0xdfff ? REPLACEMENT : codePoint;
  const tail = (shift: number): number => 0x80 | ((code >>> shift) & 0x3f);
  if (code < 0x80) return [code];
  if (code < 0x800) return [0xc0 | (code >>> 6), tail(0)];
  if (code < 0x10000) return [0xe0 | (code >>> 12), tail(6), tail(0)];
  return [0xf0 | (code >>> 18), tail(12), tail(6), tail(0)];
}
