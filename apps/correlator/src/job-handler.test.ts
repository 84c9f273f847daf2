import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { IncidentStore, type StoredIncident } from '@resetscope/incidents';
import {
  addResetJobs,
  deadLetters,
  type JobRun,
  openResetQueue,
  type ResetJob,
  type ResetQueue,
  type ResetWorker,
  startResetWorker,
} from '@resetscope/jobs';
import { createLogger } from '@resetscope/telemetry';
import { hasProgram, type RedisServer, startRedis, waitUntil } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { CaptureReader, PacketDecoder, TcpFlag } from '@resetscope/wire';
import { Redis } from 'ioredis';
import { CorrelatorMetrics } from './correlator-metrics.ts';
import { JobHandler, type Pace } from './job-handler.ts';
import { answeredVisit, endOf, jobOf, logText, ShopRing, START_US, upstreamRequest, visit } from './testing/shop.ts';

const PACE: Pace = { reachWaitMs: 20, notYetMs: 10, notYetStarts: 3, settleMs: 10, graceMs: 10 };
const NOW = { addedAtMs: 0, started: 1 };
/** Waited for the ring as often as it does. */
const LAST = { addedAtMs: 0, started: PACE.notYetStarts };
const UPSTREAM = {
  level: 'error',
  action: 'reading response header from upstream',
  upstream: 'http://10.0.1.3:8080',
} as const;

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('JobHandler', () => {
  let server: RedisServer;
  let redis: Redis;
  let store: IncidentStore;
  let metrics: CorrelatorMetrics;
  let handler: JobHandler;
  let nodes = 0;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis({ path: server.url.replace('unix:', ''), maxRetriesPerRequest: null });
    store = new IncidentStore(redis);
    const log = createLogger('correlator-test');
    log.level = 'silent';
    metrics = new CorrelatorMetrics(log);
    handler = newHandler();
  });
  afterAll(async () => {
    await handler.close();
    redis.disconnect();
    await server.stop();
  });

  function newHandler(): JobHandler {
    return new JobHandler({ redis, store, timezone: 'UTC', metrics, pace: PACE });
  }

  function newRing(startUs?: number): { readonly node: string; readonly ring: ShopRing } {
    const node = `web-${nodes++}`;
    return { node, ring: new ShopRing(redis, node, startUs) };
  }

  async function stored(job: ResetJob): Promise<StoredIncident> {
    const incident = await store.get(job.id);
    if (incident === null) throw new Error('expected an incident');
    return incident;
  }

  /** First verdicts of jobs that are ready at once; all ask for a second look. */
  async function firstLook(...jobs: readonly ResetJob[]): Promise<readonly StoredIncident[]> {
    const results = await Promise.all(jobs.map((job) => handler.handle(job, NOW)));
    for (const result of results) expect(result).toEqual({ kind: 'again', afterMs: PACE.graceMs });
    return Promise.all(jobs.map(stored));
  }

  const originators = (incidents: readonly StoredIncident[]) =>
    incidents.map(({ incident }) => incident.stream?.originator ?? incident.reason);

  async function countOf(name: string): Promise<number> {
    const metric = await metrics.registry.getSingleMetric(name)?.get();
    return (metric?.values ?? []).reduce((sum, { value }) => sum + value, 0);
  }

  test('a line becomes an incident with its connection, cause and evidence', async () => {
    const { node, ring } = newRing();
    const story = answeredVisit({ port: 40_000 });
    await ring.append([story, answeredVisit({ port: 40_001, target: '/b' })], START_US + 100_000);
    const job = jobOf(node, endOf(story) + 300, logText());
    const [found] = await firstLook(job);
    expect(found).toMatchObject({ id: job.id, node, resetTsUs: endOf(story), amendedAtUs: null });
    expect(found?.incident).toMatchObject({
      status: 'matched',
      leg: 'client',
      stream: { originator: '10.0.0.1:40000', responder: '10.0.0.2:80' },
      cause: 'client-rst-after-complete',
      reset: { by: 'client', frame: 7 },
      outcome: { delivered: 'yes', status: 200 },
      line: { file: '/var/log/nginx/error.log', lineNumber: 0, offset: job.offset, raw: job.raw },
      trust: { readDelayUs: 300, lostPackets: 0 },
    });
    expect(found?.incident.ladder.map(({ frame }) => frame)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(flagsIn(await store.evidence(job.id))[6]).toBe(TcpFlag.RST | TcpFlag.ACK);
    expect(await handler.handle(job, NOW)).toBe('done');
    expect(await stored(job)).toEqual(found);
  });

  test('a job that is run again changes nothing', async () => {
    const { node, ring } = newRing();
    const story = answeredVisit({ port: 40_000 });
    await ring.append([story], START_US + 100_000);
    const job = jobOf(node, endOf(story) + 300, logText());
    const [before, lines] = [await store.counts(), await countOf('resetscope_lines_total')];
    const [first] = await firstLook(job);
    const other = newHandler();
    for (let i = 0; i < 3; i++) expect(await other.handle(job, NOW)).toBe('done');
    await other.close();
    expect(await stored(job)).toEqual(first);
    expect((await store.counts()).matched - before.matched).toBe(1);
    expect((await countOf('resetscope_lines_total')) - lines).toBe(1);
  });

  test('two equal lines of one moment get a connection each, in their order', async () => {
    const { node, ring } = newRing();
    const [one, two] = [answeredVisit({ port: 40_000 }), answeredVisit({ port: 40_001, atUs: 1000 })];
    await ring.append([one, two], START_US + 100_000);
    const readUs = endOf(two) + 300;
    const jobs = [3, 4].map((connectionNumber) => jobOf(node, readUs, logText({ connectionNumber })));
    expect(originators(await firstLook(...jobs))).toEqual(['10.0.0.1:40000', '10.0.0.1:40001']);
  });

  test('one after the other they do as well: what the first has claimed is taken', async () => {
    const { node, ring } = newRing();
    const [one, two] = [answeredVisit({ port: 40_000 }), answeredVisit({ port: 40_001, atUs: 50_000 })];
    await ring.append([one, two], START_US + 100_000);
    const first = jobOf(node, endOf(one) + 300, logText({ connectionNumber: 3 }));
    const second = jobOf(node, endOf(two) + 300, logText({ connectionNumber: 4 }));
    expect(originators(await firstLook(first))).toEqual(['10.0.0.1:40000']);
    expect(originators(await firstLook(second))).toEqual(['10.0.0.1:40001']);
    expect(await handler.handle(first, NOW)).toBe('done');
    expect(originators([await stored(first)])).toEqual(['10.0.0.1:40000']);
  });

  test('a copied line finds the reset taken, also later', async () => {
    const { node, ring } = newRing();
    const story = answeredVisit({ port: 40_000 });
    await ring.append([story], START_US + 100_000);
    await firstLook(jobOf(node, endOf(story) + 300, logText({ connectionNumber: 3 })));
    const copy = jobOf(node, endOf(story) + 900, logText({ connectionNumber: 4 }));
    expect(originators(await firstLook(copy))).toEqual(['no-stream-in-window']);
  });

  test('several lines of one client connection share its reset, in one batch or not', async () => {
    const { node, ring } = newRing();
    const story = answeredVisit({ port: 40_000 });
    await ring.append([story], START_US + 100_000);
    const jobs = [300, 310, 320].map((lateUs) => jobOf(node, endOf(story) + lateUs, logText({ connectionNumber: 9 })));
    const together = await firstLook(jobs[0]!, jobs[1]!);
    const alone = await firstLook(jobs[2]!);
    expect(originators([...together, ...alone])).toEqual(['10.0.0.1:40000', '10.0.0.1:40000', '10.0.0.1:40000']);
  });

  test('two correlators do not give one reset to two lines', async () => {
    const { node, ring } = newRing();
    const story = answeredVisit({ port: 40_000 });
    await ring.append([story], START_US + 100_000);
    const jobs = [3, 4].map((connectionNumber) => jobOf(node, endOf(story) + 300, logText({ connectionNumber })));
    const other = newHandler();
    await Promise.all([handler.handle(jobs[0]!, NOW), other.handle(jobs[1]!, NOW)]);
    await other.close();
    const statuses = (await Promise.all(jobs.map(stored))).map(({ incident }) => incident.status);
    expect(statuses.sort()).toEqual(['matched', 'unmatched']);
  });

  test('waits for a ring that has not reached the line', async () => {
    const { node, ring } = newRing();
    const story = answeredVisit({ port: 40_000 });
    await ring.append([], START_US);
    const job = jobOf(node, endOf(story) + 300, logText());
    expect(await handler.handle(job, NOW)).toEqual({ kind: 'again', afterMs: PACE.notYetMs });
    expect(await store.get(job.id)).toBeNull();
    await ring.append([story], START_US + 100_000);
    expect(originators(await firstLook(job))).toEqual(['10.0.0.1:40000']);
  });

  test('a verdict without the packets is amended when they come late', async () => {
    const { node, ring } = newRing();
    const story = answeredVisit({ port: 40_000 });
    await ring.append([], START_US);
    const job = jobOf(node, endOf(story) + 300, logText());
    const [resets, amended] = [await countOf('resetscope_resets_total'), await countOf('resetscope_amended_total')];
    expect(await handler.handle(job, LAST)).toEqual({ kind: 'again', afterMs: PACE.graceMs });
    expect((await stored(job)).incident).toMatchObject({ status: 'unmatched', reason: 'capture-not-there' });
    await ring.append([story], START_US + 100_000);
    expect(await handler.handle(job, LAST)).toBe('done');
    const found = await stored(job);
    expect(found.amendedAtUs).not.toBeNull();
    expect(found.incident).toMatchObject({ status: 'matched', cause: 'client-rst-after-complete' });
    expect(await store.hasEvidence(job.id)).toBe(true);
    expect((await countOf('resetscope_resets_total')) - resets).toBe(1);
    expect((await countOf('resetscope_amended_total')) - amended).toBe(1);
  });

  test('an ambiguous verdict is looked at again', async () => {
    const { node, ring } = newRing();
    const [one, two] = [answeredVisit({ port: 40_000 }), answeredVisit({ port: 40_001, atUs: 2_000 })];
    await ring.append([one, two], START_US + 100_000);
    const jobs = [3, 4].map((connectionNumber) => jobOf(node, endOf(two) + 300, logText({ connectionNumber })));
    const [alone] = await firstLook(jobs[0]!);
    expect(alone?.incident).toMatchObject({ status: 'ambiguous', reason: 'several-fit', alternatives: { length: 2 } });
    await Promise.all([handler.handle(jobs[0]!, NOW), handler.handle(jobs[1]!, NOW)]);
    expect(originators(await Promise.all(jobs.map(stored)))).toEqual(['10.0.0.1:40000', '10.0.0.1:40001']);
  });

  test('lines alike that come one by one are told apart together', async () => {
    const { node, ring } = newRing();
    const [one, two] = [answeredVisit({ port: 40_000 }), answeredVisit({ port: 40_001, atUs: 30_000 })];
    await ring.append([one, two], START_US + 100_000);
    const jobs = [3, 4].map((connectionNumber) => jobOf(node, endOf(two) + 300, logText({ connectionNumber })));
    const soon = (): JobRun => ({ addedAtMs: Date.now(), started: 1 });
    expect(await handler.handle(jobs[0]!, soon())).toEqual({ kind: 'again', afterMs: PACE.settleMs });
    expect(await store.get(jobs[0]!.id)).toBeNull();
    expect(await handler.handle(jobs[1]!, soon())).toEqual({ kind: 'again', afterMs: PACE.graceMs });
    expect(await handler.handle(jobs[0]!, soon())).toEqual({ kind: 'again', afterMs: PACE.graceMs });
    expect(originators(await Promise.all(jobs.map(stored)))).toEqual(['10.0.0.1:40000', '10.0.0.1:40001']);
  });

  test('the second look takes no verdict back', async () => {
    const { node, ring } = newRing();
    const story = answeredVisit({ port: 40_000 });
    await ring.append([story], START_US + 100_000);
    const job = jobOf(node, endOf(story) + 300, logText());
    const [first] = await firstLook(job);
    await redis.del(await redis.keys(`*ring:${node}*`));
    const other = newHandler();
    expect(await other.handle(job, LAST)).toBe('done');
    await other.close();
    expect(await stored(job)).toEqual(first);
  });

  test('what happens after the reset can change the cause: a restart shows in refusals that come later', async () => {
    const { node, ring } = newRing();
    const dying = [50_000, 50_001, 50_002].map((port) => upstreamRequest(port, 0).wait(20));
    for (const story of dying) story.responder.rst();
    await ring.append(dying, START_US + 100_000);
    const jobs = dying.map((story, i) =>
      jobOf(node, endOf(story) + 300, logText({ ...UPSTREAM, connectionNumber: i })),
    );
    const first = await firstLook(...jobs);
    expect(first.map(({ incident }) => incident.cause)).toEqual(Array(3).fill('upstream-worker-crash'));
    const refused = upstreamRequest(50_009, 1_000_000);
    const refusal = { frames: refused.frames.slice(0, 1) };
    const answer = upstreamRequest(50_009, 1_000_000);
    answer.responder.refuse({ seq: 0, ack: answer.originator.isn + 1 });
    await ring.append([refusal, { frames: answer.frames.slice(-1) }], START_US + 2_000_000);
    for (const job of jobs) expect(await handler.handle(job, NOW)).toBe('done');
    const second = await Promise.all(jobs.map(stored));
    expect(second.map(({ incident }) => incident.cause)).toEqual(Array(3).fill('upstream-listener-closed'));
    expect(originators(second)).toEqual(originators(first));
  });

  test.each<[string, string, (ring: ShopRing) => Promise<void>]>([
    ['there is no ring', 'capture-not-there', async () => undefined],
    ['the ring stands still', 'capture-not-there', (ring) => ring.append([], START_US - 1_000_000)],
    [
      'everything was there, and nothing fits',
      'no-stream-in-window',
      (ring) => ring.append([answeredVisit({ port: 40_000, client: '10.0.0.9', target: '/b' })], START_US + 100_000),
    ],
    [
      'packets were lost',
      'capture-gap',
      (ring) =>
        ring.append([], START_US + 100_000, [
          { fromUs: START_US - 500_000, toUs: START_US, lostPackets: 12, reason: 'kernel-drop' },
        ]),
    ],
    [
      'capture was restarted',
      'capture-not-there',
      (ring) =>
        ring.append([], START_US + 100_000, [
          { fromUs: START_US - 500_000, toUs: START_US, lostPackets: 0, reason: 'restart' },
        ]),
    ],
  ])('%s: %s', async (_title, reason, fill) => {
    const { node, ring } = newRing();
    await fill(ring);
    const job = jobOf(node, START_US + 1000, logText());
    expect(await handler.handle(job, LAST)).toMatchObject({ kind: 'again' });
    expect((await stored(job)).incident).toMatchObject({ status: 'unmatched', reason, confidence: 0 });
    expect(await store.hasEvidence(job.id)).toBe(false);
  });

  test('the packets have left the ring: window-expired', async () => {
    const { node, ring } = newRing(START_US + 1_000_000);
    await ring.append([answeredVisit({ port: 40_000, atUs: 2_000_000 })], START_US + 3_000_000);
    const job = jobOf(node, START_US + 1000, logText());
    await handler.handle(job, NOW);
    expect((await stored(job)).incident).toMatchObject({ status: 'unmatched', reason: 'window-expired' });
  });

  test('an old line in a batch does not change the answers of the others', async () => {
    const { node, ring } = newRing();
    const story = answeredVisit({ port: 40_000 });
    await ring.append([story], START_US + 100_000);
    const old = jobOf(node, START_US, logText({ connectionNumber: 2, stamp: '2026/11/22 05:31:05' }));
    const live = jobOf(node, endOf(story) + 300, logText());
    const found = await firstLook(old, live);
    expect(originators(found)).toEqual(['window-expired', '10.0.0.1:40000']);
    expect(found[1]?.incident.trust.lostPackets).toBe(0);
  });

  test('a line that was read late is matched by its stamp', async () => {
    const { node, ring } = newRing();
    const story = answeredVisit({ port: 40_000 });
    await ring.append([story], START_US + 90_000_000);
    const job = jobOf(node, START_US + 60_000_000, logText());
    const [found] = await firstLook(job);
    expect(found?.incident).toMatchObject({ status: 'matched', trust: { readDelayUs: null } });
  });

  test('a line without a reset finds its FIN, also beside a reset of the same client', async () => {
    const { node, ring } = newRing();
    const closed = visit({ port: 40_000 });
    closed.originator.send('GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n');
    closed.originator.fin();
    await ring.append([answeredVisit({ port: 40_001, target: '/b', atUs: -500_000 })], START_US - 100_000);
    await ring.append([closed], START_US + 100_000);
    const message =
      'epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too';
    const text = logText({
      message,
      action: 'reading response header from upstream',
      upstream: 'http://10.0.1.3:8080',
    });
    const [found] = await firstLook(jobOf(node, endOf(closed) + 300, text));
    expect(found?.incident).toMatchObject({
      status: 'matched',
      stream: { originator: '10.0.0.1:40000' },
      reset: null,
      cause: 'client-half-close-as-abort',
    });
  });

  test('a storm: as many lines as resets, read at once, each finds its own', async () => {
    const { node, ring } = newRing();
    const count = 150;
    const stories = Array.from({ length: count }, (_, i) =>
      answeredVisit({ port: 40_000 + i, target: `/item/${i}`, atUs: i * 100 }),
    );
    await ring.append(stories, START_US + 500_000);
    const readUs = START_US + 100_000;
    const jobs = stories.map((_, i) => jobOf(node, readUs, logText({ connectionNumber: i, target: `/item/${i}` })));
    const found = await firstLook(...jobs);
    expect(originators(found)).toEqual(stories.map((_, i) => `10.0.0.1:${40_000 + i}`));
  });

  test('the evidence of a long connection is small, and its numbers are those of its packets', async () => {
    const { node, ring } = newRing();
    const story = visit({ port: 40_000 });
    story.originator.send('GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n');
    story.responder.send('HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n');
    for (let i = 0; i < 1000; i++) {
      story.responder.send('x'.repeat(1000));
      story.originator.ack();
    }
    story.originator.rst();
    await ring.append([story], endOf(story) + 100_000);
    const job = jobOf(
      node,
      endOf(story) + 300,
      logText({ message: 'writev() failed (104: Connection reset by peer)' }),
    );
    const [found] = await firstLook(job);
    expect(found?.incident).toMatchObject({ status: 'matched', cause: 'client-linger0-mid-response' });
    const flags = flagsIn(await store.evidence(job.id));
    expect(flags.length).toBeLessThan(300);
    expect(flags[(found?.incident.reset?.frame ?? 0) - 1]).toBe(TcpFlag.RST | TcpFlag.ACK);
  });

  test('a line that is no log entry is refused', async () => {
    const { node, ring } = newRing();
    await ring.append([], START_US + 100_000);
    expect(await handler.handle(jobOf(node, START_US, 'hello'), NOW)).toEqual({
      kind: 'dead',
      reason: 'expected a line of an nginx error log, got another text',
    });
  });

  describe('through the queue', () => describeWorker(() => ({ redis, store, metrics, newRing })));
});

