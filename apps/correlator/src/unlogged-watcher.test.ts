import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { IncidentStore, type NewIncident, type PutOutcome, type StoredIncident } from '@resetscope/incidents';
import { RingReader } from '@resetscope/ring';
import { createLogger } from '@resetscope/telemetry';
import { hasProgram, type TcpStory, waitUntil } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { Claims } from './claims.ts';
import { CorrelatorMetrics } from './correlator-metrics.ts';
import { JobHandler } from './job-handler.ts';
import { RecordedEvents } from './testing/recorded-events.ts';
import { answeredVisit, endOf, jobOf, logText, ShopRing, START_US, upstreamRequest, visit } from './testing/shop.ts';
import { unloggedIncidentId } from './unlogged-incident-id.ts';
import { type SecondParts, UnloggedSecond } from './unlogged-second.ts';
import { Sides } from './unlogged-sides.ts';
import { ToldByLines } from './unlogged-told.ts';
import { UnloggedWatcher, type WatcherParts } from './unlogged-watcher.ts';

const SECOND_US = 1_000_000;
const PACE = { reachWaitMs: 20, notYetMs: 10, notYetStarts: 3, settleMs: 10, graceMs: 10 };
const NOW = { addedAtMs: 0, started: 1 };
const GET = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: shop.test\r\n\r\n`;

/** The client asks and resets before it has an answer. */
function abandonedVisit(parts: Parameters<typeof visit>[0]): TcpStory {
  const story = visit(parts);
  story.originator.send(GET(parts.target ?? '/a'));
  story.responder.ack();
  story.originator.rst();
  return story;
}

/** SYN, SYN+ACK, bare RST. */
function probe(port: number, client = '10.0.0.1', atUs = 0): TcpStory {
  const story = visit({ port, client, atUs });
  story.lose(story.originator.ack());
  story.originator.statelessRst({ seq: story.originator.isn + 1 });
  return story;
}

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('UnloggedWatcher', () => {
  const redis = withRedis((path) => new Redis(path, { maxRetriesPerRequest: null }));
  let nodes = 0;
  let node: string;
  let ring: ShopRing;
  let store: IncidentStore;
  let events: RecordedEvents;
  let handler: JobHandler;
  const watchers: UnloggedWatcher[] = [];
  const readers: RingReader[] = [];

  beforeEach(async () => {
    // The watcher looks at every node that has a ring.
    await redis().flushdb();
    node = `web-${nodes++}`;
    ring = new ShopRing(redis(), node);
    store = new IncidentStore(redis());
    events = new RecordedEvents();
    const log = createLogger('unlogged-test');
    log.level = 'silent';
    handler = new JobHandler({
      redis: redis(),
      store,
      timezone: 'UTC',
      metrics: new CorrelatorMetrics(log),
      pace: PACE,
    });
  });
  afterEach(async () => {
    await Promise.all(watchers.splice(0).map((watcher) => watcher.close()));
    await Promise.all(readers.splice(0).map((reader) => reader.close()));
    await handler.close();
  });

  function newWatcher(parts: Partial<WatcherParts> = {}): UnloggedWatcher {
    const watcher = new UnloggedWatcher({
      redis: redis(),
      ringRedis: redis(),
      store,
      told: new ToldByLines(redis()),
      events,
      queueAgeUs: async () => 0,
      listenPorts: [80],
      behindUs: 0,
      ...parts,
    });
    watchers.push(watcher);
    return watcher;
  }

  /** A look at the first second that is not a watcher's: nobody holds a lease, and no watermark moves. */
  async function lookAlone(parts: Partial<SecondParts> = {}): Promise<number> {
    const reader = new RingReader(redis(), node);
    readers.push(reader);
    const told = new ToldByLines(redis());
    const sides = new Sides((await told.read(node)).sides, [80]);
    const whole = {
      node,
      ring: reader,
      claims: new Claims(redis(), node),
      told,
      sides,
      logsClients: null,
      store,
      events,
    };
    const coverage = await reader.coverage();
    if (coverage === null) throw new Error('expected a ring');
    return new UnloggedSecond(
      { ...whole, ...parts },
      { fromUs: START_US, toUs: START_US + SECOND_US },
      coverage,
    ).look();
  }

  const all = (): Promise<readonly StoredIncident[]> => store.list({ limit: 1000 });
  const gist = (incidents: readonly StoredIncident[]) =>
    incidents.map(({ logged, incident }) => `${logged ? 'line' : 'no line'} ${incident.stream?.originator}`).sort();
  const idOf = (story: TcpStory): string =>
    unloggedIncidentId(
      node,
      { addressA: '10.0.0.2', portA: 80, addressB: story.originator.address, portB: story.originator.port },
      endOf(story),
    );

  test('a loss without a line becomes an incident with its cause, its request and its packets', async () => {
    const story = abandonedVisit({ port: 40_000 });
    await ring.append([story, answeredVisit({ port: 40_001 })], START_US + SECOND_US);
    await newWatcher().round();
    const [found] = await all();
    expect(found).toMatchObject({ id: idOf(story), node, logged: false, resetTsUs: endOf(story) });
    expect(found?.incident).toMatchObject({
      status: 'matched',
      leg: 'client',
      stream: { originator: '10.0.0.1:40000', responder: '10.0.0.2:80' },
      cause: 'client-timeout-abort',
      reset: { by: 'client', frame: 6 },
      line: { raw: '' },
      request: { method: 'GET', target: '/a', host: 'shop.test' },
      client: '10.0.0.1',
      why: { reason: 'not-known' },
    });
    expect(found?.incident.ladder).toHaveLength(6);
    expect(await store.hasEvidence(idOf(story))).toBe(true);
    expect(await store.counts()).toMatchObject({ lines: 0, unlogged: 1 });
    expect(events).toMatchObject({ looks: { unlogged: 1, healthy: 1 }, found: { length: 1 } });
  });

  test('what a line has claimed is its incident', async () => {
    const story = abandonedVisit({ port: 40_000 });
    await ring.append([story], START_US + SECOND_US);
    await handler.handle(jobOf(node, endOf(story) + 300, logText()), NOW);
    await newWatcher().round();
    expect(gist(await all())).toEqual(['line 10.0.0.1:40000']);
    expect(events.looks).toEqual({ claimed: 1 });
  });

  test('so is a connection that began to end before its reset', async () => {
    const story = visit({ port: 40_000 });
    story.originator.send(GET('/a'));
    story.responder.ack();
    story.originator.fin();
    story.originator.rst();
    await ring.append([story], START_US + SECOND_US);
    await handler.handle(jobOf(node, endOf(story) + 300, logText()), NOW);
    await newWatcher().round();
    expect(gist(await all())).toEqual(['line 10.0.0.1:40000']);
    expect(events.looks).toEqual({ claimed: 1 });
  });

  test('of two watchers one looks; both at once still make one incident', async () => {
    const story = abandonedVisit({ port: 40_000 });
    await ring.append([story], START_US + SECOND_US);
    await Promise.all([newWatcher().round(), newWatcher().round()]);
    expect([...events.lags.values()].includes(null) || events.looks.unlogged === 1).toBe(true);
    await Promise.all([lookAlone(), lookAlone(), lookAlone()]);
    expect(gist(await all())).toEqual(['no line 10.0.0.1:40000']);
    expect(await store.counts()).toMatchObject({ unlogged: 1 });
    expect(events.found).toHaveLength(1);
  });

  test('killed between incident and watermark: the next finds the same', async () => {
    const story = abandonedVisit({ port: 40_000 });
    await ring.append([story], START_US + SECOND_US);
    await lookAlone();
    await newWatcher().round();
    expect(gist(await all())).toEqual(['no line 10.0.0.1:40000']);
    expect(events.found).toHaveLength(1);
  });

  test('killed between hold and incident: the next stores it', async () => {
    const story = abandonedVisit({ port: 40_000 });
    await ring.append([story], START_US + SECOND_US);
    const killed = Object.assign(new IncidentStore(redis()), { put: () => Promise.reject(new Error('killed')) });
    await expect(lookAlone({ store: killed })).rejects.toThrow('killed');
    expect(await all()).toEqual([]);
    await newWatcher().round();
    expect(gist(await all())).toEqual(['no line 10.0.0.1:40000']);
  });

  test('a line that comes late wins: its incident replaces the other, once and for good', async () => {
    const story = abandonedVisit({ port: 40_000 });
    await ring.append([story], START_US + SECOND_US);
    await newWatcher().round();
    const job = jobOf(node, endOf(story) + 300, logText());
    for (let i = 0; i < 3; i++) await handler.handle(job, NOW);
    expect(await all()).toMatchObject([{ id: job.id, logged: true, incident: { status: 'matched' } }]);
    expect(await store.counts()).toMatchObject({ lines: 1, matched: 1, unlogged: 0 });
    expect(await store.groups({ limit: 10 })).toMatchObject([{ count: 1, unlogged: 0 }]);
    await lookAlone();
    expect(gist(await all())).toEqual(['line 10.0.0.1:40000']);
  });

  test('a tailer that stood still for two minutes: every line it then reads takes its connection back', async () => {
    const readUs = START_US + 120 * SECOND_US;
    const stories = [40_000, 40_001, 40_002].map((port, i) =>
      abandonedVisit({ port, atUs: i * 2000, target: `/${i}` }),
    );
    await ring.append(stories, START_US + SECOND_US);
    await newWatcher().round();
    expect(gist(await all())).toEqual(stories.map(({ originator }) => `no line 10.0.0.1:${originator.port}`));
    await ring.append([], readUs + SECOND_US);
    const jobs = stories.map((_, i) => jobOf(node, readUs + i, logText({ target: `/${i}`, connectionNumber: i + 1 })));
    await Promise.all(jobs.map((job) => handler.handle(job, NOW)));
    expect(gist(await all())).toEqual(stories.map(({ originator }) => `line 10.0.0.1:${originator.port}`));
    for (const story of stories) expect(await store.get(idOf(story))).toBeNull();
    expect(await store.counts()).toMatchObject({ lines: 3, matched: 3, unlogged: 0 });
    expect(await store.groups({ limit: 10 })).toMatchObject([{ count: 3, unlogged: 0 }]);
  });

  test.each<[string, (put: () => Promise<PutOutcome>, line: () => Promise<void>) => Promise<PutOutcome>]>([
    ['before the incident is stored', (put, line) => line().then(put)],
    ['while it is stored', (put, line) => Promise.all([put(), line()]).then(([outcome]) => outcome)],
    ['after it', (put, line) => put().then((outcome) => line().then(() => outcome))],
  ])('a line that comes in the middle wins: %s', async (_title, meet) => {
    const story = abandonedVisit({ port: 40_000 });
    await ring.append([story], START_US + SECOND_US);
    const line = async (): Promise<void> => {
      await handler.handle(jobOf(node, endOf(story) + 300, logText()), NOW);
    };
    const meeting = Object.assign(new IncidentStore(redis()), {
      put: (incoming: NewIncident) => meet(() => store.put(incoming), line),
    });
    await lookAlone({ store: meeting });
    expect(gist(await all())).toEqual(['line 10.0.0.1:40000']);
    expect(events.looks).toEqual({ claimed: 1 });
  });

  test('killed after the incident when a line had come in the middle: the next takes it back', async () => {
    const story = abandonedVisit({ port: 40_000 });
    await ring.append([story], START_US + SECOND_US);
    const killed = Object.assign(new IncidentStore(redis()), {
      put: async (incoming: NewIncident): Promise<PutOutcome> => {
        await handler.handle(jobOf(node, endOf(story) + 300, logText()), NOW);
        await store.put(incoming);
        throw new Error('killed');
      },
    });
    await expect(lookAlone({ store: killed })).rejects.toThrow('killed');
    expect(await all()).toHaveLength(2);
    await newWatcher().round();
    expect(gist(await all())).toEqual(['line 10.0.0.1:40000']);
  });

  test('connections of which a line means one are not called unlogged', async () => {
    const [one, two] = [abandonedVisit({ port: 40_000 }), abandonedVisit({ port: 40_001, atUs: 2000 })];
    await ring.append([one, two], START_US + SECOND_US);
    const job = jobOf(node, endOf(two) + 300, logText());
    await handler.handle(job, NOW);
    expect((await store.get(job.id))?.incident.status).toBe('ambiguous');
    await newWatcher().round();
    expect(await all()).toHaveLength(1);
    expect(events.looks).toEqual({ claimed: 2 });
  });

  test('the other leg of a request that a line speaks of is no incident of its own', async () => {
    const failed = upstreamRequest(50_000, 0);
    failed.responder.rst();
    const cut = visit({ port: 40_000 });
    cut.originator.send(GET('/a'));
    cut.responder.send('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nhello');
    cut.responder.rst();
    await ring.append([failed, cut], START_US + SECOND_US);
    const text = logText({ level: 'error', action: 'reading upstream', upstream: 'http://10.0.1.3:8080' });
    await handler.handle(jobOf(node, endOf(cut) + 300, text), NOW);
    await newWatcher().round();
    expect(gist(await all())).toEqual(['line 10.0.0.2:50000']);
    expect(events.looks).toEqual({ claimed: 1, explained: 1 });
  });

  test('silent while nobody has told which end is nginx; the first matched line tells', async () => {
    const told = abandonedVisit({ port: 40_000, atUs: SECOND_US });
    await ring.append([abandonedVisit({ port: 40_001 })], START_US + SECOND_US);
    const watcher = newWatcher({ listenPorts: [] });
    await watcher.round();
    expect(events.looks).toEqual({ 'undecided-sides': 1 });
    await ring.append(
      [told, abandonedVisit({ port: 40_002, atUs: SECOND_US, target: '/b' })],
      START_US + 2 * SECOND_US,
    );
    await handler.handle(jobOf(node, endOf(told) + 300, logText({ stamp: '2026/11/22 06:35:13' })), NOW);
    await watcher.round();
    expect(gist(await all())).toEqual(['line 10.0.0.1:40000', 'no line 10.0.0.1:40002']);
    expect((await all()).find(({ logged }) => !logged)?.incident).toMatchObject({ leg: 'client' });
  });

  test('an upstream that a line has named is known for one', async () => {
    const [told, quiet] = [upstreamRequest(50_000, 0), upstreamRequest(50_001, 60_000)];
    for (const story of [told, quiet]) story.responder.rst();
    await ring.append([told, quiet], START_US + SECOND_US);
    const text = logText({
      level: 'error',
      action: 'reading response header from upstream',
      upstream: 'http://10.0.1.3:8080',
    });
    await handler.handle(jobOf(node, endOf(told) + 300, text), NOW);
    await newWatcher().round();
    expect(gist(await all())).toEqual(['line 10.0.0.2:50000', 'no line 10.0.0.2:50001']);
    expect(events.found).toMatchObject([{ leg: 'upstream', client: null, upstream: '10.0.1.3:8080' }]);
  });

  test('of a connection whose beginning the ring has lost, nginx is the end that is known for it', async () => {
    const story = visit({ port: 79 });
    const begun = story.frames.length;
    story.originator.send(GET('/a'));
    story.responder.send('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nhello');
    story.originator.rst();
    await ring.append([{ frames: story.frames.slice(begun) }], START_US + SECOND_US);
    await newWatcher().round();
    expect(gist(await all())).toEqual(['no line 10.0.0.1:79']);
  });

  test('a loss that the capture may have made is not decided', async () => {
    const gap = { fromUs: START_US + 200, toUs: START_US + 400, lostPackets: 3, reason: 'kernel-drop' } as const;
    await ring.append([abandonedVisit({ port: 40_000 })], START_US + SECOND_US, [gap]);
    await newWatcher().round();
    expect(await all()).toEqual([]);
    expect(events.looks).toEqual({ 'undecided-gap': 1 });
  });

  test('a port scan costs no reading', async () => {
    const scans = Array.from({ length: 3000 }, (_, i) => {
      const story = visit({ port: 10_000 + i, client: '10.9.9.9', atUs: i * 100 });
      const refusal = story.responder.refuse({ seq: 0, ack: story.originator.isn + 1 });
      return { frames: story.frames.filter(({ tsUs }) => tsUs === refusal.tsUs) };
    });
    await ring.append([...scans, abandonedVisit({ port: 40_000 })], START_US + SECOND_US);
    expect(await lookAlone()).toBe(1);
    expect(events.looks).toEqual({ refused: 3000, unlogged: 1 });
  });

  test('a flood of one client is read in part, and hides nobody else', async () => {
    const probes = Array.from({ length: 500 }, (_, i) => probe(10_000 + i, '10.9.9.9', i * 100));
    await ring.append([...probes, abandonedVisit({ port: 40_000, atUs: 60_000 })], START_US + SECOND_US);
    expect(await lookAlone()).toBe(100);
    expect(events.looks).toEqual({ healthy: 99, unlogged: 1, 'undecided-storm': 401 });
    expect(gist(await all())).toEqual(['no line 10.0.0.1:40000']);
  });

  test('goes on where the last has stopped, and counts what the ring had forgotten', async () => {
    await ring.append([abandonedVisit({ port: 40_000 })], START_US + SECOND_US);
    const first = newWatcher();
    await first.round();
    await first.close();
    await ring.append([abandonedVisit({ port: 40_001, atUs: 1_500_000 })], START_US + 4 * SECOND_US);
    const second = newWatcher();
    await second.round();
    expect(gist(await all())).toEqual(['no line 10.0.0.1:40000', 'no line 10.0.0.1:40001']);
    expect(events).toMatchObject({ looks: { unlogged: 2 }, skippedUs: 0 });
    expect(events.lags.get(node)).toBe(0);
    await second.close();
    await redis().del(await redis().keys(`*ring:${node}*`));
    const later = new ShopRing(redis(), node, START_US + 60 * SECOND_US);
    await later.append([abandonedVisit({ port: 40_002, atUs: 60 * SECOND_US + 1000 })], START_US + 62 * SECOND_US);
    await newWatcher().round();
    expect(await all()).toHaveLength(3);
    expect(events.skippedUs).toBe(56 * SECOND_US);
  });

  test('lines that wait in the queue hold it back, no further than half of what the ring reaches', async () => {
    await ring.append([abandonedVisit({ port: 40_000 })], START_US + 2 * SECOND_US);
    const watch = async (queueAgeUs: number): Promise<number> => {
      await newWatcher({ queueAgeUs: async () => queueAgeUs }).round();
      await Promise.all(watchers.splice(0).map((watcher) => watcher.close()));
      return (await all()).length;
    };
    expect(await watch(3 * SECOND_US)).toBe(0);
    expect(await watch(SECOND_US)).toBe(1);
  });

  test('a Redis that is away costs a round', async () => {
    await ring.append([abandonedVisit({ port: 40_000 })], START_US + SECOND_US);
    const ages = [Promise.reject(new Error('away'))];
    const watcher = newWatcher({ queueAgeUs: () => ages.pop() ?? Promise.resolve(0) });
    watcher.start();
    await waitUntil(async () => (await all()).length === 1, { what: 'the incident' });
    expect(events.failures.map(({ message }) => message)).toEqual(['away']);
  });

  test('the ring of one node that cannot be read keeps no other waiting', async () => {
    await ring.append([abandonedVisit({ port: 40_000 })], START_US + SECOND_US);
    const broken = `${node}-broken`;
    await new ShopRing(redis(), broken).append([abandonedVisit({ port: 40_000 })], START_US + SECOND_US);
    await redis().set(`{resetscope:unlogged:${broken}}:known`, 'not what belongs here');
    const watcher = newWatcher();
    for (let i = 0; i < 2; i++) await watcher.round();
    expect((await all()).map((incident) => incident.node)).toEqual([node]);
    expect(events.failures).toHaveLength(2);
  });
});
