/**
 * Tells the connections of a capture apart and follows each one. Packets come in capture order; a connection is handed
 * over once: when it has been over and silent for a while (so that late packets belong to it), when its ports are used
 * again, or at the end of the capture. Streams are counted as tshark's tcp.stream counts them: by first packet, from 0.
 */
import { type Packet, TcpFlag } from '@resetscope/wire';
import { Connection } from './connection.ts';
import { type FourTuple, packetHash, senderIn, tupleHash, tupleOf } from './four-tuple.ts';
import type { PayloadHints } from './payload.ts';
import { SegmentLog } from './segment-log.ts';
import { snapshot } from './snapshot.ts';
import type { TcpStream } from './tcp-stream.ts';

/** Capture time that a connection is kept after its end: Linux TIME_WAIT (60 s). */
const LINGER_US = 60_000_000;
/** Entries of the waiting line that may be stale before it is copied (chosen). */
const STALE_MAX = 4096;

/** RST frames, by what the connection had seen before them. */
export interface ResetCounts {
  /** Every RST frame. */
  total: number;
  /** Of these: no payload in either direction before it, nor a FIN of its sender. */
  handshake: number;
  /** Of these: after the sender's own FIN. */
  closing: number;
}

export interface FlowOptions {
  /** Called once per connection; false: nobody needs its TcpStream. */
  readonly wanted: (connection: Connection) => boolean;
  readonly streamEnded: (stream: TcpStream) => void;
}

interface Tracked {
  readonly connection: Connection;
  readonly tuple: FourTuple;
  /** Next connection with the same hash. */
  next: Tracked | null;
  /** It is over, and waits to be handed over or has been. */
  isQueued: boolean;
  isHandedOver: boolean;
}

export class FlowTracker {
  readonly resets: ResetCounts = { total: 0, handshake: 0, closing: 0 };
  /** Connections seen so far. */
  streams = 0;
  private readonly table = new Map<number, Tracked>();
  private readonly log = new SegmentLog();
  private readonly options: FlowOptions;
  /** Connections that are over, by when to look at them again. */
  private readonly closing: { readonly at: number; readonly tracked: Tracked }[] = [];
  private closingFrom = 0;

  constructor(options: FlowOptions) {
    this.options = options;
  }

  add(packet: Packet, hints: PayloadHints | null = null): void {
    const hash = packetHash(packet);
    let tracked = this.find(hash, packet);
    let from: 0 | 1 = tracked === null ? 0 : (senderIn(tracked.tuple, packet) ?? 0);
    if (tracked?.connection.isReusedBy(packet, from)) {
      this.remove(hash, tracked);
      tracked = null;
      from = 0;
    }
    tracked ??= this.begin(hash, packet);
    if ((packet.flags & TcpFlag.RST) !== 0) this.countReset(tracked.connection, from);
    tracked.connection.add(packet, from, hints);
    if (tracked.connection.isOver && !tracked.isQueued) {
      tracked.isQueued = true;
      this.closing.push({ at: packet.tsUs + LINGER_US, tracked });
    }
    this.expire(packet.tsUs);
  }

  /** The capture has ended: hands over every connection that is left. */
  end(): void {
    for (const first of this.table.values())
      for (let t: Tracked | null = first; t !== null; t = t.next) this.handOver(t);
    this.table.clear();
  }

  private begin(hash: number, packet: Packet): Tracked {
    const connection = new Connection(this.streams++, packet, this.log);
    const next = this.table.get(hash) ?? null;
    const tracked: Tracked = { connection, tuple: tupleOf(packet), next, isQueued: false, isHandedOver: false };
    this.table.set(hash, tracked);
    return tracked;
  }

  private find(hash: number, packet: Packet): Tracked | null {
    let tracked = this.table.get(hash) ?? null;
    while (tracked !== null && senderIn(tracked.tuple, packet) === null) tracked = tracked.next;
    return tracked;
  }

  private remove(hash: number, gone: Tracked): void {
    const first = this.table.get(hash);
    if (first !== gone) {
      for (let t = first ?? null; t !== null; t = t.next) if (t.next === gone) t.next = gone.next;
    } else if (gone.next === null) this.table.delete(hash);
    else this.table.set(hash, gone.next);
    this.handOver(gone);
  }

  private handOver(tracked: Tracked): void {
    const { connection, tuple } = tracked;
    if (this.options.wanted(connection)) this.options.streamEnded(snapshot(connection, tuple, this.log));
    this.log.release(connection.segments);
    tracked.isHandedOver = true;
  }

  private expire(nowUs: number): void {
    for (let head = this.closing[this.closingFrom]; head !== undefined; head = this.closing[this.closingFrom]) {
      if (head.at > nowUs) break;
      this.closingFrom++;
      const { tracked } = head;
      if (tracked.isHandedOver) continue;
      if (tracked.connection.lastUs + LINGER_US > nowUs) this.closing.push({ at: nowUs + LINGER_US, tracked });
      else this.remove(tupleHash(tracked.tuple), tracked);
    }
    if (this.closingFrom > STALE_MAX) {
      this.closing.splice(0, this.closingFrom);
      this.closingFrom = 0;
    }
  }

  private countReset(connection: Connection, from: 0 | 1): void {
    this.resets.total++;
    if (connection.halves[from].finOffset >= 0) this.resets.closing++;
    else if (connection.halves[0].sent === 0 && connection.halves[1].sent === 0) this.resets.handshake++;
  }
}
