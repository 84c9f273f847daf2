/**
 * Finds the messages in one direction of an HTTP/1 connection (RFC 9112 sections 6 and 7): where a header section starts
 * and ends, and where its body ends. It is given the stream in order; bytes that the capture cut off are counted, not
 * seen, which is enough for Content-Length and for chunk data. Where framing is lost to a cut, the end of a message is
 * guessed: from what the kept part of the head announced, from PSH, which ends a write of the sender (RFC 9293 section
 * 3.9.1), and from the turns of the two sides.
 */
import { joinBytes } from '@resetscope/wire';
import { findHeadEnd, type HttpHead, latin1, parseHead } from './http-head.ts';
import type { Payload } from './payload.ts';
import { startsMessage } from './protocol.ts';

/** How a message's body ends. */
export type BodyFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' }
  /** Framing stops: an upgraded connection. */
  | { readonly kind: 'tunnel' };

/** Told about messages as they are found. Offsets count bytes of this direction's stream. */
export interface MessageEvents {
  messageStarted(offset: number, at: Payload): void;
  /** The header section is complete (or all of it that the capture kept). Returns how the body ends. */
  headRead(head: HttpHead, at: Payload): BodyFraming;
  /** The end of this message cannot be known from its bytes. */
  framingLost(): void;
  /** endOffset: after the last byte. */
  messageEnded(endOffset: number, at: Payload): void;
  /** The message whose end was guessed last goes on. */
  messageResumed(): void;
}

const NO_BYTES: Uint8Array = new Uint8Array(0);
/** Longest header section that is collected over several segments (nginx refuses more than 4 x 8 KiB). */
const HEAD_MAX = 65536;
/** Longest chunk-size line; extensions beyond it lose the framing. */
const CHUNK_LINE_MAX = 256;
/** What ends a segment whose bytes after the chunk data were cut: CRLF, or CRLF and the last chunk (RFC 9112 section 7.1). */
const CHUNK_END_LEN = 2;
const LAST_CHUNK_END_LEN = 7;
/** A chunk-size line that starts a segment. */
const CHUNK_SIZE_LINE = /^[0-9a-f]{1,8}\r\n/i;

type State =
  | 'start'
  | 'head'
  | 'length'
  | 'chunk-size'
  | 'chunk-data'
  | 'trailers'
  | 'until-close'
  | 'tunnel'
  /** Framing was lost inside the message. */
  | 'guess'
  /** The same among chunks: a chunk-size line that starts a segment finds it again. */
  | 'guess-chunks'
  /** Framing was lost and the message seems to be over. */
  | 'guessed-end'
  /** The same, and the other side has taken its turn since. */
  | 'settled-end';

export class MessageReader {
  /** Next offset expected. */
  offset = 0;
  state: State = 'start';
  private readonly events: MessageEvents;
  private partial: Uint8Array = NO_BYTES;
  private line = '';
  private remaining = 0;
  /** Framing lost: the message does not end before this offset; Infinity when nothing is known of its end. */
  private leastEnd = 0;
  /** The source that cuts bodies would have told of a last chunk. */
  private isLastChunkTold = false;
  /** Offset after the head of a message that ended HTTP framing; null before. */
  tunnelStart: number | null = null;

  constructor(events: MessageEvents) {
    this.events = events;
  }

  /** The next bytes of the stream, in order and without overlap; push: their segment carried PSH. */
  read(at: Payload, push: boolean): void {
    if (this.state === 'guessed-end' || this.state === 'settled-end') this.resume(at);
    else if (this.state === 'guess-chunks') this.findChunk(at);
    let pos = 0;
    while (pos < at.wireLen) pos = this.step(at, pos);
    this.offset += at.wireLen;
    if (at.hints !== null) this.endAtLastChunk(at);
    if (this.state === 'guess' && push && this.offset >= this.leastEnd) this.endGuess(at, 'guessed-end');
  }

  /** Bytes that the capture never saw: body bytes pass, anything else loses the framing. */
  skip(wireLen: number, at: Payload): void {
    const { tsUs, frameNumber } = at;
    this.read({ bytes: new Uint8Array(0), wireLen, tsUs, frameNumber, hints: null }, false);
  }

