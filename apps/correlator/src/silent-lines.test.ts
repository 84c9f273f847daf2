/** Lines of nginx's and the kernel's timers, which no packet announces: live the answer is that of the offline analysis. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { analyse, type Incident, Surroundings } from '@resetscope/diagnosis';
import { FlowTracker, type TcpStream } from '@resetscope/flow';
import { IncidentStore } from '@resetscope/incidents';
import type { ResetJob } from '@resetscope/jobs';
import { createLogger } from '@resetscope/telemetry';
import { hasProgram, type RedisServer, startRedis, TcpStory } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { type CapturedFrame, PacketDecoder } from '@resetscope/wire';
import { Redis } from 'ioredis';
import { CorrelatorMetrics } from './correlator-metrics.ts';
import { JobHandler } from './job-handler.ts';
import { liveLine } from './live-lines.ts';
import { answeredVisit, jobOf, type LineParts, logText, ShopRing, START_US, visit } from './testing/shop.ts';

const PACE = { reachWaitMs: 20, notYetMs: 10, notYetStarts: 3, settleMs: 10, graceMs: 10 } as const;
const NOW = { addedAtMs: 0, started: 1 };
const BLOCK_US = 100_000;
/** When nginx writes the line; its stamp's second has begun. */
const WRITTEN_US = START_US + 10_000;
const GET = 'GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n';
const HALF = 'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nhello';
const UPSTREAM = { level: 'error', upstream: 'http://10.0.1.3:8080' } as const;
const TIMED_OUT = '(110: Connection timed out)';

interface Silence {
  readonly name: string;
  readonly stories: () => readonly TcpStory[];
  readonly line: LineParts;
  readonly cause: string;
  /** The connection's ends. */
  readonly stream: string;
}

/** Of nginx to its upstream, begun so long before the line. */
function toUpstream(port: number, beforeMs: number): TcpStory {
  const startUs = WRITTEN_US - beforeMs * 1000;
  return new TcpStory({ originator: `10.0.0.2:${port}`, responder: '10.0.1.3:8080', startUs });
}

/** What else nginx does at that upstream meanwhile. */
function busy(): readonly TcpStory[] {
  return [1, 2, 3].map((n) => {
    const story = toUpstream(51_000 + n, 40 * n).handshake();
    story.originator.send(`GET /other${n} HTTP/1.1\r\nHost: shop.test\r\n\r\n`);
    story.responder.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello');
    story.originator.ack();
    return story;
  });
}

function unanswered(): TcpStory {
  const story = toUpstream(50_000, 60_001).handshake();
  story.originator.send(GET);
  story.responder.ack();
  return story;
}

