/**
 * One live TCP connection: takes its packets in capture order and keeps what a TcpStream says about it. Half 0 is the side
 * whose packet came first; who is the originator may be settled later, when a capture starts in the middle.
 */
import { type Packet, TcpFlag } from '@resetscope/wire';
import { Conversation } from './conversation.ts';
import { endingOf, momentOf, turnedRound } from './ending.ts';
import { Half } from './half.ts';
import { History } from './history.ts';
import { startsLikeHttp } from './http-head.ts';
import type { MessageReader } from './message-reader.ts';
import type { Payload, PayloadHints } from './payload.ts';
import { protocolOf, startsMessage } from './protocol.ts';
import { SegmentChain, type SegmentLog } from './segment-log.ts';
import type { Side } from './side.ts';
import { StreamReader } from './stream-reader.ts';
import type { Ending, Protocol } from './tcp-stream.ts';
import { TlsReader } from './tls-reader.ts';

/** FINs and RSTs kept; a storm of resets is counted beyond. */
const ENDINGS_MAX = 16;

export class Connection {
  readonly index: number;
  readonly firstFrame: number;
  readonly firstUs: number;
  lastUs: number;
  readonly halves: readonly [Half, Half] = [new Half(), new Half()];
  originatorHalf: 0 | 1;
  established = false;
  protocol: Protocol = 'none';
  readonly conversation: Conversation;
  tls: TlsReader | null = null;
  readonly history: History = new History();
  readonly endings: Ending[] = [];
  rstCount = 0;
  lastPayloadUs: number | null = null;
  dataAfterRst = false;
  dataAfterFin = false;
  finAnsweredByFin = false;
  readonly segments: SegmentChain = new SegmentChain();
  private readonly readers: readonly [StreamReader, StreamReader];
  private readonly log: SegmentLog;
  private packetsSinceFin = 0;

  constructor(index: number, packet: Packet, log: SegmentLog) {
    this.index = index;
    this.log = log;
    this.firstFrame = packet.frameNumber;
    this.firstUs = this.lastUs = packet.tsUs;
    this.originatorHalf = packet.srcPort >= packet.dstPort ? 0 : 1; // until a SYN or HTTP says otherwise
    this.conversation = new Conversation((frameNumber, text) => log.label(this.segments, frameNumber, text));
    this.readers = [this.reader(0), this.reader(1)];
  }

  sideOf(half: 0 | 1): Side {
    return half === this.originatorHalf ? 'originator' : 'responder';
  }

