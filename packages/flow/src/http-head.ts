/**
 * The header section of an HTTP/1 message (RFC 9112 sections 2 to 6), read for what framing and matching need: the start
 * line, body length, connection options, Host and X-Request-ID. It judges nothing and keeps no other field.
 */

import { KnownTexts, textOf } from './known-texts.ts';

/** A start line or field value longer than this is cut for keeping (nginx's large_client_header_buffers is 8k). */
const KEPT_TEXT_MAX = 2048;

export interface HttpHead {
  /** Request: method and target; response: null. */
  readonly method: string | null;
  readonly target: string | null;
  /** Only the beginning of the target is there: the capture cut it, or it is longer than is kept. */
  readonly targetIsCut: boolean;
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
  /** Upgrade names HTTP/2 over cleartext TCP (RFC 7540 section 3.2). */
  readonly upgradesToH2c: boolean;
}

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const COLON = 0x3a;
/** Sets the letter case bit of an ASCII letter. */
const LOWER = 0x20;

const TEXTS = new KnownTexts();

/** Latin-1 text of bytes[from, to), at most KEPT_TEXT_MAX characters. */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  return textOf(bytes, from, Math.min(to, bytes.length, from + KEPT_TEXT_MAX));
}

/** Offset just after the empty line that ends the header section, searching from `from`; -1 when it is not there. */
export function findHeadEnd(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] !== LF) continue;
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return -1;
}

/** First LF in [from, end), or -1. A loop: indexOf costs a call, and lines are short (measured). */
function lineFeedIn(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at++) if (bytes[at] === LF) return at;
  return -1;
}

/** Does a message start here, as far as the bytes go? A method token of capitals and a space, or `HTTP/1.`. */
export function startsLikeHttp(bytes: Uint8Array): 'request' | 'response' | null {
  if (bytes.length > 1 && startsWith(bytes, 0, Math.min(bytes.length, VERSION.length), VERSION)) return 'response';
  for (let i = 0; i < Math.min(bytes.length, 24); i++) {
    const c = bytes[i] as number;
    if (c === SPACE) return i >= 3 ? 'request' : null;
    const isTokenLetter = (c >= 0x41 && c <= 0x5a) || c === 0x2d || c === 0x5f;
    if (!isTokenLetter) return null;
  }
  return bytes.length > 0 && bytes.length < 24 ? 'request' : null;
}

/** How a response begins, and how the version of a request line does. */
const VERSION = asciiBytes('HTTP/1.');

/** Reads a header section in bytes[0, end), complete or cut at any byte. What is cut is not there: a field needs its line's end, a status its third digit. */
export function parseHead(bytes: Uint8Array, end: number = bytes.length): HttpHead {
  const head: OpenHead = { ...EMPTY_HEAD };
  const lineEnd = lineFeedIn(bytes, 0, end);
  const isWhole = lineEnd !== -1;
  const textEnd = isWhole ? textEndBefore(bytes, 0, lineEnd) : end;
  if (textEnd >= VERSION.length && startsWith(bytes, 0, VERSION.length, VERSION)) readStatusLine(head, bytes, textEnd);
  else readRequestLine(head, bytes, textEnd, isWhole);
  if (isWhole) readFields(head, bytes, lineEnd + 1, end);
  return head;
}

type OpenHead = { -readonly [K in keyof HttpHead]: HttpHead[K] };

const EMPTY_HEAD: HttpHead = {
  method: null,
  target: null,
  targetIsCut: false,
  status: null,
  minorVersion: 1,
  host: null,
  requestId: null,
  contentLength: null,
  chunked: false,
  connectionClose: false,
  connectionKeepAlive: false,
  expectsContinue: false,
  upgradesToH2c: false,
};

/** HTTP/1.x SP three digits, not followed by a fourth. */
function readStatusLine(head: OpenHead, bytes: Uint8Array, end: number): void {
  head.minorVersion = digitAt(bytes, VERSION.length, end) ?? 1;
  if (digitAt(bytes, VERSION.length, end) === null || bytes[VERSION.length + 1] !== SPACE) return;
  const from = VERSION.length + 2;
  const [a, b, c] = [digitAt(bytes, from, end), digitAt(bytes, from + 1, end), digitAt(bytes, from + 2, end)];
  if (a !== null && b !== null && c !== null && digitAt(bytes, from + 3, end) === null)
    head.status = 100 * a + 10 * b + c;
}

/** A whole line without a version is HTTP/0.9; a cut one tells nothing and counts as 1.1. The version is at the end, however long the target is. */
function readRequestLine(head: OpenHead, bytes: Uint8Array, end: number, isWhole: boolean): void {
  if (isWhole) head.minorVersion = requestVersion(bytes, end);
  const keptEnd = Math.min(end, KEPT_TEXT_MAX);
  const methodEnd = tokenEnd(bytes, 0, keptEnd);
  if (methodEnd === 0 || methodEnd === keptEnd || bytes[methodEnd] !== SPACE) return;
  head.method = TEXTS.of(bytes, 0, methodEnd);
  const targetEnd = tokenEnd(bytes, methodEnd + 1, keptEnd);
  head.target = latin1(bytes, methodEnd + 1, targetEnd);
  head.targetIsCut = targetEnd === keptEnd && (!isWhole || keptEnd < end);
}

