/** One direction of an HTTP/1 connection, whole and in pieces. */
import type { HttpHead } from '../../../packages/flow/src/http-head.ts';
import { parseHead, startsLikeHttp } from '../../../packages/flow/src/http-head.ts';
import { type BodyFraming, MessageReader } from '../../../packages/flow/src/message-reader.ts';
import { expectSame, type FuzzTarget, latin1, piecesOf, promise } from '../target.ts';

interface Seen {
  readonly what: string;
  readonly offset: number;
  readonly head?: HttpHead;
}

/** RFC 9112 section 6.3, for a response to a GET; a request is framed alike but has no body without a length. */
function framingOf(head: HttpHead): BodyFraming {
  if (head.status === 101) return { kind: 'tunnel' };
  if (head.status === 204) return { kind: 'none' };
  if (head.chunked) return { kind: 'chunked' };
  if (head.contentLength !== null) return { kind: 'length', bytes: head.contentLength };
  return head.status === null ? { kind: 'none' } : { kind: 'until-close' };
}

function read(pieces: Iterable<Uint8Array>): readonly Seen[] {
  const seen: Seen[] = [];
  const reader = new MessageReader({
    messageStarted: (offset) => seen.push({ what: 'start', offset }),
    headRead: (head) => {
      seen.push({ what: 'head', offset: 0, head });
      return framingOf(head);
    },
    framingLost: () => seen.push({ what: 'lost', offset: 0 }),
    messageEnded: (offset) => seen.push({ what: 'end', offset }),
    messageResumed: () => seen.push({ what: 'resumed', offset: 0 }),
  });
  const at = { tsUs: 0, frameNumber: 1, hints: null };
  for (const bytes of pieces) reader.read({ ...at, bytes, wireLen: bytes.length }, false);
  reader.endOfStream({ ...at, bytes: new Uint8Array(0), wireLen: 0 });
  return [...seen, { what: reader.state, offset: reader.offset }];
}

function run(input: Uint8Array): void {
  const seen = read([input]);
  promise('expected every byte read', seen.at(-1)?.offset === input.length, seen.at(-1));
  const marks = seen.filter(({ what }) => what === 'start' || what === 'end').map(({ offset }) => offset);
  promise(
    'expected messages one after the other',
    marks.every((offset, i) => offset >= (marks[i - 1] ?? 0) && offset <= input.length),
    marks,
  );
  expectSame('reading in pieces', untilLost(seen), untilLost(read(piecesOf(input))));
}

/** Once framing is lost, segments are what the end of a message is guessed from. */
function untilLost(seen: readonly Seen[]): readonly Seen[] {
  const lost = seen.findIndex(({ what }) => what === 'lost');
  return lost === -1 ? seen : seen.slice(0, lost + 1);
}

const CHUNKED_HEAD = latin1('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
const HEADS = [
  'POST /pay HTTP/1.1\r\nHost: shop.test\r\nX-Request-ID: 1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabcGET / HTTP/1.0\nConnection: keep-alive\n\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nabcde\r\n0\r\nA: b\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
  'HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n\x81\x05hello',
  'HTTP/1.0 200 OK\r\n\r\nuntil the end',
];
const WORDS = [
  '\r\n',
  '\r\n\r\n',
  '\n',
  'HTTP/1.1 200 ',
  'Content-Length: ',
  'Transfer-Encoding: chunked',
  '0\r\n\r\n',
  'ffffffffffffffff',
  '5\r\n',
  ';',
  'GET ',
  ' HTTP/1.1',
  '99999999999999999999',
  ': ',
].map(latin1);

export const httpMessage: FuzzTarget = {
  name: 'http-message',
  maxLen: 2000,
  seeds: () => HEADS.map(latin1),
  words: WORDS,
  run,
};

export const httpChunked: FuzzTarget = {
  name: 'http-chunked',
  maxLen: 1000,
  seeds: () =>
    [
      '5\r\nabcde\r\n0\r\n\r\n',
      '1;ext="a"\r\nx\r\n00\r\nT: 1\r\nU: 2\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
      'A\n0123456789\n0\n\n',
    ].map(latin1),
  words: WORDS,
  run: (input) => run(Uint8Array.of(...CHUNKED_HEAD, ...input)),
};

/** A header section cut anywhere says nothing that the whole one does not. */
function checkHead(input: Uint8Array): void {
  const head = parseHead(input);
  startsLikeHttp(input);
  promise(
    'expected a status of three digits',
    head.status === null || (head.status >= 0 && head.status <= 999),
    head.status,
  );
  promise(
    'expected a length that counts bytes',
    head.contentLength === null || Number.isSafeInteger(head.contentLength),
    head.contentLength,
  );
  promise('expected either method or status', head.method === null || head.status === null, head);
  const lineEnd = input.indexOf(0x0a) + 1;
  if (lineEnd === 0) return;
  const { method, target, status } = parseHead(input.subarray(0, lineEnd));
  expectSame('the rest of the head', [method, target, status], [head.method, head.target, head.status]);
}

export const httpHead: FuzzTarget = {
  name: 'http-head',
  maxLen: 1000,
  seeds: () => HEADS.map(latin1),
  words: WORDS,
  run: checkHead,
};
