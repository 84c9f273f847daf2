import { afterEach, expect, test } from '@jest/globals';
import type { Incident } from '@resetscope/diagnosis';
import type { StoredIncident } from '@resetscope/incidents';
import { AccessLines } from '@resetscope/jobs';
import { RECOMMENDED_LOG_FORMAT } from '@resetscope/nginx-log';
import { RingReader } from '@resetscope/ring';
import { hasProgram, TcpStory } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { CaptureReader, PacketDecoder } from '@resetscope/wire';
import { Redis } from 'ioredis';
import { Claims } from './claims.ts';
import { type Correlated, correlate } from './correlate.ts';
import { LegBudget } from './leg-budget.ts';
import { NodeClock } from './node-clock.ts';
import { OpenLines } from './open-lines.ts';
import { TakenEnds } from './taken-ends.ts';
import { storedOf } from './testing/incidents.ts';
import { lineAt } from './testing/lines.ts';
import { answeredVisit, endOf, jobOf, type LineParts, ShopRing, START_US, visit } from './testing/shop.ts';

const UPSTREAM = '10.0.1.3:8080';
const RESET: LineParts = {
  level: 'error',
  action: 'reading response header from upstream',
  upstream: `http://${UPSTREAM}`,
};
const GONE: LineParts = {
  message:
    'epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too (104: Connection reset by peer)',
  action: 'sending request to upstream',
  upstream: `http://${UPSTREAM}`,
};

/** A client has asked for /a and waits. */
function asking(port: number, { atUs = 0, head = '' } = {}): TcpStory {
  const story = visit({ port, atUs });
  story.originator.send(`GET /a HTTP/1.1\r\nHost: shop.test\r\n${head}\r\n`);
  return story;
}

/** nginx asks the upstream half a millisecond after the client's request, and waits. */
function passedOn(port: number, { atUs = 900, head = '' } = {}): TcpStory {
  const story = new TcpStory({ originator: `10.0.0.2:${port}`, responder: UPSTREAM, startUs: START_US + atUs });
  story.handshake().originator.send(`GET /a HTTP/1.0\r\nHost: shop.test\r\n${head}\r\n`);
  story.responder.ack();
  return story;
}

/** A client that speaks TLS: what it asks for is not to be seen. */
function encrypted(port: number): TcpStory {
  const story = visit({ port });
  story.originator.send(Uint8Array.of(0x17, 3, 3, 0, 5, 1, 2, 3, 4, 5));
  return story;
}

