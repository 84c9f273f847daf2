import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { hasProgram, makeTempDir, TcpStory } from '@resetscope/testkit';
import { testIf } from '@resetscope/testkit/jest';
import { LinkType, PacketDecoder, TcpFlag, writePcap } from '@resetscope/wire';
import fc from 'fast-check';
import { follow, merged, storyOf } from '../test-data/follow.ts';
import type { Connection } from './connection.ts';
import { FlowTracker } from './flow-tracker.ts';
import { packetHash } from './four-tuple.ts';
import type { TcpStream } from './tcp-stream.ts';

const GET = 'GET / HTTP/1.1\r\n\r\n';
const MINUTE_MS = 60_000;

const storyAt = (port: number, startUs = 0): TcpStory =>
  new TcpStory({ originator: `10.0.0.1:${port}`, responder: '10.0.0.2:80', startUs });

/** Index and originator's port of each stream. */
const ports = (streams: readonly TcpStream[]): readonly string[] =>
  streams.map((s) => `${s.index} ${s.originator.port}`);

describe('streams', () => {
  test('are numbered by first packet, whatever happens between', () => {
    const stories = [storyAt(3001, 0), storyAt(3002, 150), storyAt(3003, 250)];
    for (const story of stories) story.handshake().originator.send(GET);
    const { streams } = follow(merged(...stories));
    expect(ports(streams)).toEqual(['0 3001', '1 3002', '2 3003']);
    expect(streams.map((s) => s.halves.originator.payloadBytes)).toEqual([18, 18, 18]);
  });

  test('of many connections with few hash buckets between them keep apart', () => {
    const stories = Array.from({ length: 2000 }, (_, at) => storyAt(2000 + at, at));
    for (const story of stories) story.handshake();
    const { streams } = follow(merged(...stories));
    expect(ports(streams)).toEqual(stories.map((story, at) => `${at} ${story.originator.port}`));
    expect(streams.every((s) => s.history === 'ShA')).toBe(true);
  });

  test('with equal hashes keep apart, also when one of them leaves', () => {
    const [a, b] = twoWithEqualHashes();
    const stories = [a, b].map((originator, at) => new TcpStory({ originator, responder: '10.0.0.2:80', startUs: at }));
    for (const story of stories) story.handshake();
    for (const story of stories) story.originator.syn({ seq: 9 });
    for (const story of [...stories].reverse()) story.responder.ack();
    const { streams } = follow(merged(...stories));
    expect(streams.map((s) => `${s.originator.address}:${s.originator.port} ${s.history}`)).toEqual([
      `${a} ShA`,
      `${b} ShA`,
      `${a} Sa`,
      `${b} Sa`,
    ]);
  });

  test('both directions between two hosts with swapped ports are two', () => {
    const there = new TcpStory({ originator: '10.0.0.1:5000', responder: '10.0.0.2:6000', startUs: 0 }).handshake();
    const back = new TcpStory({ originator: '10.0.0.2:5000', responder: '10.0.0.1:6000', startUs: 1 }).handshake();
    expect(follow(merged(there, back)).streams).toHaveLength(2);
  });
});

/** As tshark 4.0 decides it. */
describe('ports used again', () => {
  test.each<{ name: string; streams: number; tell: (story: TcpStory) => unknown }>([
    { name: 'a SYN with another number', streams: 2, tell: (s) => [s.handshake(), s.originator.syn({ seq: 9 })] },
    {
      name: 'after a FIN as well',
      streams: 2,
      tell: (s) => [s.handshake().originator.fin(), s.originator.syn({ seq: 9 })],
    },
    { name: 'the same SYN again', streams: 1, tell: (s) => [s.originator.syn(), s.originator.syn({ seq: 1000 })] },
    {
      name: 'the same SYN after a reset',
      streams: 1,
      tell: (s) => [s.originator.syn(), s.responder.refuse(), s.originator.syn({ seq: 1000 })],
    },
    { name: 'a SYN of the other end', streams: 1, tell: (s) => [s.originator.syn(), s.responder.syn()] },
    { name: 'a SYN+ACK with another number', streams: 1, tell: (s) => [s.handshake(), s.responder.synAck({ seq: 9 })] },
    {
      name: 'a SYN that fits a stray ACK of the other end',
      streams: 1,
      tell: (s) => [s.responder.ack({ ack: 1001 }), s.originator.syn({ seq: 1000 })],
    },
    {
      name: 'a SYN that does not',
      streams: 2,
      tell: (s) => [s.responder.ack({ ack: 1001 }), s.originator.syn({ seq: 1001 })],
    },
    {
      name: 'a SYN after a stray RST',
      streams: 2,
      tell: (s) => [s.originator.statelessRst({ seq: 1000 }), s.originator.syn({ seq: 1000 })],
    },
  ])('$name: $streams', ({ streams, tell }) => {
    const story = storyOf();
    tell(story);
    expect(follow(story.frames).streams).toHaveLength(streams);
  });

  test('late packets of the old connection belong to the new one, as in tshark', () => {
    const story = storyOf().handshake();
    story.originator.syn({ seq: 9 });
    story.responder.ack();
    const { streams } = follow(story.frames);
    expect(streams.map((s) => [s.index, s.history])).toEqual([
      [0, 'ShA'],
      [1, 'Sa'],
    ]);
  });
});

