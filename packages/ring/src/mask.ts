/**
 * Secrets in HTTP heads, overwritten with `*` in place: the values of some header fields and of some query parameters. Every
 * length stays as it was, so that sequence numbers and ladders stay true. A value cut off at the end of the bytes is masked as
 * far as it goes. Parameters are looked for on every line, because Referer and Location carry URLs too.
 * It does not look into bodies: those are never kept (trim.ts).
 */
import { fieldColon, hasName } from './http-head.ts';

/** Always masked. */
const SECRET_HEADERS: readonly string[] = ['authorization', 'proxy-authorization', 'cookie', 'set-cookie'];
const SECRET_PARAMETERS: readonly string[] = [
  'password',
  'passwd',
  'token',
  'access_token',
  'secret',
  'api_key',
  'apikey',
  'key',
  'auth',
  'session',
];

const STAR = 0x2a;
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const HTAB = 0x09;
const PERCENT = 0x25;
const EQUALS = 0x3d;
const AMPERSAND = 0x26;

/** Bytes before a parameter name: `?` `&` `;` of a query, `#` of a fragment in Location. */
const OPENS_PARAMETER: readonly boolean[] = Array.from({ length: 256 }, (_, byte) =>
  '?&;#'.includes(String.fromCharCode(byte)),
);

export interface MaskNames {
  /** Names added to the built-in ones, in any case. */
  readonly headers?: readonly string[];
  readonly parameters?: readonly string[];
}

const lowerBytes = (name: string): Uint8Array => new TextEncoder().encode(name.toLowerCase());

export class Mask {
  private readonly headers: readonly Uint8Array[];
  private readonly parameters: readonly Uint8Array[];

  constructor(names: MaskNames = {}) {
    this.headers = [...SECRET_HEADERS, ...(names.headers ?? [])].map(lowerBytes);
    this.parameters = [...SECRET_PARAMETERS, ...(names.parameters ?? [])].map(lowerBytes);
  }

  /** Masks the head (or its beginning) in [start, end), which begins with its request or status line. */
  apply(bytes: Uint8Array, start: number, end: number): void {
    let secret = false;
    for (let line = start; line < end; ) {
      const lineEnd = findLineEnd(bytes, line, end);
      const isContinuation = line > start && isBlank(bytes[line] as number);
      if (isContinuation) {
        if (secret) fillStars(bytes, line, lineEnd);
      } else {
        const colon = line === start ? -1 : this.secretColon(bytes, line, lineEnd);
        secret = colon !== -1;
        if (secret) fillStars(bytes, colon + 1, lineEnd);
      }
      if (!secret) this.maskParameters(bytes, line, lineEnd);
      line = lineEnd + 1;
    }
  }

  /** Offset of the colon after a secret field's name, or -1. */
  private secretColon(bytes: Uint8Array, line: number, lineEnd: number): number {
    const colon = fieldColon(bytes, line, lineEnd);
    if (colon === -1) return -1;
    let nameEnd = colon;
    while (nameEnd > line && isBlank(bytes[nameEnd - 1] as number)) nameEnd--;
    for (const name of this.headers) {
      if (name.length === nameEnd - line && hasName(bytes, line, nameEnd, name)) return colon;
    }
    return -1;
  }

  private maskParameters(bytes: Uint8Array, line: number, lineEnd: number): void {
    for (let i = line; i < lineEnd; i++) {
      if (!OPENS_PARAMETER[bytes[i] as number]) continue;
      const equals = this.secretEquals(bytes, i + 1, lineEnd);
      if (equals === -1) continue;
      const valueEnd = findValueEnd(bytes, equals + 1, lineEnd);
      bytes.fill(STAR, equals + 1, valueEnd);
      i = valueEnd - 1;
    }
  }

  /** Offset of the `=` after a secret parameter's name (percent-encoded or not) at `at`, or -1. */
  private secretEquals(bytes: Uint8Array, at: number, lineEnd: number): number {
    for (const name of this.parameters) {
      const after = skipParameterName(bytes, at, lineEnd, name);
      if (after !== -1 && after < lineEnd && bytes[after] === EQUALS) return after;
    }
    return -1;
  }
}

/** Offset after `name` at `at`, in any case and with percent-encoding (RFC 3986 section 2.1); -1: another name. */
function skipParameterName(bytes: Uint8Array, from: number, end: number, name: Uint8Array): number {
  let at = from;
  for (let i = 0; i < name.length; i++) {
    if (at >= end) return -1;
    let byte = bytes[at] as number;
    if (byte === PERCENT && at + 2 < end) {
      byte = (hexDigit(bytes[at + 1] as number) << 4) | hexDigit(bytes[at + 2] as number);
      at += 2;
    }
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (lower !== name[i]) return -1;
    at++;
  }
  return at;
}

/** 0..15; a byte that is no hexadecimal digit gives a number that makes no letter. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : 0xff;
}

/** Only `&` and blanks end a value: `;`, `#` and quotes are sent raw inside passwords. */
function findValueEnd(bytes: Uint8Array, from: number, lineEnd: number): number {
  let at = from;
  while (at < lineEnd && bytes[at] !== AMPERSAND && (bytes[at] as number) > SP) at++;
  return at;
}

/** Offset of the LF that ends the line, or `end`. */
function findLineEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== LF) at++;
  return at;
}

/** Everything but leading blanks and the CR of the line end. */
function fillStars(bytes: Uint8Array, from: number, lineEnd: number): void {
  let start = from;
  while (start < lineEnd && isBlank(bytes[start] as number)) start++;
  const end = lineEnd > start && bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
  bytes.fill(STAR, start, end);
}

function isBlank(byte: number): boolean {
  return byte === SP || byte === HTAB;
}