  /** The other side took its turn: a message whose end is unknown ends here, unless more of it was announced. */
  endGuessed(at: Payload): void {
    if (this.state === 'guessed-end') this.state = 'settled-end';
    else if (this.isGuessing && !this.isShort) this.endGuess(at, 'settled-end');
  }

  /** The direction was closed in order (FIN). */
  endOfStream(at: Payload): void {
    if (this.state === 'until-close') this.finish(at, 0);
    else if (this.state !== 'guess-chunks' || !this.isLastChunkTold) this.endGuessed(at);
  }

  private get isGuessing(): boolean {
    return this.state === 'guess' || this.state === 'guess-chunks';
  }

  /** More of the message was announced than has come. */
  private get isShort(): boolean {
    return this.leastEnd !== Number.POSITIVE_INFINITY && this.offset < this.leastEnd;
  }

  private endGuess(at: Payload, next: 'start' | 'guessed-end' | 'settled-end'): void {
    this.state = next;
    this.events.messageEnded(this.offset, at);
  }

  /** Bytes after a guessed end: the next message, or the rest of the last one. Of bytes that were not captured the turns decide. */
  private resume({ bytes }: Payload): void {
    if (startsMessage(bytes) || (bytes.length === 0 && this.state === 'settled-end')) {
      this.state = 'start';
      return;
    }
    this.state = 'guess';
    this.events.messageResumed();
  }

  private findChunk({ bytes }: Payload): void {
    if (!CHUNK_SIZE_LINE.test(latin1(bytes, 0, CHUNK_LINE_MAX))) return;
    this.state = 'chunk-size';
    this.line = '';
  }

  private step(at: Payload, pos: number): number {
    switch (this.state) {
      case 'start':
        return this.start(at, pos);
      case 'head':
        return this.head(at, pos);
      case 'length':
      case 'chunk-data':
        return this.counted(at, pos);
      case 'chunk-size':
      case 'trailers':
        return this.lines(at, pos);
      case 'until-close':
      case 'tunnel':
      case 'guess':
      case 'guess-chunks':
      case 'guessed-end':
      case 'settled-end':
        return at.wireLen;
    }
  }

  private start(at: Payload, pos: number): number {
    const first = at.bytes[pos];
    if (first === 0x0d || first === 0x0a) return pos + 1; // RFC 9112 section 2.2: empty lines before a request line
    this.partial = NO_BYTES;
    this.state = 'head';
    this.events.messageStarted(this.offset + pos, at);
    return pos;
  }

  private head(at: Payload, pos: number): number {
    const bytes = pos === 0 ? at.bytes : at.bytes.subarray(pos);
    const joined = this.partial.length === 0 ? bytes : joinBytes([this.partial, bytes]);
    const end = findHeadEnd(joined, Math.max(0, this.partial.length - 3));
    if (end !== -1) {
      const consumed = end - this.partial.length;
      this.beginBody(parseHead(joined, end), at, pos + consumed);
      return pos + consumed;
    }
    const cut = at.bytes.length < at.wireLen;
    if (!cut && joined.length <= HEAD_MAX) {
      this.partial = joined.slice();
      return at.wireLen;
    }
    return this.cutHead(joined, at, pos);
  }

  /** The capture ends inside the header section: the source's hints give the framing, or it is lost. */
  private cutHead(joined: Uint8Array, at: Payload, pos: number): number {
    const hints = pos === 0 ? at.hints : null;
    if (hints?.headGoesOn === true) {
      this.partial = joined.slice();
      return at.wireLen;
    }
    const head = parseHead(joined);
    if (hints === null || hints.headLen === null) {
      const framing = this.events.headRead(head, at);
      if (framing.kind !== 'tunnel') return this.lose(at, leastRest(framing));
      this.state = 'tunnel';
      return at.wireLen;
    }
    const known: HttpHead = {
      ...head,
      contentLength: hints.contentLength ?? head.contentLength,
      chunked: hints.chunked || head.chunked,
    };
    const headEnd = Math.min(hints.headLen, at.wireLen);
    this.beginBody(known, at, headEnd);
    return headEnd;
  }

