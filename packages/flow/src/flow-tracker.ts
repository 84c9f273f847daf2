/**
 * Tells the connections of a capture apart and follows each one. Packets come in capture order; a connection is handed
 * over once: when it has been over and silent for a while (so that late packets belong to it), when its ports are used
 * again, or at the end of the capture. Streams are counted as tshark's tcp.stream counts them: by first packet, from 0.
 */
import { type Packet, TcpFlag } from '@resetscope/wire';
import { Connection, Shared } from './connection.ts';
import { ExpiryQueue } from './expiry-queue.ts';
import { FlowTable } from './flow-table.ts';
import { packetHash, senderIn } from './four-tuple.ts';
import type { PayloadHints } from './payload.ts';
import { Remains } from './remains.ts';
import { isInShare, type Share, WHOLE } from './share.ts';
import { snapshot } from './snapshot.ts';
import type { TcpStream } from './tcp-stream.ts';

/** Capture time that a reset connection is kept after its last packet, and that late packets of any connection are known: Linux TIME_WAIT (60 s). */
const LINGER_US = 60_000_000;
/** The same for a wanted connection that both sides closed in order (Zeek's tcp_close_delay, 5 s). */
const CLOSED_LINGER_US = 5_000_000;

/** A connection that did not open is kept this long after its last packet: Linux sends its last SYN 63 s after the first and gives up after 127 s (tcp_syn_retries 6). */
const ATTEMPT_US = 130_000_000;

/** Capture time between two looks for connections that are due to leave. */
const LOOK_US = 100_000;

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
  /** Asked once per connection, when it is closed in order or leaves; false: nobody needs its TcpStream. */
  readonly wanted: (connection: Connection) => boolean;
  readonly streamEnded: (stream: TcpStream) => void;
  /** `address port` of ends known to answer, for connections whose beginning was not captured. Default: none. */
  readonly responders?: ReadonlySet<string>;
  /** Packets of other shares are passed over; streams then have the share's own numbers. Default: all packets. */
  readonly share?: Share;
}

export class FlowTracker {
  readonly resets: ResetCounts = { total: 0, handshake: 0, closing: 0 };
  /** Connections seen so far. */
  streams = 0;
  /** Packets of connections that had left; part of no TcpStream. */
  latePackets = 0;
  /** Of every stream of a share, for StreamNumbers; null for the whole. */
  readonly firstFrames: number[] | null;
  private readonly table = new FlowTable<Connection | Remains>();
  private readonly shared: Shared;
  private readonly options: FlowOptions;
  private readonly share: Share;
  /** Of the packet before: packets come in trains. */
  private latest: Connection | null = null;
  private readonly closed = new ExpiryQueue<Connection>(CLOSED_LINGER_US);
  private readonly reset = new ExpiryQueue<Connection>(LINGER_US);
  private readonly remains = new ExpiryQueue<Remains>(LINGER_US);
  /** When to look for what is due. */
  private lookUs = 0;
  /** When to look for attempts that have failed; no queue, which would hold every connection that long. */
  private sweepUs = 0;

  constructor(options: FlowOptions) {
    this.options = options;
    this.shared = new Shared(options.responders);
    this.share = options.share ?? WHOLE;
    this.firstFrames = this.share.of === 1 ? null : [];
  }

  add(packet: Packet, hints: PayloadHints | null = null): void {
    this.expire(packet.tsUs);
    const { latest } = this;
    const from = latest === null ? null : senderIn(latest.tuple, packet);
    if (latest === null || from === null || latest.isReusedBy(packet, from)) this.addAny(packet, hints);
    else this.follow(latest, packet, from, hints);
  }

  private addAny(packet: Packet, hints: PayloadHints | null): void {
    const hash = packetHash(packet);
    if (!isInShare(hash, this.share)) return;
    let found = this.table.find(packet, hash);
    let from: 0 | 1 = 0;
    if (found !== null) {
      from = senderIn(found.tuple, packet) ?? 0;
      if (found.isReusedBy(packet, from)) {
        this.remove(found);
        found = null;
        from = 0;
      }
    }
    if (found instanceof Remains) this.noteLate(packet);
    else this.follow(found ?? this.begin(packet), packet, from, hints);
  }

  /** The capture has ended: hands over every connection that is left. */
  end(): void {
    for (const left of this.table) if (left instanceof Connection) this.handOver(left);
    this.table.clear();
    this.latest = null;
  }

