/**
 * Log bytes as text, one character per byte (ISO 8859-1), so that offsets in the text are offsets in the file and no
 * byte sequence is invalid. nginx escapes nothing: the bytes may be UTF-8, may be not (nginx-error-log.md 1.4).
 * Does not decode UTF-8; a page that shows the text does that.
 */

/** Characters per call, well under the argument limit of any engine. */
const CHUNK_LEN = 4096;

/** Total: any bytes give a string of the same length. Reflect.apply takes a tenth of the time of spreading (measured). */
export function decodeLatin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.byteLength; at += CHUNK_LEN) {
    text += Reflect.apply(String.fromCharCode, null, bytes.subarray(at, at + CHUNK_LEN));
  }
  return text;
}