testIf(hasProgram('tshark'), 'needs tshark')(
  'tshark tells streams apart in the same way, for random segments',
  async () => {
    const { SYN, ACK, PSH, FIN, RST } = TcpFlag;
    const segment = fc.record({
      isReply: fc.nat(2).map((n) => n === 0),
      flags: fc.constantFrom(SYN, SYN, SYN | ACK, ACK, PSH | ACK, RST, RST | ACK, FIN | ACK, 0),
      seq: fc.constantFrom(100, 100, 101, 5000),
      ack: fc.constantFrom(101, 102, 5001),
    });
    const connections = fc.sample(fc.array(segment, { minLength: 2, maxLength: 8 }), { numRuns: 400, seed: 9293 });
    const stories = connections.map((segments, at) => {
      const story = storyAt(10_000 + at, at * 1_000_000);
      for (const { isReply, flags, seq, ack } of segments) {
        const numbers = { flags, seq, ack: (flags & ACK) === 0 ? 0 : ack };
        story[isReply ? 'responder' : 'originator'].send((flags & PSH) === 0 ? '' : 'data', numbers);
      }
      return story;
    });
    const frames = merged(...stories);
    const dir = await makeTempDir('flow-tshark');
    try {
      const path = `${dir.path}/random.pcap`;
      writeFileSync(path, writePcap(frames, { linkType: LinkType.ETHERNET }));
      const args = ['-n', '-2', '-r', path, '-T', 'fields', '-e', 'tcp.stream'];
      const env = { ...process.env, HOME: dir.path }; // default preferences
      const printed = execFileSync('tshark', args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] });
      const ours = follow(frames).streams.flatMap((s) => s.segments.map((p) => [p.frameNumber, s.index] as const));
      const inOrder = ours.sort(([a], [b]) => a - b).map(([, index]) => index);
      expect(inOrder).toEqual(printed.trimEnd().split('\n').map(Number));
    } finally {
      await dir.remove();
    }
  },
);

describe('resets are counted by what came before', () => {
  test.each<{
    name: string;
    counts: readonly [total: number, handshake: number, closing: number];
    tell: (s: TcpStory) => unknown;
  }>([
    { name: 'refused', counts: [1, 1, 0], tell: (s) => [s.originator.syn(), s.responder.refuse()] },
    { name: 'connect and reset', counts: [1, 1, 0], tell: (s) => s.handshake().originator.rst() },
    { name: 'in an exchange', counts: [1, 0, 0], tell: (s) => [s.handshake().originator.send(GET), s.responder.rst()] },
    {
      name: 'after its own FIN',
      counts: [2, 0, 2],
      tell: (s) => [
        s.handshake().originator.send(GET),
        s.originator.fin(),
        s.originator.rst(),
        s.originator.statelessRst(),
      ],
    },
    {
      name: 'after its own FIN, without payload',
      counts: [1, 0, 1],
      tell: (s) => [s.handshake().originator.fin(), s.originator.rst()],
    },
    {
      name: 'after the other FIN',
      counts: [1, 0, 0],
      tell: (s) => [s.handshake().originator.send(GET), s.originator.fin(), s.responder.rst()],
    },
    {
      name: 'more than endings are kept',
      counts: [40, 40, 0],
      tell: (s) => {
        for (let i = 0; i < 40; i++) s.originator.rst();
      },
    },
  ])('$name', ({ counts: [total, handshake, closing], tell }) => {
    const story = storyOf();
    tell(story);
    expect(follow(story.frames).resets).toEqual({ total, handshake, closing });
  });
});