function reset(story: TcpStory, end: 'originator' | 'responder'): TcpStory {
  story.wait(5);
  story[end].rst();
  return story;
}

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('both legs of a request', () => {
  const redis = withRedis((path) => new Redis(path));
  let nodes = 0;
  let reader: RingReader | undefined;

  afterEach(async () => reader?.close());

  /** The answer to a line that was read 0.3 ms after the end of the first story. */
  async function answer(
    stories: readonly TcpStory[],
    parts: LineParts,
    { accessLines = [] as readonly string[], isLaterLook = true } = {},
  ): Promise<Correlated> {
    const node = `legs-${nodes++}`;
    const ring = new ShopRing(redis(), node);
    await ring.append(stories, START_US + 5_000_000);
    reader = new RingReader(redis(), node);
    const kept = new AccessLines(redis(), node);
    const records = accessLines.map((raw, at) => ({ format: RECOMMENDED_LOG_FORMAT, raw, readAtUs: START_US + at }));
    const line = lineAt(endOf(stories[0]!) - START_US + 300, parts);
    const job = jobOf(node, line.readAtUs ?? 0, line.ref.raw);
    await kept.keep([null, ...records].map((record) => ({ jobId: job.id, record })));
    const legBudget = new LegBudget();
    const access = {
      ring: reader,
      clock: new NodeClock(),
      claims: new Claims(redis(), node),
      taken: new TakenEnds(),
      openLines: new OpenLines(redis(), node),
      lineOf: () => null,
      accessLines: kept,
      legBudget,
      noteMatches: async () => {},
    };
    const look = async (earlier: StoredIncident | null) =>
      (await correlate([{ job, line, earlier }], access))[0] as Correlated;
    const first = await look(null);
    return isLaterLook ? look(storedOf(job, first)) : first;
  }

  const accessLine = (port: number, status = 502): string =>
    `3 1 10.0.0.1:${port} 10.0.0.2:80 1795329312.728 ${status} 150 OK ${UPSTREAM} 502 - "GET /a HTTP/1.1"`;

  const otherOf = ({ incident }: Correlated): Incident['otherLeg'] => incident.otherLeg;

  test('the client of an upstream leg, on its clock, and the packets of both', async () => {
    const [client, upstream] = [asking(40_000), reset(passedOn(50_000), 'responder')];
    const found = await answer([upstream, client, answeredVisit({ port: 40_001, target: '/b' })], RESET);
    expect(found.incident).toMatchObject({ status: 'matched', leg: 'upstream', stream: { index: 0 } });
    expect(otherOf(found)).toMatchObject({
      leg: 'client',
      joinedBy: 'request-line-and-time',
      stream: { index: 1, originator: '10.0.0.1:40000', responder: '10.0.0.2:80' },
    });
    const ownFrames = found.incident.ladder.length;
    expect(otherOf(found)?.ladder.map(({ frame }) => frame)).toEqual([1, 2, 3, 4].map((n) => n + ownFrames));
    expect(otherOf(found)?.ladder[0]?.atUs).toBe(-900);
    expect(portsIn(found.evidence)).toEqual([...Array(ownFrames).fill(50_000), ...Array(4).fill(40_000)]);
  });

  test('the upstream of a client leg', async () => {
    const [client, upstream] = [reset(asking(40_000), 'originator'), passedOn(50_000)];
    const found = await answer([client, upstream, passedOn(50_001, { atUs: 400_000 })], GONE);
    expect(otherOf(found)).toMatchObject({ leg: 'upstream', stream: { originator: '10.0.0.2:50000' } });
  });

  test.each([
    {
      name: 'two connections of the client asked the same at that time',
      others: [asking(40_001, { atUs: 50 })],
    },
    {
      name: 'a connection of the client shows nothing of its requests',
      others: [encrypted(40_001)],
    },
  ])('no guess: $name; the access log tells', async ({ others }) => {
    const stories = [reset(passedOn(50_000), 'responder'), asking(40_000), ...others];
    expect(otherOf(await answer(stories, RESET))).toBeUndefined();
    expect(otherOf(await answer(stories, RESET, { accessLines: [accessLine(40_000)] }))).toMatchObject({
      joinedBy: 'access-log',
      stream: { originator: '10.0.0.1:40000' },
    });
  });

  test('an X-Request-ID that both carry tells', async () => {
    const id = 'X-Request-ID: 9231c0344d6f8aa24a08df766502ae6c\r\n';
    const upstream = reset(passedOn(50_000, { head: id }), 'responder');
    const found = await answer([upstream, asking(40_001, { atUs: 50 }), asking(40_000, { head: id })], RESET);
    expect(otherOf(found)).toMatchObject({ joinedBy: 'x-request-id', stream: { originator: '10.0.0.1:40000' } });
  });

  test('one that asked much earlier is not taken for it', async () => {
    const stories = [reset(passedOn(50_000, { atUs: 90_000 }), 'responder'), asking(40_000)];
    expect(otherOf(await answer(stories, RESET))).toBeUndefined();
  });

  test('the first verdict does not wait for it', async () => {
    const stories = [reset(passedOn(50_000), 'responder'), asking(40_000)];
    expect(otherOf(await answer(stories, RESET, { isLaterLook: false }))).toBeUndefined();
  });

  test('the access line of the request is part of the incident; until it has come it is awaited', async () => {
    const stories = [reset(passedOn(50_000), 'responder'), asking(40_000)];
    expect(await answer(stories, RESET)).toMatchObject({ isAccessAwaited: true });
    const found = await answer(stories, RESET, { accessLines: [accessLine(40_000, 504)] });
    expect(found).toMatchObject({
      isAccessAwaited: false,
      incident: { access: { status: 504, client: '10.0.0.1:40000', upstreamAddrs: [UPSTREAM], requestId: null } },
    });
  });

  test('of several clients of one address the access log names the one whose line it is', async () => {
    const visits = [40_000, 40_001, 40_002].map((port) => answeredVisit({ port }));
    const found = await answer(visits, {}, { accessLines: [accessLine(40_002, 200)] });
    expect(found.incident).toMatchObject({ status: 'matched', stream: { originator: '10.0.0.1:40002' } });
  });

  test('access lines of another nginx with the same connection number say nothing', async () => {
    const other = accessLine(40_001).replace('/a', '/other');
    const found = await answer([answeredVisit({ port: 40_000 })], {}, { accessLines: [other] });
    expect(found).toMatchObject({ isAccessAwaited: true, incident: { stream: { originator: '10.0.0.1:40000' } } });
  });
});

/** Port of the originator of each packet's connection. */
function portsIn(pcapng: Uint8Array | null): readonly number[] {
  const ports: number[] = [];
  const decoder = new PacketDecoder();
  const reader = new CaptureReader((frame) => {
    if (decoder.decodeWindow(frame) === 'tcp') ports.push(Math.max(decoder.packet.srcPort, decoder.packet.dstPort));
  });
  reader.push(pcapng ?? new Uint8Array(0));
  reader.end();
  return ports;
}
