/**
 * The header section of an HTTP/1 message (RFC 9112 sections 2 to 6), read for what framing and matching need: the start
 * line, body length, connection options, Host and X-Request-ID. It judges nothing and keeps no other field.
 */

/** A start line or field value longer than this is cut for keeping (nginx's large_client_header_buffers is 8k). */
const KEPT_TEXT_MAX = 2048;

export interface HttpHead {
  /** Request: method and target; response: null. */
  readonly method: string | null;
  readonly target: string | null;
  /** Response: status code; request: null. */
  readonly status: number | null;
  readonly minorVersion: number;
  readonly host: string | null;
  readonly requestId: string | null;
  readonly contentLength: number | null;
  readonly chunked: boolean;
  readonly connectionClose: boolean;
  readonly connectionKeepAlive: boolean;
  readonly expectsContinue: boolean;
}

const CR = 0x0d;
const LF = 0x0a;
const COLON = 0x3a;

/** Latin-1 text of bytes[from, to), at most KEPT_TEXT_MAX characters. */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  const end = Math.min(to, bytes.length, from + KEPT_TEXT_MAX);
  let text = '';
  for (let i = from; i < end; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
}

/** Offset just after the empty line that ends the header section, searching from `from`; -1 when it is not there. */
export function findHeadEnd(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(LF, from); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return -1;
}

/** Does a message start here, as far as the bytes go? A method token of capitals and a space, or `HTTP/1.`. */
export function startsLikeHttp(bytes: Uint8Array): 'request' | 'response' | null {
  if (bytes.length > 1 && 'HTTP/1.'.startsWith(latin1(bytes, 0, 7))) return 'response';
  for (let i = 0; i < Math.min(bytes.length, 24); i++) {
    const c = bytes[i] as number;
    if (c === 0x20) return i >= 3 ? 'request' : null;
    const isTokenLetter = (c >= 0x41 && c <= 0x5a) || c === 0x2d || c === 0x5f;
    if (!isTokenLetter) return null;
  }
  return bytes.length > 0 && bytes.length < 24 ? 'request' : null;
}

/** Reads a header section, complete or cut at any byte. What is cut is not there: a field needs its line's end, a status its third digit. */
export function parseHead(bytes: Uint8Array): HttpHead {
  const firstLine = lineAt(bytes, 0);
  const first = latin1(bytes, 0, firstLine.textEnd);
  const fields = readFields(bytes, firstLine.next);
  const isResponse = first.startsWith('HTTP/1.');
  const request = isResponse ? null : /^(\S+) (\S*)/.exec(first);
  const status = isResponse ? /^HTTP\/1\.\d (\d{3})(?!\d)/.exec(first) : null;
  const connection = (fields.connection ?? '').toLowerCase();
  return {
    method: request?.[1] ?? null,
    target: request?.[2] ?? null,
    status: status === null ? null : Number(status[1]),
    minorVersion: isResponse ? digit(bytes[7]) : requestVersion(bytes, firstLine),
    host: fields.host,
    requestId: fields.requestId,
    contentLength:
      fields.contentLength !== null && /^\d{1,15}$/.test(fields.contentLength) ? Number(fields.contentLength) : null,
    chunked: /(?:^|[,\s])chunked\s*$/i.test(fields.transferEncoding ?? ''),
    connectionClose: /\bclose\b/.test(connection),
    connectionKeepAlive: /\bkeep-alive\b/.test(connection),
    expectsContinue: /100-continue/i.test(fields.expect ?? ''),
  };
}

/** At the end of the request line, however long the target is. A whole line without a version is HTTP/0.9; a cut one tells nothing and counts as 1.1. */
function requestVersion(bytes: Uint8Array, line: Line): number {
  if (!line.isWhole) return 1;
  const version = /^ HTTP\/1\.(\d)$/.exec(latin1(bytes, Math.max(0, line.textEnd - 9), line.textEnd));
  return version === null ? 0 : Number(version[1]);
}

/** 1 when it is cut off or no digit. */
function digit(byte: number | undefined): number {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : 1;
}

interface Fields {
  host: string | null;
  requestId: string | null;
  contentLength: string | null;
  transferEncoding: string | null;
  connection: string | null;
  expect: string | null;
}

const WANTED: ReadonlyMap<string, keyof Fields> = new Map([
  ['host', 'host'],
  ['x-request-id', 'requestId'],
  ['content-length', 'contentLength'],
  ['transfer-encoding', 'transferEncoding'],
  ['connection', 'connection'],
  ['expect', 'expect'],
]);
/** Lengths of the wanted names: others are skipped without decoding them. */
const WANTED_LENGTHS: ReadonlySet<number> = new Set([...WANTED.keys()].map((name) => name.length));

function readFields(bytes: Uint8Array, start: number): Fields {
  const fields: Fields = {
    host: null,
    requestId: null,
    contentLength: null,
    transferEncoding: null,
    connection: null,
    expect: null,
  };
  for (let at = start; at < bytes.length; ) {
    const { textEnd, next, isWhole } = lineAt(bytes, at);
    const nameLen = isWhole ? bytes.subarray(at, textEnd).indexOf(COLON) : -1;
    if (WANTED_LENGTHS.has(nameLen)) {
      const key = WANTED.get(latin1(bytes, at, at + nameLen).toLowerCase());
      if (key !== undefined) fields[key] = latin1(bytes, at + nameLen + 1, textEnd).trim();
    }
    at = next;
  }
  return fields;
}

interface Line {
  /** Offset after the last character, before CR and LF. */
  readonly textEnd: number;
  /** Offset of the line after it. */
  readonly next: number;
  /** It ends in LF: nothing of it was cut. */
  readonly isWhole: boolean;
}

function lineAt(bytes: Uint8Array, from: number): Line {
  const lf = bytes.indexOf(LF, from);
  if (lf === -1) return { textEnd: bytes.length, next: bytes.length, isWhole: false };
  return { textEnd: lf > from && bytes[lf - 1] === CR ? lf - 1 : lf, next: lf + 1, isWhole: true };
}
