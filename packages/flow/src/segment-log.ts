/**
 * The packets of live connections, kept in typed columns and chained per connection: no object per packet, and what an
 * ended connection held is reused at once. Each chain keeps its first and its last packets; what falls out between them
 * is counted, so a long download costs as much as a short one.
 */
import type { Side } from './side.ts';
import type { Segment } from './tcp-stream.ts';

/** Packets kept from the start of a connection: handshake, TLS set-up, first exchange. */
const KEEP_FIRST = 24;
/** Packets kept before its end: the exchange that failed, the reset and what followed. */
const KEEP_LAST = 232;
/** A label this long gets no further one joined to it: enough for pipelined requests (chosen). */
const LABEL_JOIN_MAX = 120;
const NONE = -1;

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
  private frameNumber = new Float64Array(this.capacity);
  private tsUs = new Float64Array(this.capacity);
  private seq = new Uint32Array(this.capacity);
  private ack = new Uint32Array(this.capacity);
  private payloadLen = new Uint32Array(this.capacity);
  private ipId = new Int32Array(this.capacity);
  private window = new Uint16Array(this.capacity);
  private flags = new Uint8Array(this.capacity);
  private ttl = new Uint8Array(this.capacity);
  private half = new Uint8Array(this.capacity);
  private next = new Int32Array(this.capacity);
  private readonly labels = new Map<number, string>();
  private used = 0;
  private free = NONE;

  /** Appends a packet sent by half 0 or 1. */
  append(chain: SegmentChain, packet: SegmentFields, half: 0 | 1): void {
    const slot = this.take();
    this.frameNumber[slot] = packet.frameNumber;
    this.tsUs[slot] = packet.tsUs;
    this.seq[slot] = packet.seq;
    this.ack[slot] = packet.ack;
    this.payloadLen[slot] = packet.payloadLen;
    this.ipId[slot] = packet.ipId;
    this.window[slot] = packet.window;
    this.flags[slot] = packet.flags;
    this.ttl[slot] = packet.ttl;
    this.half[slot] = half;
    this.next[slot] = NONE;
    if (chain.tail === NONE) chain.head = slot;
    else this.next[chain.tail] = slot;
    chain.tail = slot;
    chain.length++;
    if (chain.length === KEEP_FIRST) chain.headEnd = slot;
    else if (chain.length > KEEP_FIRST + KEEP_LAST) this.dropMiddle(chain);
  }

  /** Says what starts in a packet of the chain, for the ladder; the packet may not be kept any more. */
  label(chain: SegmentChain, frameNumber: number, text: string): void {
    const slot = this.slotOf(chain, frameNumber);
    if (slot === NONE) return;
    const before = this.labels.get(slot) ?? '';
    if (before.length < LABEL_JOIN_MAX) this.labels.set(slot, before === '' ? text : `${before}, ${text}`);
  }

  /** Gives a chain's slots back; the chain is empty afterwards. */
  release(chain: SegmentChain): void {
    let slot = chain.head;
    while (slot !== NONE) {
      const following = this.next[slot] as number;
      this.give(slot);
      slot = following;
    }
    chain.head = chain.tail = chain.headEnd = NONE;
    chain.length = 0;
  }

  /** The chain as plain records; sides[h] names half h. */
  read(chain: SegmentChain, sides: readonly [Side, Side]): Segment[] {
    const segments: Segment[] = [];
    for (let slot = chain.head; slot !== NONE; slot = this.next[slot] as number) {
      segments.push({
        frameNumber: this.frameNumber[slot] as number,
        tsUs: this.tsUs[slot] as number,
        from: sides[this.half[slot] as 0 | 1],
        flags: this.flags[slot] as number,
        seq: this.seq[slot] as number,
        ack: this.ack[slot] as number,
        window: this.window[slot] as number,
        payloadLen: this.payloadLen[slot] as number,
        ttl: this.ttl[slot] as number,
        ipId: this.ipId[slot] as number,
        label: this.labels.get(slot) ?? '',
      });
    }
    return segments;
  }

  /** The latest packet is the usual one. */
  private slotOf(chain: SegmentChain, frameNumber: number): number {
    if (chain.tail !== NONE && this.frameNumber[chain.tail] === frameNumber) return chain.tail;
    let slot = chain.head;
    while (slot !== NONE && this.frameNumber[slot] !== frameNumber) slot = this.next[slot] as number;
    return slot;
  }

  private dropMiddle(chain: SegmentChain): void {
    const dropped = this.next[chain.headEnd] as number;
    this.next[chain.headEnd] = this.next[dropped] as number;
    this.give(dropped);
    chain.length--;
    chain.omitted++;
  }

  private take(): number {
    if (this.free !== NONE) {
      const slot = this.free;
      this.free = this.next[slot] as number;
      return slot;
    }
    if (this.used === this.capacity) this.grow();
    return this.used++;
  }

  private give(slot: number): void {
    this.next[slot] = this.free;
    this.free = slot;
    if (this.labels.size > 0) this.labels.delete(slot);
  }

  private grow(): void {
    this.capacity *= 2;
    const bigger = <T extends Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array>(
      to: T,
      from: T,
    ): T => {
      to.set(from);
      return to;
    };
    this.frameNumber = bigger(new Float64Array(this.capacity), this.frameNumber);
    this.tsUs = bigger(new Float64Array(this.capacity), this.tsUs);
    this.seq = bigger(new Uint32Array(this.capacity), this.seq);
    this.ack = bigger(new Uint32Array(this.capacity), this.ack);
    this.payloadLen = bigger(new Uint32Array(this.capacity), this.payloadLen);
    this.ipId = bigger(new Int32Array(this.capacity), this.ipId);
    this.window = bigger(new Uint16Array(this.capacity), this.window);
    this.flags = bigger(new Uint8Array(this.capacity), this.flags);
    this.ttl = bigger(new Uint8Array(this.capacity), this.ttl);
    this.half = bigger(new Uint8Array(this.capacity), this.half);
    this.next = bigger(new Int32Array(this.capacity), this.next);
  }
}
