/** A small shop behind nginx: its connections as packets, its log as lines, its ring and its jobs. */
import { createResetJob, type ResetJob } from '@resetscope/jobs';
import { BlockBuilder, type Gap, MIN_RING_BYTES, RingWriter } from '@resetscope/ring';
import { TcpStory } from '@resetscope/testkit';
import { type CapturedFrame, FrameWindow } from '@resetscope/wire';
import type { Redis } from 'ioredis';

/** 2026-11-22 06:35:12 UTC. */
export const START_US = 1_795_329_312_000_000;

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';

export interface Visit {
  readonly port: number;
  readonly client?: string;
  readonly target?: string;
  /** Microseconds after START_US. */
  readonly atUs?: number;
}

/** A client opens a connection; what it does on it is up to the test. */
export function visit({ port, client = '10.0.0.1', atUs = 0 }: Visit): TcpStory {
  return new TcpStory({
    originator: `${client}:${port}`,
    responder: '10.0.0.2:80',
    startUs: START_US + atUs,
  }).handshake();
}

/** GET, 200, and the client resets the idle connection: 7 packets in 0.7 ms. */
export function answeredVisit(parts: Visit): TcpStory {
  const story = visit(parts);
  story.originator.send(`GET ${parts.target ?? '/a'} HTTP/1.1\r\nHost: shop.test\r\n\r\n`);
  story.responder.send(OK);
  story.originator.ack();
  story.originator.rst();
  return story;
}

/** nginx asks the upstream 10.0.1.3:8080 on a new connection. */
export function upstreamRequest(port: number, atUs: number): TcpStory {
  const story = new TcpStory({ originator: `10.0.0.2:${port}`, responder: '10.0.1.3:8080', startUs: START_US + atUs });
  story.handshake().originator.send('GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n');
  story.responder.ack();
  return story;
}

/** Time of the last packet, microseconds since the epoch. */
export function endOf(story: { readonly frames: readonly CapturedFrame[] }): number {
  return story.frames.at(-1)?.tsUs ?? 0;
}

/** The ring of one node, as the capture fills it. */
export class ShopRing {
  private readonly writer: RingWriter;

  constructor(redis: Redis, node: string, startUs: number = START_US - 10_000_000) {
    this.writer = new RingWriter(redis, node, { maxBytes: MIN_RING_BYTES, maxAgeUs: 3_600_000_000 }, startUs);
  }

  /** One block with the packets of the stories in order of time; the ring reaches to `untilUs` then. */
  async append(
    stories: readonly { readonly frames: readonly CapturedFrame[] }[],
    untilUs: number,
    gaps: readonly Gap[] = [],
  ): Promise<void> {
    const builder = new BlockBuilder();
    const frames = stories.flatMap((story) => story.frames).sort((a, b) => a.tsUs - b.tsUs);
    for (const frame of frames) {
      const outcome = builder.add(FrameWindow.of(frame), 1);
      if (outcome !== 'stored') throw new Error(`expected every frame to fit in a block, got ${outcome}`);
    }
    await this.writer.append({ block: builder.seal(), newestUs: untilUs, gaps });
  }
}

/** What a line of the shop's log says; the rest is nginx's usual text. */
export interface LineParts {
  readonly level?: 'info' | 'error';
  readonly message?: string;
  readonly action?: string;
  readonly connectionNumber?: number;
  readonly client?: string;
  readonly target?: string;
  readonly upstream?: string;
  /** Local time of the stamp, UTC. */
  readonly stamp?: string;
}

export function logText(parts: LineParts = {}): string {
  const { level = 'info', connectionNumber = 3, client = '10.0.0.1', target = '/a' } = parts;
  const { message = 'recv() failed (104: Connection reset by peer)', action = 'sending to client' } = parts;
  const { stamp = '2026/11/22 06:35:12', upstream } = parts;
  const while_ = action === '' ? '' : ` while ${action}`;
  const tail = upstream === undefined ? '' : `, upstream: "${upstream}${target}"`;
  return (
    `${stamp} [${level}] 7#7: *${connectionNumber} ${message}${while_}, client: ${client}, server: shop.test, ` +
    `request: "GET ${target} HTTP/1.1"${tail}, host: "shop.test"`
  );
}

let offset = 0;

/** The job of a line that the tailer read at `readAtUs`; each call is another place in the log. */
export function jobOf(node: string, readAtUs: number, text: string): ResetJob {
  offset += 1000;
  const bytes = new TextEncoder().encode(text);
  return createResetJob({
    node,
    fileId: 'shop',
    file: '/var/log/nginx/error.log',
    offset,
    bytes,
    readAtUs,
    unwrittenAtUs: null,
    kind: 'reset-recv',
  });
}