function requestVersion(bytes: Uint8Array, end: number): number {
  const at = end - VERSION.length - 1;
  if (at < 1 || bytes[at - 1] !== SPACE || !startsWith(bytes, at, VERSION.length, VERSION)) return 0;
  return digitAt(bytes, end - 1, end) ?? 0;
}

/** First white space (of Latin-1) in [from, end), or end. */
function tokenEnd(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    if (isSpace(bytes[at] as number)) return at;
  }
  return end;
}

function isSpace(c: number): boolean {
  return c === SPACE || c === 0xa0 || (c >= 0x09 && c <= CR);
}

function digitAt(bytes: Uint8Array, at: number, end: number): number | null {
  const c = at < end ? (bytes[at] as number) : 0;
  return c >= 0x30 && c <= 0x39 ? c - 0x30 : null;
}

/** Whole lines only. */
function readFields(head: OpenHead, bytes: Uint8Array, start: number, end: number): void {
  let at = start;
  for (let lineEnd = lineFeedIn(bytes, at, end); lineEnd !== -1; lineEnd = lineFeedIn(bytes, at, end)) {
    readField(head, bytes, at, textEndBefore(bytes, at, lineEnd));
    at = lineEnd + 1;
  }
}

type FieldReader = (head: OpenHead, value: string) => void;

interface WantedField {
  readonly name: Uint8Array;
  readonly read: FieldReader;
}

const WANTED_FIELDS: readonly WantedField[] = (
  [
    [
      'host',
      (head, value) => {
        head.host = value;
      },
    ],
    [
      'x-request-id',
      (head, value) => {
        head.requestId = value;
      },
    ],
    [
      'content-length',
      (head, value) => {
        head.contentLength = /^\d{1,15}$/.test(value) ? Number(value) : null;
      },
    ],
    [
      'transfer-encoding',
      (head, value) => {
        head.chunked = /(?:^|[,\s])chunked\s*$/i.test(value);
      },
    ],
    ['connection', readConnection],
    [
      'expect',
      (head, value) => {
        head.expectsContinue = /100-continue/i.test(value);
      },
    ],
    [
      'upgrade',
      (head, value) => {
        head.upgradesToH2c = /\bh2c\b/i.test(value);
      },
    ],
  ] satisfies readonly (readonly [string, FieldReader])[]
).map(([name, read]) => ({ name: asciiBytes(name), read }));

/** By the first letter of the name, lower case: most lines are told by it. */
const WANTED_BY_LETTER: readonly (readonly WantedField[])[] = Array.from({ length: 256 }, (_, letter) =>
  WANTED_FIELDS.filter(({ name }) => name[0] === letter),
);

function readConnection(head: OpenHead, value: string): void {
  if (value === 'keep-alive') {
    head.connectionKeepAlive = true;
    head.connectionClose = false;
    return;
  }
  head.connectionClose = /\bclose\b/i.test(value);
  head.connectionKeepAlive = /\bkeep-alive\b/i.test(value);
}

function readField(head: OpenHead, bytes: Uint8Array, at: number, end: number): void {
  const candidates = WANTED_BY_LETTER[(bytes[at] as number) | LOWER] as readonly WantedField[];
  for (const { name, read } of candidates)
    if (bytes[at + name.length] === COLON && at + name.length < end && hasName(bytes, at, name)) {
      read(head, valueAt(bytes, at + name.length + 1, end));
      return;
    }
}

/** A field's value without the white space around it. */
function valueAt(bytes: Uint8Array, from: number, lineEnd: number): string {
  let start = from;
  let end = Math.min(lineEnd, from + KEPT_TEXT_MAX);
  while (start < end && isSpace(bytes[start] as number)) start++;
  while (end > start && isSpace(bytes[end - 1] as number)) end--;
  return TEXTS.of(bytes, start, end);
}

/** name: lower case. */
function hasName(bytes: Uint8Array, at: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) {
    const c = bytes[at + i] as number;
    if ((c >= 0x41 && c <= 0x5a ? c | LOWER : c) !== name[i]) return false;
  }
  return true;
}

function startsWith(bytes: Uint8Array, at: number, length: number, text: Uint8Array): boolean {
  for (let i = 0; i < length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

/** Offset after the last character of the line that ends in the LF at lineEnd. */
function textEndBefore(bytes: Uint8Array, from: number, lineEnd: number): number {
  return lineEnd > from && bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
}

function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}
