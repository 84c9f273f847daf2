/**
 * One end of a TcpStory: it knows its sequence numbers and habits and puts packets on the stage. It behaves like Linux
 * (rst-causes section 0, fact 4) unless told otherwise, and judges nothing that it is told to send.
 */
import { TcpFlag, type TcpFrameSpec, type TcpOption } from '@resetscope/wire';

const { SYN, ACK, PSH, FIN, RST } = TcpFlag;

/** MSS of Ethernet, RFC 9293 section 3.7.1; shift of Linux with default buffers. */
const SYN_OPTIONS: readonly TcpOption[] = [
  { kind: 'mss', value: 1460 },
  { kind: 'sack-permitted' },
  { kind: 'window-scale', shift: 7 },
];

export interface StoryEndOptions {
  /** Initial sequence number; near 2^32 for a story that wraps. Default: by port and start, so that ports used again differ. */
  readonly isn?: number;
  /** TTL or hop limit of its packets. Default 64. */
  readonly ttl?: number;
  /** As sent, before scaling. Default 502. */
  readonly window?: number;
  /** IP ID of its first packet; IPv4 only. */
  readonly ipId?: number;
}

/** What a packet has instead of what the story would give it. */
export type Oddity = Partial<Pick<TcpFrameSpec, 'flags' | 'seq' | 'ack' | 'window' | 'ttl' | 'ipId' | 'options'>>;

/** One packet of the story. */
export interface StorySegment {
  readonly from: StoryEnd;
  readonly tsUs: number;
  readonly spec: TcpFrameSpec;
}

/** What an end asks of the story it is in. */
export interface Stage {
  readonly nowUs: number;
  readonly timestamps: boolean;
  /** How far initial sequence numbers have come by the story's start. */
  readonly isnClock: number;
  add(segment: StorySegment): void;
}

/** One end of the connection. What it sends the other end receives, also when the capture loses it. */
export class StoryEnd {
  readonly address: string;
  readonly port: number;
  readonly isn: number;
  ttl: number;
  window: number;
  /** SND.NXT and RCV.NXT, RFC 9293 section 3.3.1. */
  sndNxt: number;
  rcvNxt = 0;
  /** Acknowledgment number it has sent last; what a host without the socket copies into its RST. */
  lastAck = 0;
  private ipId: number;
  private lastTsval = 0;
  private peerTsval = 0;
  private peer: StoryEnd | null = null;
  private readonly stage: Stage;

  constructor(endpoint: string, options: StoryEndOptions, stage: Stage) {
    const colon = endpoint.lastIndexOf(':');
    this.address = endpoint.slice(0, colon).replace(/^\[|\]$/g, '');
    this.port = Number(endpoint.slice(colon + 1));
    this.isn = options.isn ?? (1_000_000 + this.port + stage.isnClock) >>> 0;
    this.sndNxt = this.isn;
    this.ttl = options.ttl ?? 64;
    this.window = options.window ?? 502;
    this.ipId = (options.ipId ?? 20_000 + this.port) & 0xffff;
    this.stage = stage;
  }

  /** Who its packets go to: the story says it once. */
  meets(peer: StoryEnd): void {
    this.peer = peer;
  }

  syn(oddity: Oddity = {}): StorySegment {
    return this.put(SYN, new Uint8Array(0), { options: [...SYN_OPTIONS, ...this.timestampOption()], ...oddity });
  }

  synAck(oddity: Oddity = {}): StorySegment {
    return this.syn({ flags: SYN | ACK, ack: this.rcvNxt, ...oddity });
  }

  /** Acknowledges everything received. */
  ack(oddity: Oddity = {}): StorySegment {
    return this.put(ACK, new Uint8Array(0), oddity);
  }

  /** One segment, however long. Text is latin1. push: default true. */
  send(data: string | Uint8Array, oddity: Oddity & { readonly push?: boolean } = {}): StorySegment {
    const { push = true, ...rest } = oddity;
    return this.put(push ? PSH | ACK : ACK, bytesOf(data), rest);
  }

