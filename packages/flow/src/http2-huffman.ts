/** The Huffman code of HPACK strings (RFC 7541 section 5.2 and Appendix B). It is canonical: the lengths of its codes are all of it. */

/** Bits of the code of each octet value, sixteen values a row (RFC 7541 Appendix B); EOS has 30 and is never sent. */
const CODE_LENGTHS: readonly number[] = [
  [13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28],
  [28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28],
  [6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6],
  [5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10],
  [13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7],
  [7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6],
  [15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5],
  [6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28],
  [20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23],
  [24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24],
  [22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23],
  [21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23],
  [26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25],
  [19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27],
  [20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23],
  [26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26],
].flat();
const LONGEST = 30;

/** First code of each length, and where its symbols begin among SYMBOLS. */
const FIRST_CODE: readonly number[] = firstCodes();
const SYMBOLS_AT: readonly number[] = Array.from(
  { length: LONGEST + 2 },
  (_, bits) => CODE_LENGTHS.filter((length) => length < bits).length,
);
/** Octet values in the order of their codes. */
const SYMBOLS: Uint8Array = Uint8Array.from(
  CODE_LENGTHS.map((_, symbol) => symbol).sort((a, b) => lengthOf(a) - lengthOf(b) || a - b),
);

/** Latin-1 text; null when the bytes are no Huffman code. */
export function decodeHuffman(bytes: Uint8Array): string | null {
  let text = '';
  let code = 0;
  let bits = 0;
  for (const byte of bytes)
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >> bit) & 1);
      bits++;
      const rank = code - (FIRST_CODE[bits] as number);
      const at = (SYMBOLS_AT[bits] as number) + rank;
      if (rank >= 0 && at < (SYMBOLS_AT[bits + 1] as number)) {
        text += String.fromCharCode(SYMBOLS[at] as number);
        code = bits = 0;
      } else if (bits === LONGEST) return null;
    }
  const isPadding = bits < 8 && code === 2 ** bits - 1; // section 5.2: the first bits of EOS, all ones
  return isPadding ? text : null;
}

function lengthOf(symbol: number): number {
  return CODE_LENGTHS[symbol] ?? 0;
}

function firstCodes(): readonly number[] {
  const first = [0];
  for (let bits = 1; bits <= LONGEST; bits++) {
    const shorter = CODE_LENGTHS.filter((length) => length === bits - 1).length;
    first.push(((first[bits - 1] as number) + shorter) * 2);
  }
  return first;
}
