/** One share of a capture's connections: those that can explain a line or have lost something, and what the packets say of the hosts. */
import { causeOfHalfOpen, isHalfOpen, type LegInterest, Surroundings } from '@resetscope/diagnosis';
import { type Connection, FlowTracker, type ResetCounts, type Share, type TcpStream } from '@resetscope/flow';
import { AddressTexts, type FrameWindow, type Packet, PacketDecoder, TcpFlag } from '@resetscope/wire';
import { DecodeCounts } from './decode-counts.ts';
import { LegCandidates, type LegContent } from './leg-candidates.ts';
import { isSilentEnd, type SilentEnds } from './silent-ends.ts';

/** What the lines to be explained make worth keeping. Plain data: it passes between threads. */
export interface CaptureInterest {
  readonly silent: SilentEnds;
  readonly legs: LegInterest;
}

/** Plain data: it passes between threads. */
export interface ShareContent extends LegContent {
  readonly streams: readonly TcpStream[];
  readonly resets: Readonly<ResetCounts>;
  /** Cause -> connections that never became nginx's; they are counted and not kept. */
  readonly halfOpen: ReadonlyMap<string, number>;
  /** Packets of connections that had been over for a while. */
  readonly latePackets: number;
  /** For StreamNumbers; null when the share is the whole. */
  readonly firstFrames: Float64Array | null;
}

export class CaptureShare {
  /** Of the hosts, from all packets: the same in every share. Nothing of streams. */
  readonly surroundings: Surroundings = new Surroundings();
  /** Of the whole capture. */
  frames = 0;
  readonly others: DecodeCounts = new DecodeCounts();
  private readonly silent: SilentEnds;
  private readonly streams: TcpStream[] = [];
  private readonly halfOpen = new Map<string, number>();
  private readonly decoder = new PacketDecoder();
  private readonly texts = new AddressTexts();
  private readonly legs: LegCandidates;
  private readonly tracker: FlowTracker;

  constructor({ silent, legs }: CaptureInterest, share: Share) {
    this.silent = silent;
    this.legs = new LegCandidates(legs);
    const knowsSilent = silent.clients.size + silent.upstreams.size > 0;
    const canBeCase = (connection: Connection): boolean =>
      connection.endings.length === 0 ? knowsSilent : canExplain(connection);
    this.tracker = new FlowTracker({
      wanted: (connection) => canBeCase(connection) || this.legs.wants(connection),
      streamEnded: (stream) => this.keep(stream),
      responders: silent.named,
      share,
    });
  }

  /** Every frame of the capture, whosever share it is. */
  add(frame: FrameWindow): void {
    const { packet } = this.decoder;
    this.frames++;
    const outcome = this.decoder.decodeWindow(frame);
    if (outcome !== 'tcp') {
      this.others.note(outcome);
      return;
    }
    if ((packet.flags & (TcpFlag.SYN | TcpFlag.RST)) === TcpFlag.SYN) this.noteOpening(packet);
    this.tracker.add(packet);
  }

  end(): ShareContent {
    this.tracker.end();
    const { streams, halfOpen } = this;
    const { resets, latePackets, firstFrames } = this.tracker;
    return {
      streams,
      resets,
      halfOpen,
      latePackets,
      ...this.legs.content,
      firstFrames: firstFrames === null ? null : Float64Array.from(firstFrames),
    };
  }

  private keep(stream: TcpStream): void {
    if (this.legs.keep(stream)) return;
    if (isHalfOpen(stream)) {
      const cause = causeOfHalfOpen(stream, this.surroundings);
      this.halfOpen.set(cause, (this.halfOpen.get(cause) ?? 0) + 1);
    } else if (stream.endings.length > 0 || isSilentEnd(this.silent, stream)) this.streams.push(stream);
  }

  /** What is learnt of hosts from the packets that open connections: enough, and cheap. */
  private noteOpening(p: Packet): void {
    const from = this.texts.of(p.src0, p.src1, p.src2, p.src3);
    this.surroundings.noteTtl(from, p.ttl);
    if ((p.flags & TcpFlag.ACK) !== 0) this.surroundings.noteAccept({ address: from, port: p.srcPort });
    else this.surroundings.noteSyn(from, { address: this.texts.of(p.dst0, p.dst1, p.dst2, p.dst3), port: p.dstPort });
  }
}

/** Connections that ended otherwise than nginx is content with: a RST, or an end inside an exchange. */
function canExplain({ rstCount, conversation, endings }: Connection): boolean {
  if (rstCount > 0) return true;
  const exchange = conversation.current();
  const first = endings[0]?.before.exchange ?? null;
  return exchange === null || first === null || first.responseState !== 'complete' || first.requestState !== 'complete';
}
