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
/** `[info] 1#1: `: the `*` comes no sooner after the bracket; `[notice] ` and ten digits each of pid and tid: and no later. */
const HEAD_MIN_LEN = 12;
const HEAD_MAX_LEN = 40;

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** First bytes of the family's messages, one character each after `*N `; CLIENT_START is looked at again. */
const CLIENT_START = latin1('client ');
const STARTS: readonly Uint8Array[] = [
  CLIENT_START,
  ...['recv()', 'readv()', 'send', 'SSL_', 'writev()', 'connect()'].map(latin1),
  ...['peer closed', 'upstream prem', 'upstream timed', 'epoll_wait()', 'kevent()'].map(latin1),
];
/** By their first byte: most messages are out after one look (half the time of trying all, measured). */
const STARTS_BY_BYTE: readonly (readonly Uint8Array[])[] = Array.from({ length: 256 }, (_, byte) =>
  STARTS.filter((start) => start[0] === byte),
);
const CLOSED_EARLY = latin1('prem');
/** `client ADDRESS closed keepalive connection (104`: the errno of the longest address line-kind.ts takes starts by here. */
const KEEPALIVE_MAX_LEN = 168;

function startsAt(bytes: Uint8Array, at: number, start: Uint8Array): boolean {
  for (let i = 0; i < start.length; i++) if (bytes[at + i] !== start[i]) return false;
  return true;
}

/** Offset of MESSAGE after `*N `, -1 when the line has no connection number. */
function messageOffset(bytes: Uint8Array, from: number, end: number): number {
  let bracket = from + STAMP_LEN;
  while (bytes[bracket - STAMP_LEN] === NUL) bracket++;
  if (bytes[bracket] !== BRACKET_OPEN) return -1;
  const limit = Math.min(bracket + HEAD_MAX_LEN, end);
  let at = bracket + HEAD_MIN_LEN;
  while (at < limit && bytes[at] !== STAR) at++;
  if (at >= limit) return -1;
  while (at < end && bytes[at] !== SPACE) at++;
  return at + 1;
}

/** Which of STARTS the message at `at` begins with. */
function startOf(bytes: Uint8Array, at: number): Uint8Array | undefined {
  for (const start of STARTS_BY_BYTE[bytes[at] ?? NUL] ?? []) if (startsAt(bytes, at, start)) return start;
  return undefined;
}

/** A line of every request that ends well is `client ADDRESS closed keepalive connection`: out without an errno. */
function isLostClient(bytes: Uint8Array, at: number, end: number): boolean {
  const address = at + CLIENT_START.length;
  if (startsAt(bytes, address, CLOSED_EARLY)) return true;
  const errnoEnd = Math.min(at + KEEPALIVE_MAX_LEN, end);
  for (let i = address; i < errnoEnd; i++) if (bytes[i] === PAREN_OPEN) return true;
  return false;
}

/**
 * The line is `bytes` from `from` to `end`, with or without its LF; what lies beyond `end` may make it true, never false.
 * Total. Speed: test/bench/line-scan.mjs.
 */
export function mayBeOfInterest(bytes: Uint8Array, from = 0, end: number = bytes.byteLength): boolean {
  const at = messageOffset(bytes, from, end);
  if (at < 0) return false;
  const start = startOf(bytes, at);
  return start === CLIENT_START ? isLostClient(bytes, at, end) : start !== undefined;
}
