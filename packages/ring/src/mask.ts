/**
 * Secrets in HTTP heads, overwritten with `*` in place: the values of some header fields and of some query parameters. Every
 * length stays as it was, so that sequence numbers and ladders stay true. A value cut off at the end of the bytes is masked as
 * far as it goes. Parameters are looked for on every line, because Referer and Location carry URLs too.
 * It does not look into bodies: those are never kept (trim.ts).
 */
import { hasName } from './http-head.ts';

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
const COLON = 0x3a;

/** What a byte may mean; 0: nothing here. */
const Meaning = { LINE_END: 1, NAME_END: 2, OPENS_PARAMETER: 3 } as const;

/** Before a parameter name stand `?` `&` `;` of a query, `#` of a fragment in Location. */
const MEANINGS: Uint8Array = new Uint8Array(256);
MEANINGS[LF] = Meaning.LINE_END;
MEANINGS[COLON] = Meaning.NAME_END;
for (const char of '?&;#') MEANINGS[char.charCodeAt(0)] = Meaning.OPENS_PARAMETER;

export interface MaskNames {
  /** Names added to the built-in ones, in any case. */
  readonly headers?: readonly string[];
  readonly parameters?: readonly string[];
}

const lowerBytes = (name: string): Uint8Array => new TextEncoder().encode(name.toLowerCase());

export class Mask {
  private readonly headers: readonly Uint8Array[];
  private readonly parameters: readonly Uint8Array[];
  /** 1 for the bytes a secret parameter's name can begin with. */
  private readonly parameterStarts = new Uint8Array(256);

  constructor(names: MaskNames = {}) {
    this.headers = [...SECRET_HEADERS, ...(names.headers ?? [])].map(lowerBytes);
    this.parameters = [...SECRET_PARAMETERS, ...(names.parameters ?? [])].map(lowerBytes);
    this.parameterStarts[PERCENT] = 1;
    for (const [first] of this.parameters) {
      this.parameterStarts[first as number] = 1;
      this.parameterStarts[
        String.fromCharCode(first as number)
          .toUpperCase()
          .charCodeAt(0)
      ] = 1;
    }
  }

  /** Masks the head (or its beginning) in [start, end), which begins with its request or status line. One pass. */
  apply(bytes: Uint8Array, start: number, end: number): void {
    let line = start;
    // A start line has no field name, nor has a line that continues one.
    let isNamed = true;
    let secret = false;
    for (let i = start; i < end; ) {
      switch (MEANINGS[bytes[i] as number]) {
        case Meaning.LINE_END:
          i++;
          line = i;
          isNamed = i < end && isBlank(bytes[i] as number);
          secret &&= isNamed;
          if (secret) i = hideLine(bytes, i, end);
          break;
        case Meaning.NAME_END:
          secret ||= !isNamed && this.isSecretName(bytes, line, i);
          isNamed = true;
          i = secret ? hideLine(bytes, i + 1, end) : i + 1;
          break;
        case Meaning.OPENS_PARAMETER:
          i = this.hideParameter(bytes, i + 1, end);
          break;
        default:
          while (i < end && MEANINGS[bytes[i] as number] === 0) i++;
      }
    }
  }

  private isSecretName(bytes: Uint8Array, line: number, colon: number): boolean {
    let nameEnd = colon;
    while (nameEnd > line && isBlank(bytes[nameEnd - 1] as number)) nameEnd--;
    for (const name of this.headers) {
      if (name.length === nameEnd - line && hasName(bytes, line, nameEnd, name)) return true;
    }
    return false;
  }

  /** Hides the value of a secret parameter whose name begins at `at`; returns where to go on. */
  private hideParameter(bytes: Uint8Array, at: number, end: number): number {
    if (at >= end || this.parameterStarts[bytes[at] as number] === 0) return at;
    for (const name of this.parameters) {
      const after = skipParameterName(bytes, at, end, name);
      if (after === -1 || after >= end || bytes[after] !== EQUALS) continue;
      const valueEnd = findValueEnd(bytes, after + 1, end);
      bytes.fill(STAR, after + 1, valueEnd);
      return valueEnd;
    }
    return at;
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
function findValueEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== AMPERSAND && (bytes[at] as number) > SP) at++;
  return at;
}

/** Overwrites the rest of a line but its leading blanks and the CR of its end; returns the offset of its LF, or `end`. */
function hideLine(bytes: Uint8Array, from: number, end: number): number {
  let lineEnd = from;
  while (lineEnd < end && bytes[lineEnd] !== LF) lineEnd++;
  let start = from;
  while (start < lineEnd && isBlank(bytes[start] as number)) start++;
  bytes.fill(STAR, start, lineEnd > start && bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd);
  return lineEnd;
}

function isBlank(byte: number): boolean {
  return byte === SP || byte === HTAB;
}
