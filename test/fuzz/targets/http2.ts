/** Frames of both directions of an HTTP/2 connection, whole and in pieces; and header blocks alone. The first byte is where the responder's bytes begin, in tens. */
import { ExchangeList } from '../../../packages/flow/src/exchange.ts';
import { Http2Exchanges } from '../../../packages/flow/src/http2-exchanges.ts';
import { Http2FrameReader } from '../../../packages/flow/src/http2-frame-reader.ts';
import { HpackDecoder } from '../../../packages/flow/src/http2-hpack.ts';
import {
  all,
  frame,
  GET_BLOCK,
  goAway,
  OK_BLOCK,
  POST_BLOCK,
  PREFACE,
  rstStream,
  SETTINGS,
} from '../../../packages/flow/test-data/http2.ts';
import { expectSame, type FuzzTarget, latin1, piecesOf, promise } from '../target.ts';

const AT = { tsUs: 0, frameNumber: 1, hints: null } as const;

/** Exchanges and what is told of the connection. */
function follow(asked: Iterable<Uint8Array>, answered: Iterable<Uint8Array>): unknown {
  const list = new ExchangeList();
  const { readers, summary } = withSummary(new Http2Exchanges(list, () => undefined, false));
  for (const bytes of asked) readers.originator.read({ ...AT, bytes, wireLen: bytes.length });
  for (const bytes of answered) readers.responder.read({ ...AT, bytes, wireLen: bytes.length });
  for (const { requestStart, requestEnd, responseStart, responseEnd } of list.kept) {
    promise('expected a request that ends after it starts', requestEnd === null || requestEnd >= requestStart);
    promise('expected a response that ends after it starts', (responseEnd ?? Infinity) >= (responseStart ?? 0));
  }
  return { count: list.count, kept: list.kept, ...summary() };
}

function withSummary(exchanges: Http2Exchanges): Pick<Http2Exchanges, 'readers' | 'summary'> {
  return { readers: exchanges.readers, summary: () => exchanges.summary() };
}

/** Every byte belongs to one frame, or to the last one that is not whole. */
function checkFrames(input: Uint8Array): void {
  let end = 0;
  const reader = new Http2FrameReader(
    {
      frameStarted: (_, offset) => promise(`expected a frame at ${end}`, offset === end, offset),
      frameEnded: ({ length }, content, isWhole, offset) => {
        promise('expected the payload after the header', offset === end + 9 + length, offset);
        promise('expected no more content than payload', isWhole && content.length <= length, content.length);
        end = offset;
      },
      boundariesLost: () => promise('expected no boundary lost', false),
    },
    'frame',
  );
  for (const bytes of piecesOf(input)) reader.read({ ...AT, bytes, wireLen: bytes.length });
  promise('expected every byte read', reader.offset === input.length && end <= input.length, reader.offset);
}

function run(input: Uint8Array): void {
  const at = 1 + Math.min(input.length, (input[0] ?? 0) * 10);
  const [asked, answered] = [all(PREFACE, input.subarray(1, at)), input.subarray(at)];
  checkFrames(answered);
  expectSame('reading in pieces', follow([asked], [answered]), follow(piecesOf(asked), piecesOf(answered)));
}

function conversation(asked: readonly Uint8Array[], answered: readonly Uint8Array[]): Uint8Array {
  const up = all(...asked);
  const filler = frame(6, 0, 0, new Uint8Array(10 - ((up.length + 9) % 10)));
  return all(Uint8Array.of((up.length + filler.length) / 10), up, filler, ...answered);
}

const END_STREAM = 1;
const END_HEADERS = 4;
const WORDS = [
  [0, 0, 0, 0, 1, 0, 0, 0, 1],
  [0, 0, 1, 1, 5, 0, 0, 0, 3, 0x82],
  [0, 0, 1, 9, 4, 0, 0, 0, 1, 0x88],
  [0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8],
  [0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 1, 0],
  [0x3f, 0xe1, 0x1f],
  [0x40, 1, 0x61, 1, 0x62],
  [0xbe],
  [0xff, 0xff, 0xff, 0xff, 0x7f],
].map((word) => Uint8Array.from(word));

export const http2: FuzzTarget = {
  name: 'http2',
  maxLen: 900,
  seeds: () => [
    conversation(
      [
        SETTINGS,
        frame(1, END_HEADERS | END_STREAM, 1, GET_BLOCK),
        frame(1, END_HEADERS, 3, POST_BLOCK),
        frame(0, END_STREAM, 3, latin1('ab')),
      ],
      [
        SETTINGS,
        frame(1, END_HEADERS, 1, OK_BLOCK),
        frame(0, END_STREAM, 1, latin1('ok')),
        rstStream(3, 8),
        goAway(3, 0),
      ],
    ),
    conversation(
      [
        frame(1, 0x28, 1, all(Uint8Array.of(2, 0, 0, 0, 0, 9), Uint8Array.from(GET_BLOCK), Uint8Array.of(0, 0))),
        frame(9, END_HEADERS, 1, Uint8Array.of(0x84)),
      ],
      [frame(5, END_HEADERS, 1, all(Uint8Array.of(0, 0, 0, 2), Uint8Array.from(GET_BLOCK)))],
    ),
  ],
  words: WORDS,
  run,
};

/** Blocks of one connection, each with its length before it. */
export const hpack: FuzzTarget = {
  name: 'hpack',
  maxLen: 700,
  seeds: () =>
    [GET_BLOCK, POST_BLOCK, OK_BLOCK].map((block) => all(Uint8Array.of(block.length), Uint8Array.from(block))),
  words: WORDS,
  run: (input) => {
    const decoder = new HpackDecoder();
    for (let at = 0; at < input.length; ) {
      const block = input.subarray(at + 1, at + 1 + (input[at] ?? 0));
      const fields = decoder.decode(block, at % 7 !== 6);
      promise('expected a byte or more for a field', fields.length <= block.length, fields.length);
      at += 1 + block.length;
    }
  },
};
