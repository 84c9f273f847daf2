/** What comes after the first verdict: the other leg, the access line, and nothing taken back. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { IncidentStore, type StoredIncident } from '@resetscope/incidents';
import { AccessLines, type ResetJob } from '@resetscope/jobs';
import { RECOMMENDED_LOG_FORMAT } from '@resetscope/nginx-log';
import { createLogger } from '@resetscope/telemetry';
import { hasProgram, TcpStory } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { CorrelatorMetrics } from './correlator-metrics.ts';
import { JobHandler, type Pace } from './job-handler.ts';
import { endOf, jobOf, logText, ShopRing, START_US, visit } from './testing/shop.ts';

/** Looks for an access line follow the verdict by 3 and by 10 minutes: in this test they are made by hand. */
const PACE: Pace = { reachWaitMs: 20, notYetMs: 10, notYetStarts: 3, settleMs: 10, graceMs: 60_000 };
const NOW = { addedAtMs: 0, started: 1 };

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('later looks', () => {
  const redis = withRedis((path) => new Redis(path, { maxRetriesPerRequest: null }));
  let store: IncidentStore;
  let metrics: CorrelatorMetrics;
  let handler: JobHandler;
  let nodes = 0;

  beforeAll(() => {
    const log = createLogger('correlator-test');
    log.level = 'silent';
    store = new IncidentStore(redis());
    metrics = new CorrelatorMetrics(log);
    handler = new JobHandler({ redis: redis(), store, timezone: 'UTC', metrics, pace: PACE });
  });
  afterAll(() => handler.close());

  /** The client waits for /a, the upstream resets; the job of the line. */
  async function resetUpstream(): Promise<{ readonly node: string; readonly job: ResetJob }> {
    const node = `later-${nodes++}`;
    const client = visit({ port: 40_000 });
    client.originator.send('GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n');
    const ends = { originator: '10.0.0.2:50000', responder: '10.0.1.3:8080' };
    const upstream = new TcpStory({ ...ends, startUs: START_US + 700 }).handshake();
    upstream.originator.send('GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n');
    upstream.wait(5).responder.rst();
    await new ShopRing(redis(), node).append([client, upstream], START_US + 200_000);
    const text = logText({
      level: 'error',
      action: 'reading response header from upstream',
      upstream: 'http://10.0.1.3:8080',
    });
    return { node, job: jobOf(node, endOf(upstream) + 300, text) };
  }

  async function stored(job: ResetJob): Promise<StoredIncident> {
    const incident = await store.get(job.id);
    if (incident === null) throw new Error('expected an incident');
    return incident;
  }

  const ACCESS_LINE =
    '3 1 10.0.0.1:40000 10.0.0.2:80 1795329312.728 502 150 OK 10.0.1.3:8080 502 9231c0344d6f8aa24a08df766502ae6c "GET /a HTTP/1.1"';

  test('without an access log the second look is the last, and brings the other leg', async () => {
    const { job } = await resetUpstream();
    expect(await handler.handle(job, NOW)).toEqual({ kind: 'again', afterMs: PACE.graceMs });
    expect((await stored(job)).incident.otherLeg).toBeUndefined();
    expect(await handler.handle(job, NOW)).toBe('done');
    const { incident } = await stored(job);
    expect(incident.otherLeg).toMatchObject({ leg: 'client', stream: { originator: '10.0.0.1:40000' } });
  });

  test('a late access line is looked for again, twice at most; it amends the incident and its leg', async () => {
    const { node, job } = await resetUpstream();
    const lines = new AccessLines(redis(), node);
    await lines.keep([{ jobId: job.id, record: null }]);
    await handler.handle(job, NOW);
    const again = await handler.handle(job, NOW);
    expect(again).toMatchObject({ kind: 'again' });
    expect((again as { afterMs: number }).afterMs).toBeGreaterThan(2 * PACE.graceMs);
    expect((await stored(job)).incident.otherLeg?.joinedBy).toBe('request-line-and-time');
    const record = { format: RECOMMENDED_LOG_FORMAT, raw: ACCESS_LINE, readAtUs: START_US };
    await lines.keep([{ jobId: job.id, record }]);
    expect(await handler.handle(job, NOW)).toBe('done');
    const { incident } = await stored(job);
    expect(incident.access).toMatchObject({ status: 502, requestId: '9231c0344d6f8aa24a08df766502ae6c' });
    expect(incident.otherLeg?.joinedBy).toBe('access-log');
  });

  test('what was found stays when it cannot be looked for again, its packets too', async () => {
    const { job } = await resetUpstream();
    await handler.handle(job, NOW);
    await handler.handle(job, NOW);
    const [before, evidence] = [await stored(job), await store.evidence(job.id)];
    for (let look = 0; look < 30; look++) await handler.handle(job, NOW);
    expect((await stored(job)).incident).toEqual(before.incident);
    expect(await store.evidence(job.id)).toEqual(evidence);
  });

  test('neither counts as another verdict', async () => {
    const amended = async (): Promise<number> => {
      const metric = await metrics.registry.getSingleMetric('resetscope_amended_total')?.get();
      return (metric?.values ?? []).reduce((sum, { value }) => sum + value, 0);
    };
    const before = await amended();
    const { job } = await resetUpstream();
    await handler.handle(job, NOW);
    await handler.handle(job, NOW);
    expect(await amended()).toBe(before);
  });
});
