/** The clear part of a TLS record stream (RFC 8446 section 5.1): how many bytes from a record boundary are handshake, alert or
 *  change-cipher-spec records, and where application data begins. It decodes nothing inside the records. */

const HEADER_LEN = 5;
/** ContentType: change_cipher_spec, alert, handshake, application_data. */
const FIRST_TYPE = 20;
const APPLICATION_DATA = 23;
/** 2^14 + 2048: largest TLSCiphertext.length of TLS 1.2 (RFC 5246 section 6.2.3), which is more than TLS 1.3 allows. */
const MAX_RECORD_LEN = 0x4800;

/** Type and version 3.0 to 3.4 and a possible length: what distinguishes a record from a body's bytes. */
export function startsTlsRecord(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < HEADER_LEN) return false;
  const type = bytes[at] as number;
  if (type < FIRST_TYPE || type > APPLICATION_DATA) return false;
  const length = recordLen(bytes, at);
  return bytes[at + 1] === 3 && (bytes[at + 2] as number) <= 4 && length > 0 && length <= MAX_RECORD_LEN;
}

/** Bytes from `at`, a record boundary, to keep: whole records, up to and with the first application data header. */
export function clearRecordsLen(bytes: Uint8Array, at: number, end: number): number {
  let next = at;
  while (startsTlsRecord(bytes, next, end)) {
    if (bytes[next] === APPLICATION_DATA) return next + HEADER_LEN - at;
    next += HEADER_LEN + recordLen(bytes, next);
  }
  return Math.min(next, end) - at;
}

function recordLen(bytes: Uint8Array, at: number): number {
  return ((bytes[at + 3] as number) << 8) | (bytes[at + 4] as number);
}
