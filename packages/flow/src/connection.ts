/**
 * One live TCP connection: takes its packets in capture order and keeps what a TcpStream says about it. Half 0 is the side
 * whose packet came first; who is the originator may be settled later, when a capture starts in the middle.
 */
import { type Packet, TcpFlag } from '@resetscope/wire';
import { Conversation } from './conversation.ts';
import { endingOf, momentOf, turnedRound } from './ending.ts';
import { type FourTuple, likelyOriginator, tupleOf } from './four-tuple.ts';
import { Half } from './half.ts';
import { History } from './history.ts';
import { startsLikeHttp } from './http-head.ts';
import { startsFrame } from './http2-frame-reader.ts';
import { PacketPayload, type Payload, type PayloadHints, payloadFrom } from './payload.ts';
import { protocolOf, startsMidway } from './protocol.ts';
import { ProxyHeaderReader, startsProxyHeader } from './proxy-header.ts';
import { beginsAnother } from './remains.ts';
import { SegmentChain, SegmentLog } from './segment-log.ts';
import type { Side } from './side.ts';
import { Spelling } from './spelling.ts';
import { type InOrder, StreamReader } from './stream-reader.ts';
import type { Ending, Protocol } from './tcp-stream.ts';
import { TlsReader } from './tls-reader.ts';

/** Flags that change where a connection stands, and ACK, which every packet of an open one has. */
const SETTLING = TcpFlag.SYN | TcpFlag.FIN | TcpFlag.RST | TcpFlag.ACK;

/** FINs and RSTs kept; a storm of resets is counted beyond. */
const ENDINGS_MAX = 16;

/** What all connections of a tracker use together. */
export class Shared {
  /** As FlowOptions. */
  readonly responders: ReadonlySet<string>;
  readonly log: SegmentLog = new SegmentLog();
  /** Where every history begins. */
  readonly history: Spelling = new Spelling('');
  /** Of the packet being followed. */
  readonly payload: PacketPayload = new PacketPayload();

  constructor(responders: ReadonlySet<string> = new Set()) {
    this.responders = responders;
  }
}

export class Connection implements InOrder {
  readonly index: number;
  /** Its first end is half 0. */
  readonly tuple: FourTuple;
  readonly firstFrame: number;
  readonly firstUs: number;
  lastUs: number;
  readonly halves: readonly [Half, Half] = [new Half(), new Half()];
  originatorHalf: 0 | 1;
  established = false;
  protocol: Protocol = 'none';
  readonly conversation: Conversation;
  tls: TlsReader | null = null;
  /** Null when the first payload did not begin one. */
  proxyHeader: ProxyHeaderReader | null = null;
  readonly history: History;
  readonly endings: Ending[] = [];
  rstCount = 0;
  /** Time of the last payload byte; -1 before. */
  private payloadUs = -1;
  dataAfterRst = false;
  dataAfterFin = false;
  finAnsweredByFin = false;
  readonly segments: SegmentChain = new SegmentChain();
  /** Somebody needs its TcpStream; null: not asked yet. */
  isWanted: boolean | null = null;
  /** It is over, and the tracker waits for its late packets. */
  isAwaited = false;
  private readonly readers: readonly [StreamReader, StreamReader] = [
    new StreamReader(0, this),
    new StreamReader(1, this),
  ];
  private readonly shared: Shared;
  private packetsSinceFin = 0;

  constructor(index: number, packet: Packet, shared: Shared) {
    this.index = index;
    this.tuple = tupleOf(packet);
    this.shared = shared;
    this.history = new History(shared.history);
    this.firstFrame = packet.frameNumber;
    this.firstUs = this.lastUs = packet.tsUs;
    this.originatorHalf = likelyOriginator(packet, this.tuple, shared.responders);
    this.conversation = new Conversation((frameNumber, text) => shared.log.label(this.segments, frameNumber, text));
  }

  sideOf(half: 0 | 1): Side {
    return half === this.originatorHalf ? 'originator' : 'responder';
  }

  half(side: Side): Half {
    return this.halves[side === 'originator' ? this.originatorHalf : otherHalf(this.originatorHalf)];
  }

  get lastPayloadUs(): number | null {
    return this.payloadUs === -1 ? null : this.payloadUs;
  }

  get isOver(): boolean {
    if (this.rstCount > 0) return true;
    return this.halves[0].finAcked && this.halves[1].finAcked;
  }

