/** Packets of a few connections, told by bytes; and a conversation over TCP, in any segments and any order. */
import { FlowTracker, type TcpStream } from '@resetscope/flow';
import {
  buildTcpFrame,
  type CapturedFrame,
  CaptureReader,
  LinkType,
  PacketDecoder,
  TcpFlag,
  writePcap,
} from '@resetscope/wire';
import { expectSame, type FuzzTarget, latin1, piecesOf, promise } from '../target.ts';

const { SYN, ACK, FIN, RST, PSH } = TcpFlag;
const FLAGS: readonly number[] = [
  SYN,
  SYN | ACK,
  ACK,
  PSH | ACK,
  FIN | ACK,
  RST,
  RST | ACK,
  FIN | PSH | ACK,
  0,
  255,
  FIN,
  SYN | RST,
];
/** Microseconds between two packets. */
const STEPS_US: readonly number[] = [0, 100, 10_000, 1_000_000, 61_000_000, 3_600_000_000, -5_000];

/** A whole capture through the tracker, and what must hold of any. */
function track(frames: Iterable<CapturedFrame>): readonly TcpStream[] {
  const streams: TcpStream[] = [];
  const tracker = new FlowTracker({ wanted: () => true, streamEnded: (stream) => streams.push(stream) });
  const decoder = new PacketDecoder();
  let packets = 0;
  let resets = 0;
  for (const frame of frames) {
    if (decoder.decode(frame) !== 'tcp') continue;
    packets++;
    if ((decoder.packet.flags & RST) !== 0) resets++;
    tracker.add(decoder.packet);
  }
  tracker.end();
  streams.sort((a, b) => a.index - b.index);
  promise(
    'expected each connection once',
    streams.length === tracker.streams && streams.every((s, i) => s.index === i),
    streams.length,
  );
  const counted = streams.reduce((sum, s) => sum + packetsOf(s), tracker.latePackets);
  promise(`expected ${packets} packets in all`, counted === packets, counted);
  const unkept = resets - streams.reduce((sum, s) => sum + s.rstCount, 0);
  promise(`expected ${resets} resets in all`, tracker.resets.total === resets, tracker.resets);
  promise('expected no reset lost but late ones', unkept >= 0 && unkept <= tracker.latePackets, unkept);
  for (const stream of streams) check(stream);
  return streams;
}

function packetsOf({ halves }: TcpStream): number {
  return halves.originator.packets + halves.responder.packets;
}

function check(stream: TcpStream): void {
  const { segments, omittedSegments, endings, exchanges, history, halves, last } = stream;
  promise('expected every packet kept or counted', segments.length + omittedSegments === packetsOf(stream), [
    segments.length,
    omittedSegments,
  ]);
  promise('expected at most 16 endings and 32 exchanges', endings.length <= 16 && exchanges.length <= 32);
  promise('expected history letters', /^\^?[SHADFRCTWIGQshadfrctwigq^]*$/.test(history), history);
  for (const half of [halves.originator, halves.responder]) {
    promise(
      'expected counts',
      [half.payloadBytes, half.retransmissions, half.missedBytes].every((n) => Number.isSafeInteger(n) && n >= 0),
      half,
    );
  }
  for (const moment of [last, ...endings.map((ending) => ending.before)]) {
    const numbers = [...Object.values(moment.sent), ...Object.values(moment.acked)];
    promise(
      'expected offsets',
      numbers.every((n) => Number.isSafeInteger(n) && n >= 0),
      moment,
    );
  }
  for (const exchange of exchanges) {
    const { requestStart, requestEnd, responseStart, responseEnd } = exchange;
    promise(
      'expected a request that ends after it starts',
      requestEnd === null || requestEnd >= requestStart,
      exchange,
    );
    promise(
      'expected a response that ends after it starts',
      responseStart === null || responseEnd === null || responseEnd >= responseStart,
      exchange,
    );
  }
}

/** Ethernet, IPv4 and TCP headers without options, to be filled in: making each frame anew takes most of the time (measured). */
const HEADERS: Uint8Array = buildTcpFrame({
  src: '10.0.0.1',
  dst: '10.0.0.2',
  srcPort: 51_000,
  dstPort: 80,
  flags: ACK,
});
const ETHERNET_LEN = 14;
/** Offsets in it; addresses at their last byte. */
const AT = {
  ipLen: 16,
  ipId: 18,
  ttl: 22,
  src: 29,
  dst: 33,
  srcPort: 34,
  dstPort: 36,
  seq: 38,
  ack: 42,
  flags: 47,
  window: 48,
} as const;