describe('handing over', () => {
  /** Feeds stories and remembers when each stream came. */
  function watch(...stories: readonly TcpStory[]): readonly string[] {
    const seen: string[] = [];
    const tracker = new FlowTracker({
      wanted: () => true,
      streamEnded: (stream) => seen.push(`stream ${stream.index} with ${stream.segments.length}`),
    });
    const decoder = new PacketDecoder();
    for (const frame of merged(...stories)) {
      decoder.decode(frame);
      tracker.add(decoder.packet);
      seen.push(`frame ${frame.frameNumber}`);
    }
    tracker.end();
    tracker.end();
    return seen.filter((event, at) => event.startsWith('stream') || seen[at + 1]?.startsWith('stream'));
  }

  test('a minute after its end, with the packets that came late', () => {
    const over = storyAt(3001, 0);
    over.originator.syn();
    over.responder.refuse();
    over.wait(MINUTE_MS / 2).responder.refuse();
    const other = storyAt(3002, 61 * 1_000_000);
    other.originator.syn(); // one minute after the end, half a minute after the late packet: kept
    other.wait(2 * MINUTE_MS).originator.syn({ seq: other.originator.isn });
    expect(watch(over, other)).toEqual(['frame 4', 'stream 0 with 3', 'frame 5', 'stream 1 with 2']);
  });

  test('a connection that goes on after a forged reset stays one', () => {
    const story = storyAt(3001, 0).handshake();
    story.originator.rst({ ttl: 9 });
    for (let i = 0; i < 20; i++) story.wait(MINUTE_MS / 3).originator.send('alive');
    expect(watch(story)).toEqual(['frame 24', 'stream 0 with 24']);
  });

  test('a connection that is not over is kept for ever', () => {
    const story = storyAt(3001, 0).handshake();
    story.wait(1000 * MINUTE_MS).originator.send(GET);
    expect(watch(story)).toEqual(['frame 4', 'stream 0 with 4']);
  });

  test('with a new connection on its ports, at once', () => {
    const story = storyAt(3001, 0).handshake();
    story.originator.syn({ seq: 9 });
    expect(watch(story)).toEqual(['frame 3', 'stream 0 with 3', 'frame 4', 'stream 1 with 1']);
  });

  test('only what is wanted; each connection is asked for once', () => {
    const stories = [storyAt(3001, 0).handshake(), storyAt(3002, 1).handshake()];
    stories[1]?.originator.rst();
    const asked: Connection[] = [];
    const streams: TcpStream[] = [];
    const tracker = new FlowTracker({
      wanted: (connection) => asked.push(connection) > 0 && connection.rstCount > 0,
      streamEnded: (stream) => streams.push(stream),
    });
    const decoder = new PacketDecoder();
    for (const frame of merged(...stories)) {
      decoder.decode(frame);
      tracker.add(decoder.packet);
    }
    tracker.end();
    expect([asked.length, ports(streams), tracker.streams]).toEqual([2, ['1 3002'], 2]);
  });

  /** Both sides close in order. */
  function closed(port: number, startUs = 0): TcpStory {
    const story = storyAt(port, startUs).handshake();
    story.originator.fin();
    story.responder.fin();
    story.originator.ack();
    return story;
  }

  function unanswered(port: number, startUs: number): TcpStory {
    const story = storyAt(port, startUs);
    story.originator.syn();
    return story;
  }

  function refused(port: number, startUs: number): TcpStory {
    const story = unanswered(port, startUs);
    story.responder.refuse();
    return story;
  }

  test('five seconds after both sides closed in order, with what came late', () => {
    const story = closed(3001);
    story.wait(4000).responder.rst();
    const other = storyAt(3002, 70 * 1_000_000);
    other.originator.syn();
    expect(watch(story, other)).toEqual(['frame 7', 'stream 0 with 7', 'frame 8', 'stream 1 with 1']);
    const short = closed(3001);
    const next = storyAt(3002, 6 * 1_000_000);
    next.originator.syn();
    expect(watch(short, next)).toEqual(['frame 6', 'stream 0 with 6', 'frame 7', 'stream 1 with 1']);
  });

  test('a closed connection that nobody wants leaves at once; its late packets are known and counted', () => {
    const story = closed(3001);
    story.responder.fin();
    story.wait(MINUTE_MS / 2).responder.rst();
    story.originator.syn({ seq: 9 }); // its ports used again
    const { tracker, streams } = followUnwanted(story.frames);
    expect([streams, tracker.streams, tracker.latePackets, tracker.resets]).toEqual([
      [],
      2,
      2,
      { total: 1, handshake: 0, closing: 1 },
    ]);
  });

  test('what a closed connection leaves behind is forgotten after a minute', () => {
    const story = closed(3001);
    story.wait(1.1 * MINUTE_MS).originator.ack();
    const { tracker } = followUnwanted(story.frames);
    expect([tracker.streams, tracker.latePackets]).toEqual([2, 0]);
  });

  test('an attempt without an answer leaves when the kernel has given up; an open connection does not', () => {
    const attempt = storyAt(3001);
    attempt.originator.syn();
    attempt.wait(63_000).originator.syn({ seq: attempt.originator.isn });
    const open = storyAt(3002, 1).handshake();
    const other = storyAt(3003, 400 * 1_000_000);
    other.originator.syn();
    expect(watch(attempt, open, other).slice(0, 3)).toEqual(['frame 5', 'stream 0 with 2', 'frame 6']);
  });

  function followUnwanted(frames: TcpStory['frames']): { tracker: FlowTracker; streams: readonly TcpStream[] } {
    const streams: TcpStream[] = [];
    const tracker = new FlowTracker({ wanted: () => false, streamEnded: (stream) => streams.push(stream) });
    const decoder = new PacketDecoder();
    for (const frame of frames) {
      decoder.decode(frame);
      tracker.add(decoder.packet);
    }
    tracker.end();
    return { tracker, streams };
  }

  test.each([
    { name: 'a connection without an answer', told: unanswered },
    { name: 'a refused one', told: refused },
    { name: 'one that both sides closed', told: closed },
  ])('$name in a far future keeps nothing from leaving after it', ({ told }) => {
    const decoder = new PacketDecoder();
    const [kept, left] = [new Set<number>(), new Set<number>()];
    const tracker = new FlowTracker({ wanted: () => true, streamEnded: ({ originator }) => left.add(originator.port) });
    let mostKept = 0;
    const feed = (story: TcpStory): void => {
      for (const frame of story.frames) if (decoder.decode(frame) === 'tcp') tracker.add(decoder.packet);
      kept.add(story.originator.port);
      mostKept = Math.max(mostKept, kept.size - left.size);
    };
    feed(told(1, 1000 * 3_600_000_000));
    for (let at = 0; at < 5000; at++) feed(told(1024 + at, at * 1_000_000));
    expect(left.has(1)).toBe(true);
    expect(mostKept).toBeLessThan(300);
  });

  test('thousands of ended connections leave one by one, in time', () => {
    const stories = Array.from({ length: 6000 }, (_, at) => refused(1024 + at, at * 10_000));
    const last = storyAt(60_000, 200 * 1_000_000);
    last.originator.syn();
    const seen = watch(...stories, last);
    expect(seen.filter((event) => event.startsWith('stream'))).toHaveLength(6001);
    expect(seen.at(-1)).toBe('stream 6000 with 1');
  });
});