  /** The connection was open at some time: by its handshake, its payload, or packets from its middle. */
  get wasOpen(): boolean {
    if (this.established || this.lastPayloadUs !== null) return true;
    const [a, b] = this.halves;
    return !a.sawSyn && !b.sawSyn && (a.isSeen || b.isSeen);
  }

  /** Does a packet of half `from` begin another connection on the same ports? */
  isReusedBy(packet: Packet, from: 0 | 1): boolean {
    return beginsAnother(packet, this.halves[from].isn);
  }

  /** from: which half sent the packet. */
  add(packet: Packet, from: 0 | 1, hints: PayloadHints | null): void {
    if (this.isOrderly(packet, from)) this.addOrderly(packet, from, hints);
    else this.addAny(packet, from, hints);
  }

  /** In the middle of an open connection, without gaps, repetitions or news for the history: most packets are. */
  private isOrderly(packet: Packet, from: 0 | 1): boolean {
    if (!this.established || this.endings.length > 0 || packet.window === 0) return false;
    if ((packet.flags & SETTLING) !== TcpFlag.ACK || !this.history.isTold(packet, from)) return false;
    const sender = this.halves[from];
    const receiver = this.halves[otherHalf(from)];
    const acked = receiver.offsetOf(packet.ack);
    if (acked < receiver.acked || acked > receiver.sent || !this.readers[otherHalf(from)].isGapless) return false;
    if (packet.payloadLen === 0) return true;
    const reader = this.readers[from];
    return (
      sender.captured === sender.sent &&
      reader.offset === sender.sent &&
      packet.seq === sender.sentSeq &&
      reader.isGapless
    );
  }

  /** What addAny does with an orderly packet, in a third of its time (measured). */
  private addOrderly(packet: Packet, from: 0 | 1, hints: PayloadHints | null): void {
    const sender = this.halves[from];
    const receiver = this.halves[otherHalf(from)];
    this.shared.log.append(this.segments, packet, from);
    this.lastUs = packet.tsUs;
    receiver.unanswered = 0;
    receiver.acked = receiver.offsetOf(packet.ack);
    if (packet.payloadLen > 0) {
      const { payload } = this.shared;
      payload.take(packet, hints);
      const start = sender.sent;
      sender.advance(start + packet.payloadLen);
      sender.captured = sender.sent;
      this.payloadUs = packet.tsUs;
      this.readers[from].read(start, payload, (packet.flags & TcpFlag.PSH) !== 0);
    }
    sender.remember(packet);
  }

  /** Any packet, at any time. */
  addAny(packet: Packet, from: 0 | 1, hints: PayloadHints | null): void {
    const sender = this.halves[from];
    const receiver = this.halves[otherHalf(from)];
    this.shared.log.append(this.segments, packet, from);
    this.lastUs = packet.tsUs;
    receiver.unanswered = 0;
    sender.noteIsn(packet);
    if ((packet.flags & TcpFlag.ACK) !== 0) receiver.noteIsnFromAck(packet.ack);
    const isRst = (packet.flags & TcpFlag.RST) !== 0;
    if (!isRst && (packet.flags & TcpFlag.SYN) !== 0) this.settleBySyn(packet, from);
    this.noteHistory(packet, from);
    if (isRst) {
      this.reset(packet, from);
      return;
    }
    this.handshake(packet, sender, receiver);
    const { payload } = this.shared;
    payload.take(packet, hints);
    if ((packet.flags & TcpFlag.ACK) !== 0) this.acknowledge(packet, from, payload);
    if (packet.payloadLen > 0) this.data(packet, from, payload);
    if ((packet.flags & TcpFlag.FIN) !== 0) this.fin(packet, from);
    if (this.endings.length > 0) this.closeInOrder(payload, from);
    sender.remember(packet);
  }

  /** A SYN tells who the originator is, unless one was seen before or the payload has told. */
  private settleBySyn(packet: Packet, from: 0 | 1): void {
    if (this.halves[0].sawSyn || this.halves[1].sawSyn || this.protocol !== 'none') return;
    this.setOriginator((packet.flags & TcpFlag.ACK) === 0 ? from : otherHalf(from));
  }

  private setOriginator(half: 0 | 1): void {
    if (half === this.originatorHalf) return;
    this.originatorHalf = half;
    this.endings.splice(0, this.endings.length, ...this.endings.map(turnedRound));
  }

  private noteHistory(packet: Packet, from: 0 | 1): void {
    const sender = this.halves[from];
    const receiver = this.halves[otherHalf(from)];
    const isRst = (packet.flags & TcpFlag.RST) !== 0;
    this.history.packet(packet, from);
    if (packet.window === 0 && !isRst && receiver.endpoint.state !== 'closed' && sender.endpoint.state !== 'reset')
      this.history.count('W', from);
    sender.endpoint.sent(packet, receiver.endpoint, from === this.originatorHalf);
  }

