/** A block of the ring that cannot be read is said in the incidents of its time, at the first look. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Incident } from '@resetscope/diagnosis';
import { IncidentStore } from '@resetscope/incidents';
import type { ResetJob } from '@resetscope/jobs';
import { createLogger } from '@resetscope/telemetry';
import { hasProgram } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { CorrelatorMetrics } from './correlator-metrics.ts';
import { JobHandler } from './job-handler.ts';
import { answeredVisit, endOf, jobOf, logText, ShopRing, START_US } from './testing/shop.ts';

const PACE = { reachWaitMs: 20, notYetMs: 10, notYetStarts: 3, settleMs: 10, graceMs: 10 } as const;
const NOW = { addedAtMs: 0, started: 1 };

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('a damaged block of the ring', () => {
  const redis = withRedis((path) => new Redis(path, { maxRetriesPerRequest: null }));
  let store: IncidentStore;
  let metrics: CorrelatorMetrics;
  let nodes = 0;
  const handlers: JobHandler[] = [];

  beforeAll(() => {
    store = new IncidentStore(redis());
    const log = createLogger('correlator-test');
    log.level = 'silent';
    metrics = new CorrelatorMetrics(log);
  });
  afterAll(async () => {
    await Promise.all(handlers.map((handler) => handler.close()));
  });

  function newHandler(): JobHandler {
    const handler = new JobHandler({ redis: redis(), store, timezone: 'UTC', metrics, pace: PACE });
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

  /** Two visits in blocks of their own, the first block damaged in the way given. */
  async function damagedShop(part: 'blocks' | 'indexes') {
    const { node, ring } = newRing();
    const [one, two] = [
      answeredVisit({ port: 40_000, client: '10.0.0.8' }),
      answeredVisit({ port: 40_001, client: '10.0.0.9', target: '/b', atUs: 1_000_000 }),
    ];
    await ring.append([one], START_US + 500_000);
    await ring.append([two], START_US + 2_000_000);
    const [entry = ''] = await redis().zrange(`{resetscope:ring:${node}}:times`, '0', '0');
    const [hash, id] = [`{resetscope:ring:${node}}:${part}`, entry.split(':').slice(0, 2).join(':')];
    const bytes = await redis().hgetBuffer(hash, id);
    if (bytes === null) throw new Error(`expected ${id} in ${hash}`);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await redis().hset(hash, id, bytes);
    return {
      lost: jobOf(node, endOf(one) + 300, logText({ client: '10.0.0.8' })),
      found: jobOf(node, endOf(two) + 300, logText({ client: '10.0.0.9', target: '/b', stamp: '2026/11/22 06:35:13' })),
    };
  }

  test.each(['blocks', 'indexes'] as const)('of the %s is said at the first look', async (part) => {
    const { lost, found } = await damagedShop(part);
    await newHandler().handle(lost, NOW);
    expect(await incidentOf(lost)).toMatchObject({
      status: 'unmatched',
      reason: 'capture-gap',
      trust: { lostPackets: 7 },
    });
    await newHandler().handle(found, NOW);
    expect(await incidentOf(found)).toMatchObject({
      status: 'matched',
      stream: { originator: '10.0.0.9:40001' },
      trust: { lostPackets: part === 'indexes' ? 7 : 0 },
    });
  });
});