  private beginBody(head: HttpHead, at: Payload, pos: number): void {
    this.partial = NO_BYTES;
    const framing = this.events.headRead(head, at);
    this.isLastChunkTold = at.hints?.chunked === true;
    switch (framing.kind) {
      case 'none':
        this.finish(at, pos);
        return;
      case 'length':
        this.remaining = framing.bytes;
        this.state = 'length';
        if (framing.bytes === 0) this.finish(at, pos);
        return;
      case 'chunked':
        this.line = '';
        this.state = 'chunk-size';
        return;
      case 'until-close':
        this.state = 'until-close';
        return;
      case 'tunnel':
        this.state = 'tunnel';
        this.tunnelStart = this.offset + pos;
    }
  }

  private counted(at: Payload, pos: number): number {
    const taken = Math.min(this.remaining, at.wireLen - pos);
    this.remaining -= taken;
    if (this.remaining > 0) return pos + taken;
    if (this.state === 'length') this.finish(at, pos + taken);
    else {
      this.state = 'chunk-size';
      this.line = '';
    }
    return pos + taken;
  }

  private lines(at: Payload, pos: number): number {
    for (let i = pos; i < at.wireLen; i++) {
      const byte = at.bytes[i];
      if (byte === undefined) return this.cutLine(at, i);
      if (this.line.length > CHUNK_LINE_MAX) return this.loseChunks(at);
      if (byte !== 0x0a) {
        this.line += String.fromCharCode(byte);
        continue;
      }
      const text = this.line.trim();
      this.line = '';
      if (this.state === 'trailers') {
        if (text === '') this.finish(at, i + 1);
        return i + 1;
      }
      if (text === '') continue; // the CRLF after chunk data
      const size = Number.parseInt(/^[0-9a-f]+/i.exec(text)?.[0] ?? '', 16);
      if (!Number.isSafeInteger(size)) return this.loseChunks(at);
      this.remaining = size;
      this.state = this.remaining === 0 ? 'trailers' : 'chunk-data';
      return i + 1;
    }
    return at.wireLen;
  }

  /** The capture cut the segment at pos, where a chunk line was expected: what is left of the segment may tell which. */
  private cutLine(at: Payload, pos: number): number {
    const cutLen = at.wireLen - pos;
    const isAfterData = this.state === 'chunk-size' && this.line === '' && pos > at.bytes.length && at.bytes.length > 0;
    if (!isAfterData) return this.loseChunks(at);
    if (cutLen === LAST_CHUNK_END_LEN) this.finish(at, at.wireLen);
    else if (cutLen !== CHUNK_END_LEN) return this.loseChunks(at);
    return at.wireLen;
  }

  private loseChunks(at: Payload): number {
    return this.lose(at, Number.POSITIVE_INFINITY);
  }

  /** bodyLen: of the body that is sure to follow the captured bytes. */
  private lose(at: Payload, bodyLen: number): number {
    this.partial = NO_BYTES;
    this.leastEnd = this.offset + at.bytes.length + bodyLen;
    this.state = bodyLen === Number.POSITIVE_INFINITY ? 'guess-chunks' : 'guess';
    this.events.framingLost();
    return at.wireLen;
  }

  private finish(at: Payload, pos: number): void {
    this.state = 'start';
    this.events.messageEnded(this.offset + pos, at);
  }

  /** A source that cuts bodies says when a segment ends with the last chunk. */
  private endAtLastChunk(at: Payload): void {
    const inChunks = this.isGuessing || this.state.startsWith('chunk') || this.state === 'trailers';
    if (at.hints?.endsWithLastChunk === true && inChunks) this.endGuess(at, 'start');
  }
}

/** Body bytes that are sure to follow a head of which only a part was captured. */
function leastRest(framing: BodyFraming): number {
  if (framing.kind === 'chunked') return Number.POSITIVE_INFINITY;
  return framing.kind === 'length' ? framing.bytes : 0;
}
