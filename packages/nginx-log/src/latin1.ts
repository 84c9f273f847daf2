/**
 * Log bytes as text, one character per byte (ISO 8859-1), so that offsets in the text are offsets in the file and no
 * byte sequence is invalid. nginx escapes nothing: the bytes may be UTF-8, may be not (nginx-error-log.md 1.4).
 * Does not decode UTF-8; a page that shows the text does that.
 */

/** Characters per call, well under the argument limit of any engine. */
const CHUNK_LEN = 4096;

/**
 * Of the bytes from `start` to `end`. Total: any bytes give a string of the same length. Reflect.apply takes a tenth of
 * the time of spreading (measured).
 */
export function decodeLatin1(bytes: Uint8Array, start = 0, end: number = bytes.byteLength): string {
  let text = '';
  for (let at = start; at < end; at += CHUNK_LEN) {
    text += Reflect.apply(String.fromCharCode, null, bytes.subarray(at, Math.min(at + CHUNK_LEN, end)));
  }
  return text;
}

/** The inverse. Characters above U+00FF, which no byte of a log stands for, come out in UTF-8. */
export function encodeLatin1(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code <= 0xff) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), low6(code));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), low6(code >> 6), low6(code));
    else bytes.push(0xf0 | (code >> 18), low6(code >> 12), low6(code >> 6), low6(code));
  }
  return Uint8Array.from(bytes);
}

function low6(code: number): number {
  return 0x80 | (code & 0x3f);
}
