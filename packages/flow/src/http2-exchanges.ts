/**
 * The exchanges of an HTTP/2 connection over cleartext TCP, one a stream (RFC 9113 section 8.1): which messages are complete, by
 * END_STREAM; method, target and status, as far as HPACK can be followed; streams ended by RST_STREAM and GOAWAY, which no
 * TCP reset has to do with. Priorities, flow control and settings are not read.
 */
import {
  type Exchange,
  type ExchangeList,
  endRequest,
  endResponse,
  forgetResponse,
  isInterim,
  type OpenExchange,
  startResponse,
} from './exchange.ts';
import { type Frame, FrameFlag, FrameType, Http2FrameReader, readU32 } from './http2-frame-reader.ts';
import { HeaderBlock } from './http2-header-block.ts';
import type { HeaderField } from './http2-hpack.ts';
import type { Payload } from './payload.ts';
import type { Side } from './side.ts';

/** RFC 9113 section 6.8: its sender begins no new work on this connection. */
export interface GoAway {
  readonly from: Side;
  /** The last stream that its sender may have acted on; -1 when the capture did not keep it. */
  readonly lastStreamId: number;
  /** RFC 9113 section 7: 0 is NO_ERROR; -1 when the capture did not keep it. */
  readonly errorCode: number;
  readonly frameNumber: number;
  readonly tsUs: number;
}

export interface Http2Summary {
  /** Streams whose messages were not complete, and that no RST_STREAM had ended. */
  readonly openStreams: number;
  /** RST_STREAM frames sent by each side. */
  readonly streamResets: Readonly<Record<Side, number>>;
  /** At most the first eight. */
  readonly goAways: readonly GoAway[];
  /** Frames of a side were missed: what became of the streams of that time is guessed. */
  readonly missedFrames: Readonly<Record<Side, boolean>>;
}

/** RFC 9113 section 7. */
const REFUSED_STREAM = 7;
const ERROR_NAMES: readonly string[] = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
];
/** nginx allows 128 streams at once (http2_max_concurrent_streams), others up to some hundreds; beyond, the oldest is forgotten. */
const OPEN_MAX = 1024;
const GO_AWAYS_MAX = 8;
/** RFC 7540 section 3.2: the request of the upgrade. */
const UPGRADED_STREAM = 1;

export class Http2Exchanges {
  readonly readers: Readonly<Record<Side, Http2FrameReader>>;
  private readonly list: ExchangeList;
  private readonly label: (frameNumber: number, text: string) => void;
  private readonly open = new Map<number, OpenExchange>();
  private readonly blocks: Readonly<Record<Side, HeaderBlock>> = {
    originator: new HeaderBlock(),
    responder: new HeaderBlock(),
  };
  private readonly streamResets: Record<Side, number> = { originator: 0, responder: 0 };
  private readonly goAways: GoAway[] = [];
  private readonly missedFrames: Record<Side, boolean>;

  /** label: told what begins in a frame, for the ladder. isMidway: the capture begins inside the connection. */
  constructor(list: ExchangeList, label: (frameNumber: number, text: string) => void, isMidway: boolean) {
    this.list = list;
    this.label = label;
    this.missedFrames = { originator: isMidway, responder: isMidway };
    this.readers = {
      originator: this.reader('originator', isMidway ? 'midway' : 'preface'),
      responder: this.reader('responder', isMidway ? 'midway' : 'frame'),
    };
  }

  /** The oldest exchange in progress; null when there is none, or when missed frames may have ended it. */
  current(): Exchange | null {
    for (const exchange of this.open.values()) if (exchange.framing === 'exact') return exchange;
    return null;
  }

  summary(): Http2Summary {
    return {
      openStreams: this.open.size,
      streamResets: { ...this.streamResets },
      goAways: [...this.goAways],
      missedFrames: { ...this.missedFrames },
    };
  }

  /** Stream 1 answers this request of HTTP/1. */
  adopt(exchange: OpenExchange): void {
    exchange.streamId = UPGRADED_STREAM;
    this.open.set(UPGRADED_STREAM, exchange);
  }

  private reader(side: Side, start: 'preface' | 'frame' | 'midway'): Http2FrameReader {
    return new Http2FrameReader(
      {
        frameStarted: (frame, offset, at) => this.started(side, frame, offset, at),
        frameEnded: (frame, content, isWhole, offset, at) => this.ended(side, frame, content, isWhole, offset, at),
        boundariesLost: () => this.lost(side),
      },
      start,
    );
  }

  private started(side: Side, { type, streamId }: Frame, offset: number, at: Payload): void {
    if (streamId === 0) return;
    if (type === FrameType.headers && side === 'originator' && !this.open.has(streamId))
      this.begin(streamId, offset, at);
    if (type !== FrameType.headers && type !== FrameType.data) return;
    const exchange = this.open.get(streamId) ?? this.unseen(side, streamId, at);
    if (side === 'responder' && exchange?.responseState === 'none') this.beginResponse(exchange, offset, at);
  }

  /** Where frames were missed, an answer is taken for the end of its request. */
  private beginResponse(exchange: OpenExchange, offset: number, at: Payload): void {
    if (exchange.framing === 'guessed') exchange.requestState = 'complete';
    startResponse(exchange, offset, at);
  }

