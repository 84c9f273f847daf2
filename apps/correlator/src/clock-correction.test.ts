/** The clocks of tailer and capture disagree: lines get their connections nevertheless, or say what is wrong. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { IncidentStore, type StoredIncident } from '@resetscope/incidents';
import type { ResetJob } from '@resetscope/jobs';
import { createLogger } from '@resetscope/telemetry';
import { hasProgram } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { CorrelatorMetrics } from './correlator-metrics.ts';
import { JobHandler, type Pace } from './job-handler.ts';
import { answeredVisit, endOf, jobOf, logText, ShopRing, START_US } from './testing/shop.ts';

const PACE: Pace = { reachWaitMs: 10, notYetMs: 10, notYetStarts: 1, settleMs: 10, graceMs: 10 };
const NOW = { addedAtMs: 0, started: 1 };
const SECOND_US = 1_000_000;
const READ_AFTER_US = 400;

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('clocks that disagree', () => {
  const redis = withRedis((path) => new Redis(path, { maxRetriesPerRequest: null, disconnectTimeout: 1 }));
  let store: IncidentStore;
  let handler: JobHandler;
  let nodes = 0;
  beforeAll(() => {
    const log = createLogger('correlator-test');
    log.level = 'silent';
    store = new IncidentStore(redis());
    handler = new JobHandler({
      ...{ redis: redis(), store, timezone: 'UTC' },
      metrics: new CorrelatorMetrics(log),
      pace: PACE,
    });
  });
  afterAll(() => handler.close());

  interface Shop {
    /** In the tailer's clock, which is `byUs` ahead of the capture's. */
    readonly job: (visit: number, byUs: number) => ResetJob;
  }

  /** Visits every ten seconds, each of another page unless told otherwise; the ring goes on for a minute after the last. */
  async function shopOf(count: number, targetOf = (visit: number) => `/page-${visit}`): Promise<Shop> {
    const node = `clock-${nodes++}`;
    const visits = Array.from({ length: count }, (_, i) => ({ port: 40_000 + i, target: targetOf(i) }));
    const stories = visits.map((parts, i) => answeredVisit({ ...parts, atUs: i * 10 * SECOND_US }));
    const ring = new ShopRing(redis(), node, START_US - 60 * SECOND_US);
    for (const story of stories) await ring.append([story], endOf(story) + 1000);
    await ring.append([], START_US + (count * 10 + 60) * SECOND_US);
    return {
      job: (i, byUs) => {
        const readAtUs = endOf(stories[i] as never) + READ_AFTER_US + byUs;
        const stamp = new Date(readAtUs / 1000).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
        return jobOf(node, readAtUs, logText({ target: targetOf(i), stamp, connectionNumber: 100 + i }));
      },
    };
  }

  async function look(job: ResetJob): Promise<StoredIncident['incident']> {
    await handler.handle(job, NOW);
    const stored = await store.get(job.id);
    if (stored === null) throw new Error('expected an incident');
    return stored.incident;
  }

  test.each([
    { name: 'behind by 50 ms', byUs: -50_000 },
    { name: 'behind by 3 s', byUs: -3 * SECOND_US },
    { name: 'behind by 29 s', byUs: -29 * SECOND_US },
    { name: 'ahead by 20 s', byUs: 20 * SECOND_US },
  ])('a tailer $name: said at first, corrected by the third line, and then of all', async ({ byUs }) => {
    const { job } = await shopOf(5);
    const jobs = [0, 1, 2, 3, 4].map((i) => job(i, byUs));
    for (const first of jobs.slice(0, 2)) {
      const said = await look(first);
      expect(said).toMatchObject({ status: 'unmatched', reason: 'clock' });
      expect(said.sentence).toMatch(/everything but time/);
      expect(said.trust.clockOffsetSeconds).toBeCloseTo(-byUs / SECOND_US, 2);
    }
    for (const [i, later] of [...jobs.slice(2), ...jobs.slice(0, 2)].entries()) {
      const incident = await look(later);
      const visit = (i + 2) % 5;
      expect(incident).toMatchObject({ status: 'matched', stream: { originator: `10.0.0.1:${40_000 + visit}` } });
      expect(incident.trust.clockOffsetSeconds).toBeCloseTo(-byUs / SECOND_US, 1);
      expect(incident.trust.readDelayUs).toBeLessThan(10_000);
    }
  });

  test('a tailer that is ahead by less than a stalled worker is late needs no correction', async () => {
    const { job } = await shopOf(1);
    const incident = await look(job(0, 3 * SECOND_US));
    expect(incident).toMatchObject({ status: 'matched', trust: { clockOffsetSeconds: 0 } });
    expect(incident.trust.flags.join()).toMatch(/read 3\.0 s after the packet/);
  });

  test('clocks that agree: a line alone that lost its packets is not taken for a clock', async () => {
    const { job } = await shopOf(4, () => '/same');
    expect((await look(job(0, 0))).status).toBe('matched');
    expect((await look(job(1, -3 * SECOND_US))).reason).toMatch(/no-stream-in-window|no-such-reset/);
    expect((await look(job(3, 0))).status).toBe('matched');
  });

  test('the same page every ten seconds proves no offset', async () => {
    const { job } = await shopOf(5, () => '/poll');
    for (const i of [0, 1, 2, 3, 4]) expect((await look(job(i, -3 * SECOND_US))).status).toBe('unmatched');
  });

  test('clocks set right again: nothing is lost, and the offset goes', async () => {
    const { job } = await shopOf(12);
    for (const i of [0, 1, 2, 3]) await look(job(i, -3 * SECOND_US));
    const later = [4, 5, 6, 7, 8, 9, 10, 11];
    const offsets: number[] = [];
    for (const i of later) {
      const incident = await look(job(i, 0));
      expect(incident).toMatchObject({ status: 'matched', stream: { originator: `10.0.0.1:${40_000 + i}` } });
      offsets.push(incident.trust.clockOffsetSeconds);
    }
    expect(offsets.at(-1)).toBe(0);
  });
});