  private handshake(packet: Packet, sender: Half, receiver: Half): void {
    if ((packet.flags & TcpFlag.SYN) !== 0) {
      if (!sender.isBegun || sender.sent === 0) sender.begin(packet.seq + 1); // surer than a number taken from an ACK
      sender.sawSyn = true;
      sender.usesTimestamps = packet.hasTimestamp;
      return;
    }
    if (!sender.isBegun) sender.begin(packet.seq);
    if (sender.sawSyn && receiver.sawSyn) this.established = true;
    else if (!sender.sawSyn && packet.hasTimestamp) sender.usesTimestamps = true;
  }

  private acknowledge(packet: Packet, from: 0 | 1, at: Payload): void {
    const receiverHalf = otherHalf(from);
    const receiver = this.halves[receiverHalf];
    const reader = this.readers[receiverHalf];
    if (!receiver.isBegun) receiver.begin(packet.ack);
    const offset = receiver.offsetOf(packet.ack);
    const hasFin = receiver.finOffset >= 0;
    if (offset > receiver.sent + (hasFin ? 1 : 0)) {
      receiver.advance(offset);
      if (receiver.packets > 0 && (packet.flags & TcpFlag.FIN) === 0) this.history.count('G', receiverHalf);
    }
    const acked = Math.min(offset, receiver.sent);
    if (acked > receiver.acked) {
      receiver.acked = acked;
      reader.acknowledged(acked, at);
    }
    if (hasFin && offset > receiver.finOffset) {
      receiver.finAcked = true;
      reader.ended(receiver.finOffset, at);
    }
    receiver.missedBytes = reader.unseenBefore(receiver.acked);
  }

  private data(packet: Packet, from: 0 | 1, payload: Payload): void {
    const sender = this.halves[from];
    const start = sender.startOf(packet);
    const end = start + packet.payloadLen;
    if (end <= sender.captured) {
      sender.retransmissions++;
      sender.unanswered++;
      this.history.count('T', from);
    } else this.noteLateData(sender, from, end);
    if (end <= 0) return; // keep-alive probe or data before the capture
    sender.captured = Math.max(sender.captured, end);
    sender.advance(end);
    this.payloadUs = packet.tsUs;
    this.readers[from].read(start, payload, (packet.flags & TcpFlag.PSH) !== 0);
    sender.missedBytes = this.readers[from].unseenBefore(sender.acked);
  }

  private noteLateData(sender: Half, from: 0 | 1, end: number): void {
    if (this.endings.length === 0 || end <= sender.sent) return;
    if (sender.sawRst) this.dataAfterRst = true;
    const firstFin = this.endings.find((e) => e.kind === 'fin');
    if (firstFin !== undefined && firstFin.from !== this.sideOf(from)) this.dataAfterFin = true;
  }

  private fin(packet: Packet, from: 0 | 1): void {
    const sender = this.halves[from];
    if (sender.finOffset >= 0) return; // retransmitted
    const answersFin = this.endings.some((e) => e.kind === 'fin' && e.from !== this.sideOf(from));
    if (answersFin && this.packetsSinceFin === 0) this.finAnsweredByFin = true;
    this.packetsSinceFin = 0;
    this.keepEnding(packet, from);
    sender.finOffset = Math.max(0, sender.startOf(packet) + packet.payloadLen);
    sender.advance(sender.finOffset);
  }

  private closeInOrder(at: Payload, from: 0 | 1): void {
    this.endInOrder(0, at);
    this.endInOrder(1, at);
    const last = this.endings.at(-1);
    if (last?.kind === 'fin' && last.from !== this.sideOf(from)) this.packetsSinceFin++;
  }

  /** A FIN ends a message once every byte before it was read or given up. */
  private endInOrder(half: 0 | 1, at: Payload): void {
    const sender = this.halves[half];
    if (sender.finOffset < 0 || sender.isRead || this.readers[half].offset < sender.finOffset) return;
    sender.isRead = true;
    this.conversation.endOfStream(this.sideOf(half), at);
  }

  private reset(packet: Packet, from: 0 | 1): void {
    this.rstCount++;
    this.keepEnding(packet, from);
    this.halves[from].sawRst = true;
    this.halves[from].packets++;
  }