  private ended(side: Side, frame: Frame, content: Uint8Array, isWhole: boolean, offset: number, at: Payload): void {
    const { type, flags, streamId } = frame;
    const block = this.blocks[side];
    switch (type) {
      case FrameType.data:
        if ((flags & FrameFlag.endStream) !== 0) this.endMessage(side, streamId, offset, at);
        return;
      case FrameType.headers:
      case FrameType.pushPromise:
      case FrameType.continuation: {
        const fields = block.add(frame, content, isWhole);
        if (fields === null) return;
        if (block.promisedId === null) this.headerBlock(side, fields, offset, at);
        else this.promised(block.promisedId, fields, offset, at);
        return;
      }
      case FrameType.rstStream:
        this.reset(side, streamId, content.length < 4 ? -1 : readU32(content, 0), at);
        return;
      case FrameType.goAway:
        this.goAway(side, content, at);
    }
  }

  private lost(side: Side): void {
    this.missedFrames[side] = true;
    this.blocks[side].forget();
    for (const exchange of this.open.values()) exchange.framing = 'guessed';
  }

  private begin(streamId: number, offset: number, at: Payload): OpenExchange {
    const exchange = this.list.begin(offset, at);
    exchange.streamId = streamId;
    this.open.set(streamId, exchange);
    if (this.open.size > OPEN_MAX) this.open.delete(this.open.keys().next().value ?? streamId);
    return exchange;
  }

  /** A message whose beginning, or whose request, the capture did not hold. */
  private unseen(side: Side, streamId: number, at: Payload): OpenExchange | null {
    if (!this.missedFrames.originator && !this.missedFrames.responder) return null;
    const exchange = this.begin(streamId, 0, at);
    exchange.framing = 'guessed';
    if (side === 'responder') exchange.requestState = 'complete';
    return exchange;
  }

  private headerBlock(side: Side, fields: readonly HeaderField[], offset: number, at: Payload): void {
    const { streamId, endsStream } = this.blocks[side];
    const exchange = this.open.get(streamId);
    if (exchange === undefined) return;
    if (side === 'originator') this.describeRequest(exchange, fields);
    else this.describeResponse(exchange, fields);
    if (endsStream) this.endMessage(side, streamId, offset, at);
  }

  /** A request that the responder makes itself (server push): complete at once. */
  private promised(streamId: number, fields: readonly HeaderField[], offset: number, at: Payload): void {
    const exchange = this.begin(streamId, offset, at);
    exchange.requestState = 'complete';
    this.describeRequest(exchange, fields);
  }

  private describeRequest(exchange: OpenExchange, fields: readonly HeaderField[]): void {
    if (exchange.method !== null) return; // trailers
    exchange.method = fieldValue(fields, ':method');
    exchange.target = fieldValue(fields, ':path');
    exchange.host = fieldValue(fields, ':authority') ?? fieldValue(fields, 'host');
    exchange.requestId = fieldValue(fields, 'x-request-id');
    exchange.expectsContinue = /100-continue/i.test(fieldValue(fields, 'expect') ?? '');
    this.label(
      exchange.requestFrame,
      `HEADERS[${exchange.streamId}]: ${exchange.method ?? '?'} ${exchange.target ?? ''}`.trimEnd(),
    );
  }

  private describeResponse(exchange: OpenExchange, fields: readonly HeaderField[]): void {
    if (exchange.responseHeaderDone) return; // trailers
    const status = Number(fieldValue(fields, ':status') ?? Number.NaN);
    exchange.status = Number.isInteger(status) ? status : null;
    if (exchange.responseFrame !== null)
      this.label(exchange.responseFrame, `HEADERS[${exchange.streamId}]: ${exchange.status ?? '?'}`);
    if (isInterim(exchange.status)) {
      forgetResponse(exchange);
      return;
    }
    exchange.responseHeaderDone = true;
    const contentLength = fieldValue(fields, 'content-length') ?? '';
    exchange.contentLength = /^\d{1,15}$/.test(contentLength) ? Number(contentLength) : null;
  }

  private endMessage(side: Side, streamId: number, offset: number, at: Payload): void {
    const exchange = this.open.get(streamId);
    if (exchange === undefined) return;
    if (side === 'originator') endRequest(exchange, offset, at);
    else endResponse(exchange, offset, at);
    if (exchange.requestState === 'complete' && exchange.responseState === 'complete') this.open.delete(streamId);
  }

  private reset(from: Side, streamId: number, errorCode: number, at: Payload): void {
    this.streamResets[from]++;
    this.label(at.frameNumber, `RST_STREAM[${streamId}]: ${errorName(errorCode)}`);
    const exchange = this.open.get(streamId);
    if (exchange === undefined) return;
    exchange.streamReset = { from, errorCode, frameNumber: at.frameNumber, tsUs: at.tsUs };
    exchange.isUnprocessed ||= from === 'responder' && errorCode === REFUSED_STREAM;
    this.open.delete(streamId);
  }

  private goAway(from: Side, content: Uint8Array, at: Payload): void {
    const lastStreamId = content.length < 4 ? -1 : readU32(content, 0) % 0x8000_0000;
    const errorCode = content.length < 8 ? -1 : readU32(content, 4);
    this.label(at.frameNumber, `GOAWAY: ${errorName(errorCode)}, last stream ${lastStreamId}`);
    if (this.goAways.length < GO_AWAYS_MAX)
      this.goAways.push({ from, lastStreamId, errorCode, frameNumber: at.frameNumber, tsUs: at.tsUs });
    if (lastStreamId === -1 || from === 'originator') return;
    for (const [streamId, exchange] of this.open) if (streamId > lastStreamId) exchange.isUnprocessed = true;
  }
}

function fieldValue(fields: readonly HeaderField[], name: string): string | null {
  return fields.find((field) => field.name === name)?.value ?? null;
}

function errorName(errorCode: number): string {
  return ERROR_NAMES[errorCode] ?? `error ${errorCode}`;
}