  private follow(connection: Connection, packet: Packet, from: 0 | 1, hints: PayloadHints | null): void {
    this.latest = connection;
    if ((packet.flags & TcpFlag.RST) !== 0) this.countReset(connection, from);
    connection.add(packet, from, hints);
    if (!connection.isAwaited && connection.isOver) this.over(connection, packet.tsUs);
  }

  /** What nobody wants of a connection that both sides closed in order leaves at once: nothing of interest follows. */
  private over(connection: Connection, nowUs: number): void {
    connection.isAwaited = true;
    if (connection.rstCount > 0) this.reset.add(connection, nowUs);
    else if (this.isWanted(connection)) this.closed.add(connection, nowUs);
    else this.bury(connection, nowUs);
  }

  private begin(packet: Packet): Connection {
    const connection = new Connection(this.streams++, packet, this.shared);
    this.firstFrames?.push(packet.frameNumber);
    this.table.add(connection);
    return connection;
  }

  private noteLate({ flags }: Packet): void {
    this.latePackets++;
    if ((flags & TcpFlag.RST) === 0) return;
    this.resets.total++;
    this.resets.closing++;
  }

  private remove(gone: Connection | Remains): void {
    if (gone === this.latest) this.latest = null;
    if (this.table.remove(gone) && gone instanceof Connection) this.handOver(gone);
  }

  private isWanted(connection: Connection): boolean {
    connection.isWanted ??= this.options.wanted(connection);
    return connection.isWanted;
  }

  private handOver(connection: Connection): void {
    const { log } = this.shared;
    if (this.isWanted(connection)) this.options.streamEnded(snapshot(connection, log));
    log.release(connection.segments);
  }

  /** Capture time goes back where captures come out of order and where a packet has a clock of its own. */
  private expire(nowUs: number): void {
    if (nowUs < this.lookUs) {
      // One packet may lie: only when the next ones come from there too, time has gone back.
      if (nowUs < this.lookUs - LOOK_US) this.lookUs = nowUs + LOOK_US;
      return;
    }
    this.lookUs = nowUs + LOOK_US;
    this.retireDue(this.closed, nowUs);
    this.retireDue(this.reset, nowUs);
    if (nowUs >= this.sweepUs || nowUs < this.sweepUs - ATTEMPT_US) this.sweep(nowUs);
    for (let gone = this.remains.takeDue(nowUs); gone !== null; gone = this.remains.takeDue(nowUs)) this.remove(gone);
  }

  private retireDue(queue: ExpiryQueue<Connection>, nowUs: number): void {
    for (let over = queue.takeDue(nowUs); over !== null; over = queue.takeDue(nowUs)) this.retire(over, nowUs);
  }

  /** A connection that is over leaves when it has been silent. */
  private retire(over: Connection, nowUs: number): void {
    if (!this.table.has(over)) return; // its ports were used again
    const isReset = over.rstCount > 0;
    if (Math.abs(nowUs - over.lastUs) < (isReset ? LINGER_US : CLOSED_LINGER_US)) {
      (isReset ? this.reset : this.closed).add(over, nowUs);
      return;
    }
    if (isReset) this.remove(over);
    else this.bury(over, nowUs);
  }

  /** A connection that has not opened by now does not open any more: a scan must not fill the memory. */
  private sweep(nowUs: number): void {
    this.sweepUs = nowUs + ATTEMPT_US;
    const failed: Connection[] = [];
    for (const kept of this.table)
      if (kept instanceof Connection && !kept.wasOpen && !kept.isAwaited && Math.abs(nowUs - kept.lastUs) >= ATTEMPT_US)
        failed.push(kept);
    for (const connection of failed) this.bury(connection, nowUs);
  }

  /** Hands a connection over; what it leaves behind knows its late packets. */
  private bury(gone: Connection, nowUs: number): void {
    this.remove(gone);
    const left = new Remains(gone);
    this.table.add(left);
    this.remains.add(left, nowUs);
  }

  private countReset(connection: Connection, from: 0 | 1): void {
    this.resets.total++;
    if (connection.halves[from].finOffset >= 0) this.resets.closing++;
    else if (connection.halves[0].sent === 0 && connection.halves[1].sent === 0) this.resets.handshake++;
  }
}