  private keepEnding(packet: Packet, from: 0 | 1): void {
    if (this.endings.length >= ENDINGS_MAX) return;
    const sender = this.halves[from];
    const receiver = this.halves[otherHalf(from)];
    this.endings.push(endingOf(packet, this.sideOf(from), sender, receiver, momentOf(this)));
  }

  /**
   * What the first payload bytes say, and, without a SYN, who is the originator. Bytes from the middle of a connection say
   * nothing; the next message that starts a segment does, and takes the place of what was guessed.
   */
  private recognise(half: 0 | 1, offset: number, payload: Payload): void {
    if (this.protocol !== 'none' && this.protocol !== 'unknown') return;
    const { bytes } = payload;
    if (this.protocol === 'unknown' && !(this.isMidway && startsMidway(bytes))) return;
    this.protocol = this.isMidway && startsFrame(bytes) ? 'http2' : protocolOf(bytes);
    if (this.protocol === 'tls') this.tls = new TlsReader();
    const message = startsLikeHttp(bytes);
    if (this.isMidway && message !== null) this.setOriginator(message === 'request' ? half : otherHalf(half));
    const offsets = [this.offsetOf('originator', half, offset), this.offsetOf('responder', half, offset)] as const;
    if (this.protocol === 'http1') this.conversation.startHttp1(...offsets);
    if (this.protocol === 'http2') this.conversation.startHttp2(...offsets, this.isMidway && message === null);
  }

  /** Neither SYN was captured. */
  private get isMidway(): boolean {
    return !this.halves[0].sawSyn && !this.halves[1].sawSyn;
  }

  /** How many bytes of the payload belong to a PROXY protocol header before everything else. */
  private takeProxyHeader(half: 0 | 1, payload: Payload): number {
    if (this.proxyHeader === null) {
      if (!startsProxyHeader(payload.bytes) || (half !== this.originatorHalf && !this.isMidway)) return 0;
      this.setOriginator(half);
      this.proxyHeader = new ProxyHeaderReader();
    }
    if (half !== this.originatorHalf) return 0;
    const taken = this.proxyHeader.read(payload);
    const source = this.proxyHeader.header?.sourceAddress ?? '';
    if (taken > 0) this.shared.log.label(this.segments, payload.frameNumber, `PROXY ${source}`.trim());
    return taken;
  }

  /** Stream offset that a side's in-order bytes have reached, when those of `half` are at `offset`. */
  private offsetOf(side: Side, half: 0 | 1, offset: number): number {
    return this.sideOf(half) === side ? offset : this.readers[otherHalf(half)].offset;
  }

  /** Called by the stream readers. */
  inOrder(half: 0 | 1, offset: number, payload: Payload, push: boolean): void {
    const header = this.protocol === 'none' ? this.takeProxyHeader(half, payload) : 0;
    if (header === 0) this.readInOrder(half, offset, payload, push);
    else if (header < payload.wireLen) this.readInOrder(half, offset + header, payloadFrom(payload, header), push);
  }

  private readInOrder(half: 0 | 1, offset: number, payload: Payload, push: boolean): void {
    this.recognise(half, offset, payload);
    const side = this.sideOf(half);
    const { tls } = this;
    if (tls !== null) this.inOrderTls(tls, side, offset, payload, push);
    else if (this.protocol === 'unknown') this.conversation.turn(side, offset, push, payload);
    else this.conversation.read(side, payload, push);
  }

  private inOrderTls(tls: TlsReader, side: Side, offset: number, payload: Payload, push: boolean): void {
    const alerts = tls.alertCount;
    const application = this.readTls(tls, side, payload);
    if (application > 0) this.conversation.turn(side, offset, push && tls.isBetweenRecords(side), payload);
    if (side === 'responder' && tls.alertCount > alerts)
      this.conversation.responderDone(offset + payload.wireLen, payload);
  }

  /** Bytes that carry something of the protocol above. */
  private readTls(tls: TlsReader, side: Side, payload: Payload): number {
    const application = tls.read(side, payload);
    const label = tls.labelOf(side, payload);
    if (label !== null) this.shared.log.label(this.segments, payload.frameNumber, label);
    return application;
  }

  /** Called by the stream readers. */
  lost(half: 0 | 1, _offset: number, wireLen: number, at: Payload): void {
    if (this.tls === null) this.conversation.skip(this.sideOf(half), wireLen, at);
    else this.tls.skip(this.sideOf(half), wireLen);
  }
}

function otherHalf(half: 0 | 1): 0 | 1 {
  return half === 0 ? 1 : 0;
}
