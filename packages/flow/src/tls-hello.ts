/** ClientHello and ServerHello (RFC 8446 sections 4.1.2 and 4.1.3), as far as their bytes go: the server name and the version. */
import { latin1 } from './http-head.ts';

/** RFC 8446 section 4. */
export const HandshakeType = { clientHello: 1, serverHello: 2 } as const;

/** Extension type numbers, IANA TLS ExtensionType Values. */
const EXTENSION_SERVER_NAME = 0;
const EXTENSION_PRE_SHARED_KEY = 41;
const EXTENSION_SUPPORTED_VERSIONS = 43;
/** RFC 6066 section 3: list length, name type, name length. */
const SERVER_NAME_HEADER_LEN = 5;
/** RFC 8446 section 4.2.1. */
const TLS_1_3 = 0x0304;

/** The SNI of a ClientHello (RFC 6066 section 3), latin1, hostile; null when there is none or not all of it. */
export function readServerName(hello: Uint8Array): string | null {
  const at = findExtension(hello, EXTENSION_SERVER_NAME);
  if (at === null) return null;
  const start = at + SERVER_NAME_HEADER_LEN;
  const end = start + u16(hello, start - 2);
  return start < end && end <= hello.length ? latin1(hello, start, end) : null;
}

/** Did the server choose TLS 1.3? */
export function selectsTls13(hello: Uint8Array): boolean {
  const at = findExtension(hello, EXTENSION_SUPPORTED_VERSIONS);
  return at !== null && u16(hello, at) === TLS_1_3;
}

/** Did the server resume a session of TLS 1.3? */
export function selectsPreSharedKey(hello: Uint8Array): boolean {
  return findExtension(hello, EXTENSION_PRE_SHARED_KEY) !== null;
}

/** Offset of an extension's data; null when the bytes end before it. */
function findExtension(hello: Uint8Array, wanted: number): number | null {
  const isClient = hello[0] === HandshakeType.clientHello;
  let at = 4 + 2 + 32; // header, version, random
  at += 1 + u8(hello, at); // session id
  at += isClient ? 2 + u16(hello, at) : 2; // cipher suites, or the chosen one
  at += isClient ? 1 + u8(hello, at) : 1; // compression methods, or the chosen one
  at += 2; // length of all extensions
  while (at + 4 <= hello.length) {
    if (u16(hello, at) === wanted) return at + 4;
    at += 4 + u16(hello, at + 2);
  }
  return null;
}

/** 0 beyond the end. */
function u8(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function u16(bytes: Uint8Array, at: number): number {
  return u8(bytes, at) * 256 + u8(bytes, at + 1);
}