interface FrameFields {
  /** From 10.0.0.1 port `client` to 10.0.0.2 port 80, or back. */
  readonly isUp: boolean;
  readonly client: number;
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly payload: Uint8Array;
  readonly frameNumber: number;
  readonly tsUs: number;
  readonly ttl?: number;
  readonly window?: number;
  /** Payload bytes that the capture left out. */
  readonly cut?: number;
}

function frameOf({ isUp, client, flags, seq, ack, payload, ttl, window, cut = 0, ...at }: FrameFields): CapturedFrame {
  const bytes = new Uint8Array(HEADERS.length + payload.length);
  bytes.set(HEADERS);
  bytes.set(payload, HEADERS.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(AT.ipLen, bytes.length - ETHERNET_LEN);
  view.setUint16(AT.ipId, at.frameNumber);
  view.setUint8(AT.ttl, ttl ?? 64);
  view.setUint8(AT.src, isUp ? 1 : 2);
  view.setUint8(AT.dst, isUp ? 2 : 1);
  view.setUint16(AT.srcPort, isUp ? client : 80);
  view.setUint16(AT.dstPort, isUp ? 80 : client);
  view.setUint32(AT.seq, seq);
  view.setUint32(AT.ack, ack);
  view.setUint8(AT.flags, flags);
  view.setUint16(AT.window, window ?? 500);
  return { ...at, linkType: LinkType.ETHERNET, wireLen: bytes.length, bytes: bytes.subarray(0, bytes.length - cut) };
}

/** Per packet: connection and side, flags, sequence and acknowledgment off their expected values, time, payload. */
const PACKET_LEN = 6;

function* framesOf(input: Uint8Array): Generator<CapturedFrame> {
  const next = new Uint32Array(8).map((_, end) => (end % 2 === 0 ? 1000 : 0xffff_fff0));
  let tsUs = 1_795_329_312_000_000;
  for (let at = 0, frameNumber = 1; at < input.length; frameNumber++) {
    const [who = 0, flag = 0, seqOff = 0, ackOff = 0, step = 0, len = 0] = input.subarray(at, at + PACKET_LEN);
    at += PACKET_LEN;
    const payload = input.subarray(at, at + (len & 63));
    at += payload.length;
    const end = who & 7;
    const flags = FLAGS[flag % FLAGS.length] ?? 0;
    const seq = (next[end] ?? 0) + offBy(seqOff);
    if (seqOff < 128) next[end] = seq + payload.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1);
    tsUs += STEPS_US[step % STEPS_US.length] ?? 0;
    yield frameOf({
      isUp: end % 2 === 0,
      client: 51_000 + (end >>> 1),
      flags,
      seq,
      ack: (next[end ^ 1] ?? 0) + offBy(ackOff),
      payload,
      frameNumber,
      tsUs,
      ttl: 64 - (step & 1),
      window: len === 64 ? 0 : 500,
      cut: (len & 128) === 0 ? 0 : payload.length >> 1,
    });
  }
}

/** 0 most of the time: near, far, and half the sequence space away. */
function offBy(code: number): number {
  const kind = code & 7;
  if (kind < 4) return 0;
  const steps = (code >>> 3) - 16;
  return kind === 4 ? steps : kind === 5 ? steps * 64 : kind === 6 ? steps * 70_000 : steps * 0x0800_0000;
}

const op = (who: number, flag: number, text = ''): Uint8Array =>
  Uint8Array.of(who, flag, 0, 0, 1, text.length, ...latin1(text));
const join = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const OPEN = [op(0, 0), op(1, 1), op(0, 2)];

