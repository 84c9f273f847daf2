/** Jobs that cannot be done end as dead letters with their reason, take no other with them, and are done when they are run again. */
import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Incident } from '@resetscope/diagnosis';
import { IncidentStore } from '@resetscope/incidents';
import {
  addResetJobs,
  deadLetters,
  openResetQueue,
  type ResetJob,
  type ResetQueue,
  type ResetWorker,
  retryDeadLetters,
  startResetWorker,
} from '@resetscope/jobs';
import { createLogger } from '@resetscope/telemetry';
import { hasProgram, waitUntil } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { CorrelatorMetrics } from './correlator-metrics.ts';
import { JobHandler } from './job-handler.ts';
import { answeredVisit, endOf, jobOf, logText, ShopRing, START_US } from './testing/shop.ts';

const PACE = { reachWaitMs: 20, notYetMs: 10, notYetStarts: 3, settleMs: 10, graceMs: 10 } as const;

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('a job', () => {
  const redis = withRedis((path) => new Redis(path, { maxRetriesPerRequest: null }));
  let store: IncidentStore;
  let metrics: CorrelatorMetrics;
  let nodes = 0;
  let queue: ResetQueue;
  const workers: ResetWorker[] = [];
  const handlers: JobHandler[] = [];

  beforeAll(() => {
    store = new IncidentStore(redis());
    const log = createLogger('correlator-test');
    log.level = 'silent';
    metrics = new CorrelatorMetrics(log);
  });
  beforeEach(() => {
    queue = openResetQueue(redis(), () => undefined);
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.close()));
    await Promise.all(handlers.splice(0).map((handler) => handler.close()));
    await queue.close();
  });

  function newHandler(own: IncidentStore = store): JobHandler {
    const handler = new JobHandler({ redis: redis(), store: own, timezone: 'UTC', metrics, pace: PACE });
    handlers.push(handler);
    return handler;
  }

  function newRing(): { readonly node: string; readonly ring: ShopRing } {
    const node = `bad-${nodes++}`;
    return { node, ring: new ShopRing(redis(), node) };
  }

  async function incidentOf(job: ResetJob): Promise<Incident> {
    const stored = await store.get(job.id);
    if (stored === null) throw new Error('expected an incident');
    return stored.incident;
  }

  async function work(handler: JobHandler): Promise<void> {
    await Promise.all(workers.splice(0).map((worker) => worker.close()));
    workers.push(await startResetWorker(redis(), handler.handle, { concurrency: 16, events: metrics }));
  }

  async function reasonOf(id: string): Promise<string | undefined> {
    return (await deadLetters(queue, 100)).find((letter) => letter.id === id)?.reason;
  }

  async function isDead(id: string, what: string): Promise<void> {
    const isThere = async (): Promise<boolean> => {
      await queue.promoteJobs(); // the pause before the next attempt
      return (await reasonOf(id)) !== undefined;
    };
    await waitUntil(isThere, { what });
  }

  async function shopJob(port: number): Promise<ResetJob> {
    const { node, ring } = newRing();
    const story = answeredVisit({ port });
    await ring.append([story], START_US + 100_000);
    return jobOf(node, endOf(story) + 300, logText());
  }

  test('of a later release is refused with that reason; run again by the release that knows it, it is answered', async () => {
    const job = await shopJob(40_000);
    await work(newHandler());
    await queue.add('reset', { ...job, v: 9 } as never, { jobId: job.id });
    await isDead(job.id, 'the dead letter');
    expect(await reasonOf(job.id)).toMatch(
      /^job payload version 9, this program reads versions .*; run tailer and correlator/,
    );
    expect(await store.get(job.id)).toBeNull();
    const dead = await queue.getJob(job.id);
    await dead?.updateData(job);
    expect(await retryDeadLetters(queue, [job.id])).toEqual({ retried: [job.id], missing: [] });
    await waitUntil(async () => (await store.get(job.id)) !== null, { what: 'the incident' });
    expect(await incidentOf(job)).toMatchObject({ status: 'matched', stream: { originator: '10.0.0.1:40000' } });
  });

  test('that poisons its correlator is given up with its error, alone; run again when that is mended, it is answered', async () => {
    const [poison, healthy] = [await shopJob(40_001), await shopJob(40_002)];
    const poisoned = Object.assign(new IncidentStore(redis()), {
      put: (incoming: Parameters<IncidentStore['put']>[0]) =>
        incoming.id === poison.id ? Promise.reject(new TypeError('poison')) : store.put(incoming),
    });
    await work(newHandler(poisoned));
    await addResetJobs(queue, [poison, healthy]);
    await waitUntil(async () => (await store.get(healthy.id)) !== null, { what: 'the other incident' });
    await isDead(poison.id, 'five attempts');
    expect([await reasonOf(poison.id), (await queue.getJob(poison.id))?.attemptsMade]).toEqual(['poison', 5]);
    await work(newHandler());
    await retryDeadLetters(queue, 'all');
    await waitUntil(async () => (await store.get(poison.id)) !== null, { what: 'the incident' });
    expect(await incidentOf(poison)).toMatchObject({ status: 'matched', stream: { originator: '10.0.0.1:40001' } });
    expect(await incidentOf(healthy)).toMatchObject({ status: 'matched' });
    expect(await deadLetters(queue, 100)).toEqual([]);
  });
});
