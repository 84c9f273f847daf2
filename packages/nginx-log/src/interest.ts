/**
 * The byte test on the tailer's hot path: may this line be of the reset family? Looks at the head of the line only, so
 * its cost does not grow with the line. No false negatives for isResetFamily; false positives are parsed and dropped.
 */

const NUL = 0x00;
const SPACE = 0x20;
const STAR = 0x2a;
const BRACKET_OPEN = 0x5b;
const PAREN_OPEN = 0x28;

/** Length of `YYYY/MM/DD HH:MM:SS `; the level's bracket comes next. */
const STAMP_LEN = 20;
/** `[notice] `, a pid and a tid of 10 digits each: the `*` comes no later. */
const HEAD_MAX_LEN = 40;

/** First bytes of the family's messages, one character each after `*N `; `client ` and `upstream ` are looked at again. */
const STARTS: readonly string[] = [
  'recv()',
  'readv()',
  'send',
  'SSL_',
  'writev()',
  'connect()',
  'peer closed',
  'upstream prem',
  'epoll_wait()',
  'kevent()',
];
const CLIENT_START = 'client ';
const CLOSED_EARLY_START = 'client prem';
/** `client ADDRESS closed keepalive connection (104`: the errno of the longest address line-kind.ts takes starts by here. */
const KEEPALIVE_MAX_LEN = 168;

function startsAt(line: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (line[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Offset of MESSAGE after `*N `, -1 when the line has no connection number. */
function messageOffset(line: Uint8Array): number {
  let start = 0;
  while (line[start] === NUL) start++;
  if (line[start + STAMP_LEN] !== BRACKET_OPEN) return -1;
  const limit = Math.min(start + STAMP_LEN + HEAD_MAX_LEN, line.byteLength);
  let at = start + STAMP_LEN;
  while (at < limit && line[at] !== STAR) at++;
  if (at === limit) return -1;
  while (at < line.byteLength && line[at] !== SPACE) at++;
  return at + 1;
}

/** A line of every request that ends well is `client ADDRESS closed keepalive connection`: out without an errno. */
function hasParenWithin(line: Uint8Array, from: number, len: number): boolean {
  const end = Math.min(from + len, line.byteLength);
  for (let at = from; at < end; at++) if (line[at] === PAREN_OPEN) return true;
  return false;
}

/** `line` is one line, with or without its LF. Total. Speed: bench/interest.mjs. */
export function mayBeOfInterest(line: Uint8Array): boolean {
  const at = messageOffset(line);
  if (at < 0) return false;
  if (startsAt(line, at, CLIENT_START)) {
    return startsAt(line, at, CLOSED_EARLY_START) || hasParenWithin(line, at, KEEPALIVE_MAX_LEN);
  }
  return STARTS.some((text) => startsAt(line, at, text));
}