  /** FIN, on a segment with payload when there is any. */
  fin(data: string | Uint8Array = '', oddity: Oddity = {}): StorySegment {
    const bytes = bytesOf(data);
    return this.put(bytes.length > 0 ? FIN | PSH | ACK : FIN | ACK, bytes, oddity);
  }

  /** The socket aborts: RST+ACK at SND.NXT with window, timestamps and the flow's next IP ID. */
  rst(oddity: Oddity = {}): StorySegment {
    return this.put(RST | ACK, new Uint8Array(0), oddity);
  }

  /** The host has no such socket: bare RST, seq copied from the other side's last ACK, nothing else. */
  statelessRst(oddity: Oddity = {}): StorySegment {
    const seq = this.peer?.lastAck ?? 0;
    return this.put(RST, new Uint8Array(0), { seq, ack: 0, window: 0, ipId: 0, options: [], ...oddity });
  }

  /** Nothing listens: the answer to a SYN. */
  refuse(oddity: Oddity = {}): StorySegment {
    return this.put(RST | ACK, new Uint8Array(0), { seq: 0, window: 0, ipId: 0, options: [], ...oddity });
  }

  /** The same payload and numbers again, now. */
  retransmit(segment: StorySegment): StorySegment {
    const { flags, seq = 0, payload = new Uint8Array(0) } = segment.spec;
    return this.put(flags, payload, { seq });
  }

  private put(flags: number, payload: Uint8Array, oddity: Oddity): StorySegment {
    const peer = this.peer ?? this;
    const spec: TcpFrameSpec = {
      src: this.address,
      dst: peer.address,
      srcPort: this.port,
      dstPort: peer.port,
      flags,
      seq: this.sndNxt,
      ack: (flags & ACK) === 0 ? 0 : this.rcvNxt,
      window: this.window,
      ttl: this.ttl,
      ipId: oddity.ipId ?? this.nextIpId(),
      options: oddity.options ?? this.timestampOption(),
      payload,
      ...oddity,
    };
    const segment: StorySegment = { from: this, tsUs: this.stage.nowUs, spec };
    this.stage.add(segment);
    this.sent(spec);
    peer.received(spec, this.lastTsval);
    return segment;
  }

  private sent({ flags, seq = 0, ack = 0, payload }: TcpFrameSpec): void {
    if ((flags & ACK) !== 0) this.lastAck = ack;
    const end = endOf(seq, flags, payload);
    if (((end - this.sndNxt) | 0) > 0) this.sndNxt = end;
  }

  private received({ flags, seq = 0, payload }: TcpFrameSpec, tsval: number): void {
    this.peerTsval = tsval;
    if ((flags & SYN) !== 0) this.rcvNxt = seq;
    if ((flags & RST) === 0 && seq === this.rcvNxt) this.rcvNxt = endOf(seq, flags, payload);
  }

  private nextIpId(): number {
    this.ipId = (this.ipId + 1) & 0xffff;
    return this.ipId;
  }

  /** One tick a millisecond, as Linux. */
  private timestampOption(): readonly TcpOption[] {
    if (!this.stage.timestamps) return [];
    this.lastTsval = Math.floor(this.stage.nowUs / 1000) >>> 0;
    return [{ kind: 'timestamps', tsval: this.lastTsval, tsecr: this.peerTsval }];
  }
}

function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === 'string' ? Uint8Array.from(data, (c) => c.charCodeAt(0)) : data;
}

/** The sequence number after a segment: SYN and FIN take one each. */
function endOf(seq: number, flags: number, payload: Uint8Array = new Uint8Array(0)): number {
  return (seq + payload.length + ((flags & SYN) !== 0 ? 1 : 0) + ((flags & FIN) !== 0 ? 1 : 0)) >>> 0;
}