  half(side: Side): Half {
    return this.halves[side === 'originator' ? this.originatorHalf : otherHalf(this.originatorHalf)];
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

  /** Does a packet of half `from` begin another connection on the same ports? As tshark 4.0 decides it (packet-tcp.c). */
  isReusedBy(packet: Packet, from: 0 | 1): boolean {
    const { isn } = this.halves[from];
    return isBareSyn(packet) && isn !== -1 && packet.seq !== isn;
  }

  /** from: which half sent the packet. */
  add(packet: Packet, from: 0 | 1, hints: PayloadHints | null): void {
    const sender = this.halves[from];
    const receiver = this.halves[otherHalf(from)];
    this.log.append(this.segments, packet, from);
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
    const payload = payloadOf(packet, hints);
    if ((packet.flags & TcpFlag.ACK) !== 0) this.acknowledge(packet, from, payload);
    if (packet.payloadLen > 0) this.data(packet, from, payload);
    if ((packet.flags & TcpFlag.FIN) !== 0) this.fin(packet, from);
    this.endInOrder(0, payload);
    this.endInOrder(1, payload);
    this.remember(packet, from);
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
    this.lastPayloadUs = packet.tsUs;
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

  /** A FIN ends a message once every byte before it was read or given up. */
  private endInOrder(half: 0 | 1, at: Payload): void {
    const sender = this.halves[half];
    if (sender.finOffset < 0 || sender.isRead || this.readers[half].offset < sender.finOffset) return;
    sender.isRead = true;
    if (this.protocol === 'http1') this.messagesOf(half).endOfStream(at);
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

  private remember(packet: Packet, from: 0 | 1): void {
    this.halves[from].remember(packet);
    const lastFin = this.endings.at(-1);
    if (lastFin?.kind === 'fin' && lastFin.from !== this.sideOf(from)) this.packetsSinceFin++;
  }

  /**
   * What the first payload bytes say, and, without a SYN, who is the originator. Bytes from the middle of a connection say
   * nothing; the next message that starts a segment does, and takes the place of what was guessed.
   */
  private recognise(half: 0 | 1, bytes: Uint8Array): void {
    const isMidway = !this.halves[0].sawSyn && !this.halves[1].sawSyn;
    if (this.protocol !== 'none' && !(this.protocol === 'unknown' && isMidway && startsMessage(bytes))) return;
    this.protocol = protocolOf(bytes);
    if (this.protocol === 'tls') this.tls = new TlsReader();
    const message = startsLikeHttp(bytes);
    if (isMidway && message !== null) this.setOriginator(message === 'request' ? half : otherHalf(half));
    if (this.protocol === 'http1') this.conversation.restart(this.offsetOf('originator'), this.offsetOf('responder'));
  }

  /** Stream offset that a side's in-order bytes have reached. */
  private offsetOf(side: Side): number {
    return this.readers[this.sideOf(0) === side ? 0 : 1].offset;
  }

  private reader(half: 0 | 1): StreamReader {
    return new StreamReader({
      bytes: (offset, payload, push) => this.inOrder(half, offset, payload, push),
      lost: (_offset, wireLen, at) => this.lost(half, wireLen, at),
    });
  }

  private messagesOf(half: 0 | 1): MessageReader {
    return half === this.originatorHalf ? this.conversation.requests : this.conversation.responses;
  }

  private inOrder(half: 0 | 1, offset: number, payload: Payload, push: boolean): void {
    this.recognise(half, payload.bytes);
    if (this.protocol === 'http1') {
      this.messagesOf(half).read(payload);
      return;
    }
    const side = this.sideOf(half);
    const { tls } = this;
    const alerts = tls?.alertCount ?? 0;
    const application = tls === null ? payload.wireLen : this.readTls(tls, side, payload);
    if (application > 0 && side === 'originator') this.conversation.originatorTurn(offset, push, payload);
    if (application > 0 && side === 'responder') this.conversation.responderTurn(offset, push, payload);
    if (side === 'responder' && tls !== null && tls.alertCount > alerts)
      this.conversation.responderDone(offset + payload.wireLen, payload);
  }

  /** Bytes that carry something of the protocol above. */
  private readTls(tls: TlsReader, side: Side, payload: Payload): number {
    const application = tls.read(side, payload);
    const label = tls.labelOf(side, payload);
    if (label !== null) this.log.label(this.segments, payload.frameNumber, label);
    return application;
  }

  private lost(half: 0 | 1, wireLen: number, at: Payload): void {
    if (this.protocol === 'http1') this.messagesOf(half).skip(wireLen, at);
    else this.tls?.skip(this.sideOf(half), wireLen);
  }
}

function otherHalf(half: 0 | 1): 0 | 1 {
  return half === 0 ? 1 : 0;
}

function isBareSyn(packet: Packet): boolean {
  return (packet.flags & (TcpFlag.SYN | TcpFlag.ACK)) === TcpFlag.SYN;
}

function payloadOf(packet: Packet, hints: PayloadHints | null): Payload {
  return {
    bytes: packet.bytes.subarray(packet.payloadOffset, packet.payloadOffset + packet.capturedPayloadLen),
    wireLen: packet.payloadLen,
    tsUs: packet.tsUs,
    frameNumber: packet.frameNumber,
    hints,
  };
}
