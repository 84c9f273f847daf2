/**
 * A TCP connection told as a ladder diagram: each call is one packet, and the frames are what a capture would hold. Made for
 * tests of whatever reads captures; see StoryEnd for what each end can send.
 *
 *  const story = new TcpStory({ originator: '10.0.0.1:51000', responder: '10.0.0.2:80' }).handshake();
 *  story.originator.send('GET / HTTP/1.1\r\n\r\n');
 *  story.responder.ack();
 *  story.responder.rst();
 */
import { buildTcpFrame, type CapturedFrame, LinkType } from '@resetscope/wire';
import { type Stage, StoryEnd, type StoryEndOptions, type StorySegment } from './story-end.ts';

/** 2026-11-22 06:35:12 UTC. */
const START_US = 1_795_329_312_000_000;
/** Microseconds between a packet and the next, when the story does not wait. */
const STEP_US = 100;
/** RFC 9293 section 3.4.1: initial sequence numbers go up by one every 4 microseconds. */
const ISN_TICK_US = 4;

export interface TcpStoryOptions {
  /** `10.0.0.1:51000` or `[2001:db8::1]:51000`; both of one family. Sends the SYN. */
  readonly originator: string;
  readonly responder: string;
  readonly ends?: { readonly originator?: StoryEndOptions; readonly responder?: StoryEndOptions };
  /** Both ends use the timestamps option (RFC 7323). Default true. */
  readonly timestamps?: boolean;
  /** Time of the first packet, microseconds since the epoch. */
  readonly startUs?: number;
}

export class TcpStory implements Stage {
  readonly originator: StoryEnd;
  readonly responder: StoryEnd;
  readonly timestamps: boolean;
  readonly isnClock: number;
  nowUs: number;
  private readonly segments: StorySegment[] = [];

  constructor(options: TcpStoryOptions) {
    this.timestamps = options.timestamps ?? true;
    this.nowUs = options.startUs ?? START_US;
    this.isnClock = Math.floor((this.nowUs - START_US) / ISN_TICK_US);
    this.originator = new StoryEnd(options.originator, options.ends?.originator ?? {}, this);
    this.responder = new StoryEnd(options.responder, options.ends?.responder ?? {}, this);
    this.originator.meets(this.responder);
    this.responder.meets(this.originator);
  }

  /** SYN, SYN+ACK, ACK. */
  handshake(): this {
    this.originator.syn();
    this.responder.synAck();
    this.originator.ack();
    return this;
  }

  /** Capture time passes. */
  wait(ms: number): this {
    this.nowUs += ms * 1000;
    return this;
  }

  /** The capture does not hold these; the ends have received them all the same. */
  lose(...lost: readonly StorySegment[]): this {
    for (const segment of lost) this.segments.splice(this.placeOf(segment), 1);
    return this;
  }

  /** The capture holds these in the order given, in the places and at the times they have now. */
  reorder(...wanted: readonly StorySegment[]): this {
    const places = wanted.map((segment) => this.placeOf(segment)).sort((a, b) => a - b);
    const times = places.map((place) => this.segments[place]?.tsUs ?? 0);
    for (const [at, place] of places.entries()) {
      const segment = wanted[at];
      if (segment !== undefined) this.segments[place] = { ...segment, tsUs: times[at] ?? segment.tsUs };
    }
    return this;
  }

  /** Used by the ends. */
  add(segment: StorySegment): void {
    this.segments.push(segment);
    this.nowUs += STEP_US;
  }

  /** What the capture holds, Ethernet, whole packets, numbered from 1. @throws RangeError on addresses that are none. */
  get frames(): readonly CapturedFrame[] {
    return this.segments.map(({ spec, tsUs }, at) => {
      const bytes = buildTcpFrame(spec);
      return { frameNumber: at + 1, tsUs, linkType: LinkType.ETHERNET, wireLen: bytes.length, bytes };
    });
  }

  private placeOf(segment: StorySegment): number {
    const place = this.segments.findIndex(({ spec }) => spec === segment.spec);
    if (place === -1) throw new RangeError('expected a segment of this story that the capture holds');
    return place;
  }
}