test('any segments: never throws, every packet belongs to one stream, indexes are gapless', () => {
  const segment = fc.record({
    port: fc.constantFrom(3001, 3002),
    isReply: fc.boolean(),
    flags: fc.constantFrom(2, 2, 18, 16, 24, 17, 4, 20, 3, 6, 0),
    seq: fc.constantFrom(100, 101, 5000),
    ack: fc.constantFrom(0, 101, 102, 5001),
    payload: fc.constantFrom('', '', 'x', GET),
    gapMs: fc.constantFrom(0, 0, 30_000, 70_000),
  });
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 40 }), (segments) => {
      const stories = new Map([3001, 3002].map((port) => [port, storyAt(port)] as const));
      let nowUs = 0;
      for (const { port, isReply, flags, seq, ack, payload, gapMs } of segments) {
        const story = stories.get(port)!;
        nowUs += gapMs * 1000 + 100;
        story.nowUs = nowUs;
        story[isReply ? 'responder' : 'originator'].send(payload, {
          flags,
          seq,
          ack: (flags & TcpFlag.ACK) === 0 ? 0 : ack,
        });
      }
      const { streams, resets, latePackets } = follow(merged(...stories.values()));
      expect(streams.map((s) => s.index)).toEqual(streams.map((_, at) => at));
      const frames = streams.flatMap((s) => s.segments.map((packet) => packet.frameNumber)).sort((a, b) => a - b);
      expect(new Set(frames).size).toBe(frames.length);
      expect(frames.length + latePackets).toBe(segments.length);
      const followed = streams.reduce((sum, s) => sum + s.rstCount, 0);
      expect(resets.total - followed).toBeGreaterThanOrEqual(0);
      expect(resets.total - followed).toBeLessThanOrEqual(latePackets);
      expect(resets.handshake + resets.closing).toBeLessThanOrEqual(resets.total);
    }),
    { numRuns: 200 },
  );
});

/** Originators whose connections to 10.0.0.2:80 have one hash: among 300,000 there are about ten such pairs. */
function twoWithEqualHashes(): readonly [string, string] {
  const decoder = new PacketDecoder();
  decoder.decode(new TcpStory({ originator: '10.0.1.0:1', responder: '10.0.0.2:80' }).handshake().frames[0]!);
  const { packet } = decoder;
  const network = packet.src3;
  const seen = new Map<number, string>();
  for (let at = 0; at < 300_000; at++) {
    packet.src3 = network + (at & 0xff);
    packet.srcPort = 1024 + (at >>> 8);
    const originator = `10.0.1.${at & 0xff}:${packet.srcPort}`;
    const other = seen.get(packetHash(packet));
    if (other !== undefined) return [other, originator];
    seen.set(packetHash(packet), originator);
  }
  throw new RangeError('expected two equal hashes among 300,000');
}
