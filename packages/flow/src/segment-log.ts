/**
 * The packets of live connections, kept in one buffer of records and chained per connection: no object per packet, one cache
 * line each, and what an ended connection held is reused at once. Each chain keeps its first and its last packets; what falls out
 * between them is counted, so a long download costs as much as a short one.
 *
 *  record  time 8 | frame number 4 | sequence number 4 | acknowledgment number 4 | payload length 4 | IP ID 4 |
 *          window 2, flags 2 | TTL 1, half 1, has a label 2 | next 4
 */
import type { Side } from './side.ts';
import type { Segment } from './tcp-stream.ts';

/** Packets kept from the start of a connection: handshake, TLS set-up, first exchange. */
const KEEP_FIRST = 24;
/** Packets kept before its end: the exchange that failed, the reset and what followed. */
const KEEP_LAST = 72;
/** A label this long gets no further one joined to it: enough for pipelined requests (chosen). */
const LABEL_JOIN_MAX = 120;
const NONE = -1;

/** 32-bit words of a record, and where its fields stand; the time takes words 0 and 1. */
const WORDS = 10;
const AT = {
  frameNumber: 2,
  seq: 3,
  ack: 4,
  payloadLen: 5,
  ipId: 6,
  windowAndFlags: 7,
  ttlAndHalf: 8,
  next: 9,
} as const;
/** In the word of TTL and half: there is a label. Labels stand apart, and are seldom touched. */
const HAS_LABEL = 1 << 16;
/** 64-bit words of a record. */
const DOUBLES = WORDS / 2;

/** One connection's packets; owned by the connection, managed by the log. */
export class SegmentChain {
  head: number = NONE;
  tail: number = NONE;
  /** Last of the packets kept from the start; the one after it is dropped first. */
  headEnd: number = NONE;
  length = 0;
  omitted = 0;
}

export interface SegmentFields {
  readonly frameNumber: number;
  readonly tsUs: number;
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly window: number;
  readonly payloadLen: number;
  readonly ttl: number;
  readonly ipId: number;
}

export class SegmentLog {
  private capacity = 4096;
  /** The same bytes as times and as words. */
  private times = new Float64Array(this.capacity * DOUBLES);
  private words = new Int32Array(this.times.buffer);
  private readonly labels: (string | undefined)[] = [];
  private used = 0;
  private free = NONE;

  /** Appends a packet sent by half 0 or 1. */
  append(chain: SegmentChain, packet: SegmentFields, half: 0 | 1): void {
    const slot = this.take();
    const { words } = this;
    const at = slot * WORDS;
    this.times[slot * DOUBLES] = packet.tsUs;
    words[at + AT.frameNumber] = packet.frameNumber;
    words[at + AT.seq] = packet.seq;
    words[at + AT.ack] = packet.ack;
    words[at + AT.payloadLen] = packet.payloadLen;
    words[at + AT.ipId] = packet.ipId;
    words[at + AT.windowAndFlags] = packet.window | (packet.flags << 16);
    words[at + AT.ttlAndHalf] = packet.ttl | (half << 8);
    words[at + AT.next] = NONE;
    if (chain.tail === NONE) chain.head = slot;
    else words[chain.tail * WORDS + AT.next] = slot;
    chain.tail = slot;
    chain.length++;
    if (chain.length === KEEP_FIRST) chain.headEnd = slot;
    else if (chain.length > KEEP_FIRST + KEEP_LAST) this.dropMiddle(chain);
  }

  /** Says what starts in a packet of the chain, for the ladder; the packet may not be kept any more. */
  label(chain: SegmentChain, frameNumber: number, text: string): void {
    const slot = this.slotOf(chain, frameNumber);
    if (slot === NONE) return;
    const before = this.labels[slot];
    if (before === undefined) {
      this.labels[slot] = text;
      this.words[slot * WORDS + AT.ttlAndHalf] = this.word(slot * WORDS + AT.ttlAndHalf) | HAS_LABEL;
    } else if (before.length < LABEL_JOIN_MAX) this.labels[slot] = `${before}, ${text}`;
  }

  /** Gives a chain's slots back as they are, without touching each; the chain is empty afterwards. */
  release(chain: SegmentChain): void {
    if (chain.head !== NONE) {
      this.words[chain.tail * WORDS + AT.next] = this.free;
      this.free = chain.head;
    }
    chain.head = chain.tail = chain.headEnd = NONE;
    chain.length = 0;
  }

  /** The chain as plain records; sides[h] names half h. */
  read(chain: SegmentChain, sides: readonly [Side, Side]): Segment[] {
    const segments: Segment[] = [];
    for (let slot = chain.head; slot !== NONE; slot = this.next(slot)) segments.push(this.segment(slot, sides));
    return segments;
  }

  private segment(slot: number, sides: readonly [Side, Side]): Segment {
    const at = slot * WORDS;
    const windowAndFlags = this.word(at + AT.windowAndFlags);
    const ttlAndHalf = this.word(at + AT.ttlAndHalf);
    return {
      frameNumber: this.word(at + AT.frameNumber) >>> 0,
      tsUs: this.times[slot * DOUBLES] as number,
      from: sides[((ttlAndHalf >>> 8) & 1) as 0 | 1],
      flags: windowAndFlags >>> 16,
      seq: this.word(at + AT.seq) >>> 0,
      ack: this.word(at + AT.ack) >>> 0,
      window: windowAndFlags & 0xffff,
      payloadLen: this.word(at + AT.payloadLen) >>> 0,
      ttl: ttlAndHalf & 0xff,
      ipId: this.word(at + AT.ipId),
      label: this.labels[slot] ?? '',
    };
  }

  private word(at: number): number {
    return this.words[at] as number;
  }

  private next(slot: number): number {
    return this.word(slot * WORDS + AT.next);
  }

  /** The latest packet is the usual one. */
  private slotOf(chain: SegmentChain, frameNumber: number): number {
    if (chain.tail !== NONE && this.word(chain.tail * WORDS + AT.frameNumber) === frameNumber) return chain.tail;
    let slot = chain.head;
    while (slot !== NONE && this.word(slot * WORDS + AT.frameNumber) !== frameNumber) slot = this.next(slot);
    return slot;
  }

  private dropMiddle(chain: SegmentChain): void {
    const dropped = this.next(chain.headEnd);
    this.words[chain.headEnd * WORDS + AT.next] = this.next(dropped);
    this.give(dropped);
    chain.length--;
    chain.omitted++;
  }

  private take(): number {
    if (this.free !== NONE) {
      const slot = this.free;
      this.free = this.next(slot);
      if ((this.word(slot * WORDS + AT.ttlAndHalf) & HAS_LABEL) !== 0) this.labels[slot] = undefined;
      return slot;
    }
    if (this.used === this.capacity) this.grow();
    this.labels.push(undefined);
    return this.used++;
  }

  private give(slot: number): void {
    this.words[slot * WORDS + AT.next] = this.free;
    this.free = slot;
  }

  private grow(): void {
    this.capacity *= 2;
    const times = new Float64Array(this.capacity * DOUBLES);
    const words = new Int32Array(times.buffer);
    words.set(this.words);
    this.times = times;
    this.words = words;
  }
}
