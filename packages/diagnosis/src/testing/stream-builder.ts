/** A connection told in one expression: a TcpStory, decoded and tracked as a capture would be. */
import { FlowTracker, otherSide, type Side, type TcpStream } from '@resetscope/flow';
import { type StoryEnd, type Oddity as StoryOddity, type StorySegment, TcpStory } from '@resetscope/testkit';
import { PacketDecoder } from '@resetscope/wire';

/** 2026-11-22 06:35:12 UTC. */
export const START_US = 1_795_329_312_000_000;

export interface StreamEnds {
  readonly client?: string;
  readonly clientPort?: number;
  readonly server?: string;
  readonly serverPort?: number;
  /** tcp.stream. */
  readonly index?: number;
  readonly startUs?: number;
}

/** What is unusual about a packet. */
export interface Oddity {
  readonly window?: number;
  readonly ttl?: number;
  readonly ipId?: number;
  /** Relative to the initial sequence number of the sender, and of the receiver. */
  readonly seq?: number;
  readonly ack?: number;
  readonly withoutTimestamps?: boolean;
}

export class StreamBuilder {
  private readonly story: TcpStory;
  private readonly index: number;
  /** What each side sent last and can send again. */
  private readonly sent: Partial<Record<Side, StorySegment>> = {};

  constructor(ends: StreamEnds = {}) {
    const { client = '10.0.0.1', clientPort = 40_000, server = '10.0.0.2', serverPort = 80 } = ends;
    const startUs = ends.startUs ?? START_US;
    this.story = new TcpStory({ originator: `${client}:${clientPort}`, responder: `${server}:${serverPort}`, startUs });
    this.index = ends.index ?? 0;
  }

  wait(us: number): this {
    this.story.wait(us / 1000);
    return this;
  }

  syn(): this {
    this.sent.originator = this.story.originator.syn();
    return this;
  }

  synAck(): this {
    this.sent.responder = this.story.responder.synAck();
    return this;
  }

  /** The three-way handshake. */
  open(): this {
    this.story.handshake();
    return this;
  }

  send(from: Side, payload: string | Uint8Array): this {
    this.sent[from] = this.story[from].send(payload);
    return this;
  }

  /** Sends its last SYN or payload again. */
  again(from: Side, times = 1): this {
    const last = this.sent[from];
    if (last === undefined) throw new Error(`the ${from} has sent nothing yet`);
    for (let i = 0; i < times; i++)
      this.story
        .wait(200)
        .wait(200 * i)
        [from].retransmit(last);
    return this;
  }

  ack(from: Side, oddity: Oddity = {}): this {
    this.story[from].ack(this.oddityOf(from, oddity));
    return this;
  }

  fin(from: Side): this {
    this.story[from].fin();
    return this;
  }

  /** RST+ACK of a live socket. */
  rst(from: Side, oddity: Oddity = {}): this {
    this.story[from].rst(this.oddityOf(from, oddity));
    return this;
  }

  /** Bare RST of a host without such a socket. */
  bareRst(from: Side, oddity: Oddity = {}): this {
    this.story[from].statelessRst(this.oddityOf(from, oddity));
    return this;
  }

  /** A closed port's answer to the SYN. */
  refuse(ttl = 64): this {
    this.story.responder.refuse({ ttl });
    return this;
  }

  /** A request and the response to it, acknowledged. */
  exchange(request: string, response: string): this {
    return this.send('originator', request).ack('responder').send('responder', response).ack('originator');
  }

  /** The stream as the tracker hands it over. */
  build(): TcpStream {
    const streams: TcpStream[] = [];
    const tracker = new FlowTracker({ wanted: () => true, streamEnded: (stream) => streams.push(stream) });
    const decoder = new PacketDecoder();
    for (const frame of this.story.frames) if (decoder.decode(frame) === 'tcp') tracker.add(decoder.packet);
    tracker.end();
    const [stream] = streams;
    if (stream === undefined || streams.length > 1) throw new Error(`expected one stream, got ${streams.length}`);
    return { ...stream, index: this.index };
  }

  private oddityOf(from: Side, { seq, ack, withoutTimestamps, ...rest }: Oddity): StoryOddity {
    const absolute = (end: StoryEnd, relative: number): number => (end.isn + relative) >>> 0;
    const peer = this.story[otherSide(from)];
    return {
      ...rest,
      ...(seq === undefined ? {} : { seq: absolute(this.story[from], seq) }),
      ...(ack === undefined ? {} : { ack: absolute(peer, ack) }),
      ...(withoutTimestamps === true ? { options: [] } : {}),
    };
  }
}