const seeds = [
  join([
    ...OPEN,
    op(0, 3, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
    op(1, 2),
    op(1, 3, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
    op(0, 4),
    op(1, 4),
    op(0, 2),
  ]),
  join([
    ...OPEN,
    op(0, 3, '\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00'),
    op(1, 3, '\x15\x03\x03\x00\x02\x02\x28'),
    op(1, 6),
  ]),
  join([
    ...OPEN,
    op(0, 3, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    op(1, 3, '\x00\x00\x00\x04\x00\x00\x00\x00\x00'),
    op(0, 5),
  ]),
];
const WORDS = [
  'GET / HTTP/1.1\r\n\r\n',
  'HTTP/1.1 200 OK\r\n',
  'Content-Length: 2\r\n',
  '\r\n\r\n',
  'Transfer-Encoding: chunked\r\n',
  '0\r\n\r\n',
  '\x16\x03\x01',
  '\x17\x03\x03',
  'PRI * HTTP/2.0',
].map(latin1);

export const flow: FuzzTarget = {
  name: 'flow',
  maxLen: 600,
  seeds: () => seeds,
  words: [...WORDS, ...OPEN, op(0, 5), op(1, 4)],
  run: (input) => track(framesOf(input)),
};

/** A capture file through all of it. */
export const capture: FuzzTarget = {
  name: 'capture',
  maxLen: 2500,
  seeds: () => seeds.map((seed) => writePcap([...framesOf(seed)], { linkType: LinkType.ETHERNET })),
  words: WORDS,
  run: (input) => {
    const frames: CapturedFrame[] = [];
    const reader = new CaptureReader((frame) => frames.push({ ...frame, bytes: frame.bytes.slice() }));
    reader.push(input);
    reader.end();
    track(frames);
  },
};

/** A request and its response, split at the first `|`, in the segments given: some sent twice, some out of order. */
function conversation(
  asked: Iterable<Uint8Array>,
  answered: Iterable<Uint8Array>,
  disorder: boolean,
): readonly CapturedFrame[] {
  const frames: CapturedFrame[] = [];
  const send = (isUp: boolean, flags: number, seq: number, ack: number, payload: Uint8Array): void => {
    const at = { frameNumber: frames.length + 1, tsUs: frames.length };
    frames.push(frameOf({ isUp, client: 51_000, flags, seq, ack, payload, ...at }));
  };
  const none = new Uint8Array(0);
  send(true, SYN, 99, 0, none);
  send(false, SYN | ACK, 199, 100, none);
  send(true, ACK, 100, 200, none);
  const [up, down] = [sendAll(asked, 100, disorder), sendAll(answered, 200, disorder)];
  for (const [seq, payload] of up.sent) send(true, PSH | ACK, seq, 200, payload);
  for (const [seq, payload] of down.sent) send(false, PSH | ACK, seq, up.end, payload);
  send(false, FIN | ACK, down.end, up.end, none);
  send(true, FIN | ACK, up.end, down.end + 1, none);
  send(false, ACK, down.end + 1, up.end + 1, none);
  return frames;
}

function sendAll(
  pieces: Iterable<Uint8Array>,
  start: number,
  disorder: boolean,
): { readonly sent: readonly (readonly [number, Uint8Array])[]; readonly end: number } {
  const sent: (readonly [number, Uint8Array])[] = [];
  let end = start;
  for (const piece of pieces) {
    sent.push([end, piece]);
    end += piece.length;
  }
  if (!disorder) return { sent, end };
  return {
    sent: sent.flatMap((one, i) => (i % 3 === 1 ? [sent[i + 1] ?? one, one] : i % 5 === 3 ? [one, one] : [one])),
    end,
  };
}

/** What the segments cannot change, up to where framing was lost and segments are what is guessed from. */
function exchangesOf(frames: readonly CapturedFrame[]): readonly unknown[] {
  const exchanges = track(frames)[0]?.exchanges ?? [];
  const lost = exchanges.findIndex(({ framing }) => framing !== 'exact');
  return exchanges.slice(0, lost === -1 ? undefined : lost).map((exchange) => ({
    ...exchange,
    requestStartUs: 0,
    requestEndUs: 0,
    requestFrame: 0,
    responseStartUs: 0,
    responseEndUs: 0,
    responseFrame: 0,
  }));
}

function compare(what: string, whole: readonly unknown[], other: readonly unknown[]): void {
  const count = Math.min(whole.length, other.length);
  expectSame(what, whole.slice(0, count), other.slice(0, count));
}

export const resegmented: FuzzTarget = {
  name: 'resegmented',
  maxLen: 500,
  seeds: () =>
    [
      'GET / HTTP/1.1\r\nHost: a\r\n\r\n|HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      'POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\n\r\n|HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n',
    ].map(latin1),
  words: WORDS,
  run: (input) => {
    const asked = Uint8Array.of(...latin1('GET '), ...input.subarray(0, input.indexOf(0x7c)));
    const answered = Uint8Array.of(...latin1('HTTP/1.1 '), ...input.subarray(input.indexOf(0x7c) + 1));
    const whole = exchangesOf(conversation([asked], [answered], false));
    const isDisorder = input.length % 2 === 1;
    const cut = exchangesOf(conversation(piecesOf(asked), piecesOf(answered), isDisorder));
    compare(isDisorder ? 'cutting, order and repetition' : 'cutting into segments', whole, cut);
  },
};
