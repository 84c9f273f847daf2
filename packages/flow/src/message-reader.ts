/**
 * Finds the messages in one direction of an HTTP/1 connection (RFC 9112 sections 6 and 7): where a header section starts
 * and ends, and where its body ends. It is given the stream in order; bytes that the capture cut off are counted, not
 * seen, which is enough for Content-Length and for chunk data. Where framing is lost to a cut, the end of a message is
 * left to the turns of the two sides (see Conversation).
 */
import { findHeadEnd, type HttpHead, parseHead } from './http-head.ts';
import { joinBytes } from './join-bytes.ts';
import type { Payload } from './payload.ts';

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
}

/** Longest header section that is collected over several segments (nginx refuses more than 4 x 8 KiB). */
const HEAD_MAX = 65536;
/** Longest chunk-size line; extensions beyond it lose the framing. */
const CHUNK_LINE_MAX = 256;

type State =
  | 'start'
  | 'head'
  | 'length'
  | 'chunk-size'
  | 'chunk-data'
  | 'trailers'
  | 'until-close'
  | 'tunnel'
  | 'guess';

export class MessageReader {
  /** Next offset expected. */
  offset = 0;
  state: State = 'start';
  private readonly events: MessageEvents;
  private partial: Uint8Array = new Uint8Array(0);
  private line = '';
  private remaining = 0;

  constructor(events: MessageEvents) {
    this.events = events;
  }

  /** The next bytes of the stream, in order and without overlap. */
  read(at: Payload): void {
    let pos = 0;
    while (pos < at.wireLen) pos = this.step(at, pos);
    this.offset += at.wireLen;
    this.endAtLastChunk(at);
  }

  /** Bytes that the capture never saw: body bytes pass, anything else loses the framing. */
  skip(wireLen: number, at: Payload): void {
    this.read({ ...at, bytes: new Uint8Array(0), wireLen, hints: null });
  }

  /** The other side took its turn: a message whose end is unknown ends here. */
  endGuessed(at: Payload): void {
    if (this.state !== 'guess') return;
    this.state = 'start';
    this.events.messageEnded(this.offset, at);
  }

  /** The direction was closed in order (FIN). */
  endOfStream(at: Payload): void {
    if (this.state !== 'until-close' && this.state !== 'guess') return;
    this.state = 'start';
    this.events.messageEnded(this.offset, at);
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
        return at.wireLen;
    }
  }

  private start(at: Payload, pos: number): number {
    const first = at.bytes[pos];
    if (first === 0x0d || first === 0x0a) return pos + 1; // RFC 9112 section 2.2: empty lines before a request line
    this.partial = new Uint8Array(0);
    this.state = 'head';
    this.events.messageStarted(this.offset + pos, at);
    return pos;
  }

  private head(at: Payload, pos: number): number {
    const joined = this.partial.length === 0 ? at.bytes.subarray(pos) : joinBytes(this.partial, at.bytes.subarray(pos));
    const end = findHeadEnd(joined, Math.max(0, this.partial.length - 3));
    if (end !== -1) {
      const consumed = end - this.partial.length;
      this.beginBody(parseHead(joined.subarray(0, end)), at, pos + consumed);
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
    const head = parseHead(joined);
    if (hints === null || hints.headLen === null) {
      this.events.headRead(head, at);
      return this.lose(at);
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
    this.partial = new Uint8Array(0);
    const framing = this.events.headRead(head, at);
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
      case 'tunnel':
        this.state = framing.kind;
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
      if (byte === undefined || this.line.length > CHUNK_LINE_MAX) return this.lose(at);
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
      if (!Number.isSafeInteger(size)) return this.lose(at);
      this.remaining = size;
      this.state = this.remaining === 0 ? 'trailers' : 'chunk-data';
      return i + 1;
    }
    return at.wireLen;
  }

  private lose(at: Payload): number {
    this.state = 'guess';
    this.events.framingLost();
    return at.wireLen;
  }

  private finish(at: Payload, pos: number): void {
    this.state = 'start';
    this.events.messageEnded(this.offset + pos, at);
  }

  /** A source that cuts bodies says when a segment ends with the last chunk. */
  private endAtLastChunk(at: Payload): void {
    const inChunks = this.state === 'guess' || this.state.startsWith('chunk') || this.state === 'trailers';
    if (at.hints?.endsWithLastChunk && inChunks) {
      this.state = 'start';
      this.events.messageEnded(this.offset, at);
    }
  }
}