interface Running {
  readonly redis: Redis;
  readonly store: IncidentStore;
  readonly metrics: CorrelatorMetrics;
  newRing(): { readonly node: string; readonly ring: ShopRing };
}

function describeWorker(running: () => Running): void {
  let queue: ResetQueue;
  let worker: ResetWorker;
  let handler: JobHandler;

  beforeAll(async () => {
    const { redis, store, metrics } = running();
    queue = openResetQueue(redis, () => undefined);
    // however late the packets come, they come before the last look
    const pace = { ...PACE, notYetStarts: Number.POSITIVE_INFINITY };
    handler = new JobHandler({ redis, store, timezone: 'UTC', metrics, pace });
    worker = await startResetWorker(redis, handler.handle, { concurrency: 64, events: metrics });
  });
  afterAll(async () => {
    await worker.close();
    await handler.close();
    await queue.close();
  });

  test('added twice, one incident; the packets come after the job', async () => {
    const { store, newRing } = running();
    const { node, ring } = newRing();
    const story = answeredVisit({ port: 40_000 });
    await ring.append([], START_US);
    const job = jobOf(node, endOf(story) + 300, logText());
    const before = await store.counts();
    await addResetJobs(queue, [job]);
    await addResetJobs(queue, [job]);
    const isPostponed = async (): Promise<boolean> => ((await queue.getJob(job.id))?.attemptsStarted ?? 0) > 1;
    await waitUntil(isPostponed, { what: 'the job to be postponed' });
    await ring.append([story], START_US + 100_000);
    await waitUntil(async () => (await queue.getJob(job.id))?.finishedOn !== undefined, { what: 'the job to be done' });
    expect((await store.get(job.id))?.incident).toMatchObject({
      status: 'matched',
      cause: 'client-rst-after-complete',
    });
    expect((await store.counts()).matched - before.matched).toBe(1);
  });

  test('a job that is no log line becomes a dead letter at once', async () => {
    const { newRing } = running();
    const { node } = newRing();
    const job = jobOf(node, START_US, 'no log line');
    await addResetJobs(queue, [job]);
    await waitUntil(async () => (await deadLetters(queue, 10)).length > 0, { what: 'a dead letter' });
    expect((await queue.getJob(job.id))?.attemptsMade).toBe(1);
    expect(await deadLetters(queue, 10)).toMatchObject([
      {
        id: job.id,
        reason: 'expected a line of an nginx error log, got another text',
        payload: { raw: 'no log line' },
      },
    ]);
  });
}

/** TCP flags of the packets of a pcapng, in order. */
function flagsIn(pcapng: Uint8Array | null): readonly number[] {
  const flags: number[] = [];
  const decoder = new PacketDecoder();
  const reader = new CaptureReader((frame) => {
    if (decoder.decode(frame) === 'tcp') flags.push(decoder.packet.flags);
  });
  if (pcapng !== null) reader.push(pcapng);
  reader.end();
  return flags;
}
