/** lines = matched + ambiguous + unmatched + pending + dead, whatever happens to a line on its way. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { IncidentStore, knownIncidents } from '@resetscope/incidents';
import {
  addResetJobs,
  deadLetters,
  groupResetJobs,
  type LineLedger,
  openResetQueue,
  type ResetJob,
  type ResetQueue,
  type ResetWorker,
  readLineLedger,
  retryDeadLetters,
  startResetWorker,
} from '@resetscope/jobs';
import { createLogger, Registry } from '@resetscope/telemetry';
import { hasProgram, type RedisServer, startRedis, waitUntil } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { CorrelatorMetrics } from './correlator-metrics.ts';
import { JobHandler } from './job-handler.ts';
import { LedgerGauge } from './ledger-gauge.ts';
import { answeredVisit, endOf, jobOf, logText, ShopRing, START_US } from './testing/shop.ts';

const PACE = { reachWaitMs: 10, notYetMs: 10, notYetStarts: 1_000_000, settleMs: 10, graceMs: 600_000 };

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('the ledger of lines', () => {
  let server: RedisServer;
  let redis: Redis;
  let queue: ResetQueue;
  let store: IncidentStore;
  let handler: JobHandler;
  let worker: ResetWorker;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis({ path: server.url.replace('unix:', ''), maxRetriesPerRequest: null });
    queue = openResetQueue(redis, () => undefined);
    store = new IncidentStore(redis);
    const log = createLogger('correlator-test');
    log.level = 'silent';
    const metrics = new CorrelatorMetrics(log);
    handler = new JobHandler({ redis, store, timezone: 'UTC', metrics, pace: PACE });
    worker = await startResetWorker(redis, handler.handle, { concurrency: 16, events: metrics });
  });
  afterAll(async () => {
    await worker.close();
    await handler.close();
    await queue.close();
    redis.disconnect();
    await server.stop();
  });

  const ledger = (): Promise<LineLedger> =>
    readLineLedger(redis, queue, {
      counts: () => store.counts(),
      answered: (ids) => knownIncidents(redis, ids),
    });

  test('matched, unmatched, pending and dead lines, some of them of a storm, add up', async () => {
    const stories = [40_000, 40_001].map((port) => answeredVisit({ port, target: `/${port}` }));
    await new ShopRing(redis, 'web-1').append(stories, START_US + 100_000);
    const lineOf = (port: number, atUs: number) =>
      jobOf('web-1', atUs + 300, logText({ target: `/${port}`, connectionNumber: port }));
    const matched = stories.map((story, i) => lineOf(40_000 + i, endOf(story)));
    const unmatched = jobOf('web-1', START_US + 90_000, logText({ client: '10.9.9.9' }));
    const pending = jobOf('web-1', START_US + 3_600_000_000, logText());
    const noEntry = jobOf('web-1', START_US, 'no log line');
    const jobs: readonly ResetJob[] = [
      ...matched,
      groupResetJobs(unmatched, 4),
      groupResetJobs(pending, 9),
      groupResetJobs(noEntry, 1),
    ];
    await addResetJobs(queue, jobs);
    await queue.add('reset', { ...noEntry, v: 99 } as unknown as ResetJob, { jobId: 'of-a-newer-tailer' });
    const settled = { matched: 2, ambiguous: 0, unmatched: 5, pending: 10, dead: 3, lines: 20 };
    const isSettled = async (): Promise<boolean> => JSON.stringify(await ledger()) === JSON.stringify(settled);
    await waitUntil(isSettled, { what: 'the lines to be settled' });
    expect(await ledger()).toEqual(settled);
    const reasons = (await deadLetters(queue, 10)).map(({ reason }) => reason).sort();
    expect(reasons).toEqual([
      'expected a line of an nginx error log, got another text',
      expect.stringMatching(/^job payload version 99, this program reads/),
    ]);

    // Run again they are dead again, and still counted once.
    expect((await retryDeadLetters(queue, 'all')).retried).toHaveLength(2);
    await waitUntil(isSettled, { what: 'the lines to be settled again' });
  });

  test('is a metric', async () => {
    const registry = new Registry();
    new LedgerGauge(registry).show({ matched: 5, ambiguous: 1, unmatched: 2, pending: 3, dead: 4, lines: 15 });
    const { values } = (await registry.getSingleMetric('resetscope_accepted_lines')?.get()) ?? { values: [] };
    expect(values.reduce((sum, { value }) => sum + value, 0)).toBe(15);
    expect(values.map(({ labels }) => labels['state'])).toEqual([
      'matched',
      'ambiguous',
      'unmatched',
      'pending',
      'dead',
    ]);
  });
});