const CASES: readonly Silence[] = [
  {
    name: 'an upstream that did not answer: nginx closes behind its line',
    stories: () => {
      const story = unanswered().wait(60_001);
      story.originator.fin();
      story.responder.ack();
      return [story, ...busy()];
    },
    line: { ...UPSTREAM, message: `upstream timed out ${TIMED_OUT}`, action: 'reading response header from upstream' },
    cause: 'nginx-upstream-timeout-late-data',
    stream: '10.0.0.2:50000 10.0.1.3:8080',
  },
  {
    name: 'an upstream that did not open: SYNs, and no packet since the last',
    stories: () => {
      const story = toUpstream(50_000, 5_000);
      const syn = story.originator.syn();
      for (const ms of [1000, 2000]) story.wait(ms).originator.retransmit(syn);
      return [story, ...busy()];
    },
    line: { ...UPSTREAM, message: `upstream timed out ${TIMED_OUT}`, action: 'connecting to upstream' },
    cause: 'connect-timeout-blackhole',
    stream: '10.0.0.2:50000 10.0.1.3:8080',
  },
  {
    name: 'the same with the usual minute',
    stories: () => {
      const story = toUpstream(50_000, 60_001);
      const syn = story.originator.syn();
      for (const ms of [1000, 2000, 4000, 8000, 16_000]) story.wait(ms).originator.retransmit(syn);
      return [story, ...busy()];
    },
    line: { ...UPSTREAM, message: `upstream timed out ${TIMED_OUT}`, action: 'connecting to upstream' },
    cause: 'connect-timeout-blackhole',
    stream: '10.0.0.2:50000 10.0.1.3:8080',
  },
  {
    name: 'a host that was not reached',
    stories: () => {
      const story = toUpstream(50_000, 3_000);
      const syn = story.originator.syn();
      story.wait(1000).originator.retransmit(syn);
      return [story, ...busy()];
    },
    line: { ...UPSTREAM, message: 'connect() failed (113: No route to host)', action: 'connecting to upstream' },
    cause: 'icmp-unreachable-connect',
    stream: '10.0.0.2:50000 10.0.1.3:8080',
  },
  {
    name: 'a client that took no more of its answer',
    stories: () => {
      const story = visit({ port: 40_000, atUs: WRITTEN_US - START_US - 60_001_000 });
      story.originator.send(GET);
      story.responder.send(HALF);
      story.originator.ack({ window: 0 });
      story.wait(60_000).responder.fin();
      return [story, answeredVisit({ port: 40_001, target: '/b', atUs: -3000 })];
    },
    line: { message: `client timed out ${TIMED_OUT}`, action: 'sending response to client' },
    cause: 'unknown-rst',
    stream: '10.0.0.1:40000 10.0.0.2:80',
  },
  {
    name: 'a client that vanished: the kernel gave it up',
    stories: () => {
      const story = visit({ port: 40_000, atUs: WRITTEN_US - START_US - 20_000_000 });
      story.originator.send(GET);
      const answer = story.responder.send(HALF);
      for (const ms of [200, 400, 800, 1600, 3200, 6400]) story.wait(ms).responder.retransmit(answer);
      return [story, answeredVisit({ port: 40_001, target: '/b', atUs: -3000 })];
    },
    line: { message: `writev() failed ${TIMED_OUT}`, action: 'sending response to client' },
    cause: 'nginx-tcp-keepalive-timeout',
    stream: '10.0.0.1:40000 10.0.0.2:80',
  },
];

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('a line about silence', () => {
  let server: RedisServer;
  let redis: Redis;
  let store: IncidentStore;
  let handler: JobHandler;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis({ path: server.url.replace('unix:', ''), maxRetriesPerRequest: null });
    store = new IncidentStore(redis);
    const log = createLogger('correlator-test');
    log.level = 'silent';
    handler = new JobHandler({ redis, store, timezone: 'UTC', metrics: new CorrelatorMetrics(log), pace: PACE });
  });
  afterAll(async () => {
    await handler.close();
    redis.disconnect();
    await server.stop();
  });

  test.each(CASES.map((one, i) => ({ ...one, node: `web-${i}` })))(
    '$name',
    async ({ node, stories, line, cause, stream }) => {
      const frames = stories()
        .flatMap((story) => story.frames)
        .sort((a, b) => a.tsUs - b.tsUs);
      await fill(new ShopRing(redis, node, START_US - 100_000_000), frames);
      const job = jobOf(node, WRITTEN_US, logText(line));
      const offline = gistOf(analysed(job, frames));
      expect(offline).toMatchObject({ status: 'matched', cause, stream });
      await handler.handle(job, NOW);
      expect(gistOf((await store.get(job.id))?.incident)).toEqual(offline);
    },
  );
});

/** Blocks as the capture makes them, and some seconds more. */
async function fill(ring: ShopRing, frames: readonly CapturedFrame[]): Promise<void> {
  const blocks = new Map<number, CapturedFrame[]>();
  for (const frame of frames) {
    const block = Math.floor(frame.tsUs / BLOCK_US);
    blocks.set(block, [...(blocks.get(block) ?? []), frame]);
  }
  for (const [block, some] of blocks) await ring.append([{ frames: some }], (block + 1) * BLOCK_US);
  await ring.append([], WRITTEN_US + 10_000_000);
}

function analysed(job: ResetJob, frames: readonly CapturedFrame[]): Incident | undefined {
  const line = liveLine(job, 'UTC');
  if (line === null) throw new Error('not a log entry');
  const streams: TcpStream[] = [];
  const surroundings = new Surroundings();
  const tracker = new FlowTracker({ wanted: () => true, streamEnded: (stream) => streams.push(stream) });
  const decoder = new PacketDecoder();
  for (const frame of frames) if (decoder.decode(frame) === 'tcp') tracker.add(decoder.packet);
  tracker.end();
  for (const stream of streams) surroundings.noteStream(stream);
  const input = { surroundings, accessLog: null, clockOffsetUs: 0, lostPackets: null };
  return analyse({ ...input, lines: [{ ...line, readAtUs: null }], streams }).results[0]?.incident;
}

function gistOf(incident: Incident | undefined) {
  if (incident === undefined) return null;
  const { status, reason, leg, stream, cause, phase, outcome, harm } = incident;
  return {
    status,
    reason,
    leg,
    stream: stream && `${stream.originator} ${stream.responder}`,
    cause,
    phase,
    outcome,
    harm,
  };
}
