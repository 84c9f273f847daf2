/** What the apps do seldom, done as the users that docs/redis.md lists: webhook, retries, dead letters, losses without a line, storms. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { IncidentStore, knownIncidents } from '@resetscope/incidents';
import {
  AccessLines,
  addResetJobs,
  deadLetters,
  openResetQueue,
  queueDepth,
  readLineLedger,
  retryDeadLetters,
  startResetWorker,
} from '@resetscope/jobs';
import { createLogger, Registry } from '@resetscope/telemetry';
import { hasProgram, type RedisServer, startRedis, waitUntil } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { CorrelatorMetrics } from '../../apps/correlator/src/correlator-metrics.ts';
import { JobHandler } from '../../apps/correlator/src/job-handler.ts';
import {
  answeredVisit,
  endOf,
  jobOf,
  logText,
  ShopRing,
  START_US,
  visit,
} from '../../apps/correlator/src/testing/shop.ts';
import { ToldByLines } from '../../apps/correlator/src/unlogged-told.ts';
import { UnloggedWatcher } from '../../apps/correlator/src/unlogged-watcher.ts';
import { startWebhook } from '../../apps/correlator/src/webhook.ts';
import { WebhookMetrics } from '../../apps/correlator/src/webhook-metrics.ts';
import type { WebhookOptions } from '../../apps/correlator/src/webhook-options.ts';
import { documentedUsers } from './documented-users.ts';

const PASSWORD = 'acl-paths';
const PACE = { reachWaitMs: 20, notYetMs: 10, notYetStarts: 3, settleMs: 10, graceMs: 10 } as const;
const HOOK_PACE = { pollMs: 5, timeoutMs: 2000, leaseMs: 60_000, retryMs: 1, maxRetryMs: 4, maxAttempts: 4 } as const;
const SECOND_US = 1_000_000;

/** As the user of an app, on the Redis of the ring or on that of the queue. */
type Connect = (app: string, server?: 'ring' | 'queue') => Redis;

describeIf(hasProgram('redis-server'), 'redis-server is not installed').each([
  { name: 'one Redis', isApart: false },
  { name: 'a second Redis for the ring', isApart: true },
])('users with few rights: $name', ({ isApart }) => {
  const servers: RedisServer[] = [];
  const connections: Redis[] = [];
  const admins: Redis[] = [];
  let receiver: Server;
  let url: string;
  let asked = 0;

  beforeAll(async () => {
    for (let i = 0; i < (isApart ? 2 : 1); i++) {
      const server = await startRedis();
      servers.push(server);
      const admin = new Redis({ path: server.url.replace('unix:', '') });
      admins.push(admin);
      for (const user of documentedUsers(PASSWORD)) await admin.call('ACL', ...user);
    }
    receiver = createServer((_request, response) => {
      response.writeHead(asked++ === 0 ? 500 : 204).end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  });
  afterAll(async () => {
    receiver.closeAllConnections();
    receiver.close();
    for (const connection of [...connections, ...admins]) connection.disconnect();
    for (const server of servers) await server.stop();
  });

  const connect: Connect = (app, server = 'queue') => {
    const of = server === 'ring' ? servers[0] : servers.at(-1);
    const path = (of?.url ?? '').replace('unix:', '');
    const connection = new Redis({
      path,
      username: `resetscope-${app}`,
      password: PASSWORD,
      maxRetriesPerRequest: null,
    });
    connections.push(connection);
    return connection;
  };

  test('nothing that an app does seldom is refused', async () => {
    const node = 'web-1';
    const log = createLogger('acl-test');
    log.level = 'silent';
    const metrics = new CorrelatorMetrics(log);
    const capture = new ShopRing(connect('capture', 'ring'), node);
    const tailer = connect('tailer');
    const tailed = openResetQueue(tailer, () => undefined);
    const redis = connect('correlator');
    const ringRedis = connect('correlator', 'ring');
    const queue = openResetQueue(redis, () => undefined);
    const store = new IncidentStore(redis, { news: { silenceSeconds: 3600, settleMs: 0 } });
    const told = new ToldByLines(redis);

    // losses without a line, and one whose line comes later
    const lost = [40_000, 40_001].map((port, i) => {
      const story = visit({ port, target: `/${i}`, atUs: i * 2000 });
      story.originator.send(`GET /${i} HTTP/1.1\r\nHost: shop.test\r\n\r\n`);
      story.responder.ack();
      story.originator.rst();
      return story;
    });
    const answered = answeredVisit({ port: 40_002, target: '/answered', atUs: 6000 });
    const gap = {
      fromUs: START_US - 9 * SECOND_US,
      toUs: START_US - 8 * SECOND_US,
      lostPackets: 1,
      reason: 'kernel-drop',
    } as const;
    await capture.append([...lost, answered], START_US + SECOND_US, [gap]);
    const watcher = new UnloggedWatcher({
      ...{ redis, ringRedis, store, told, events: metrics.unlogged, listenPorts: [80], behindUs: 0 },
      queueAgeUs: async () => (await queueDepth(queue)).oldestWaitingMs * 1000,
    });
    await watcher.round();
    expect((await store.counts()).unlogged).toBe(2);

    // lines: one takes a loss back, one is matched and looked at again, one is dead, one fails and is tried again
    const handler = new JobHandler({ redis, ringRedis, store, timezone: 'UTC', metrics, told, pace: PACE });
    let isMended = false;
    const broken = jobOf(node, endOf(answered) + 500, logText({ target: '/broken' }));
    const worker = await startResetWorker(
      redis,
      (job, run) =>
        job.id === broken.id && !isMended ? Promise.reject(new Error('broken')) : handler.handle(job, run),
      { concurrency: 8, events: metrics },
    );
    const late = jobOf(node, endOf(answered) + 300, logText({ target: '/0', connectionNumber: 1 }));
    const first = jobOf(node, endOf(answered) + 300, logText({ target: '/answered', connectionNumber: 2 }));
    const noLine = jobOf(node, START_US, 'no log line');
    const access = new AccessLines(tailer, node);
    await access.keep([{ jobId: first.id, record: null }]);
    await access.keep([
      { jobId: first.id, record: { format: '$connection $status', raw: '2 200', readAtUs: START_US } },
    ]);
    await addResetJobs(tailed, [late, first, noLine, broken]);
    const dead = async (): Promise<readonly string[]> => (await deadLetters(queue, 10)).map(({ id }) => id).sort();
    const bothDead = [noLine.id, broken.id].sort();
    await waitUntil(
      async () => {
        await queue.promoteJobs();
        return JSON.stringify(await dead()) === JSON.stringify(bothDead);
      },
      { what: 'the dead letters' },
    );
    isMended = true;
    expect(await retryDeadLetters(queue, 'all')).toMatchObject({ missing: [] });
    await waitUntil(async () => (await store.get(broken.id)) !== null, { what: 'the mended job' });
    await waitUntil(async () => (await store.counts()).unlogged === 1, { what: 'the loss to be taken back' });
    expect((await store.get(late.id))?.incident.status).toBe('matched');

    // what is asked now and then
    const answers = { counts: () => store.counts(), answered: (ids: readonly string[]) => knownIncidents(redis, ids) };
    expect(await readLineLedger(redis, queue, answers)).toMatchObject({ lines: 4 });
    await store.prune();

    // the webhook, whose receiver fails at first; what people decide on the page
    const secret = { kind: 'text', text: 'a secret of 24 letters..' } as const;
    const options = {
      url,
      secret,
      quiet: { kind: 'always' },
      silenceSeconds: 3600,
      pageUrl: null,
    } as const satisfies WebhookOptions;
    const registry = new Registry();
    const hook = await startWebhook({
      ...{ redis, store, pace: HOOK_PACE, nowMs: Date.now },
      options,
      events: new WebhookMetrics(registry, log),
    });
    const isSent = async (): Promise<boolean> =>
      /webhook_events_total\{result="sent"\} [1-9]/.test(await registry.metrics());
    await waitUntil(isSent, { what: 'an event' });
    const web = new IncidentStore(connect('web'));
    const unsubscribe = await web.subscribe(() => undefined);
    const [{ id = '' } = {}] = await web.groups({ limit: 10 });
    expect(await web.decide(id, { kind: 'expected' })).toBe(true);
    expect(await web.trends({ groupIds: [id], resolution: 'minute', buckets: 60 })).toHaveLength(1);
    expect((await web.search({ text: 'answered', limit: 10 })).incidents).toHaveLength(1);
    expect(await web.evidence(first.id)).not.toBeNull();
    await unsubscribe();

    await hook.close();
    await watcher.close();
    await worker.close();
    await handler.close();
    await queue.close();
    await tailed.close();
    expect((await Promise.all(admins.map(denied))).flat()).toEqual([]);
  });
});

/** `user: reason object`. */
async function denied(admin: Redis): Promise<readonly string[]> {
  const log = (await admin.acl('LOG')) as unknown as readonly (readonly unknown[])[];
  return log.map((entry) => {
    const field = (name: string): unknown => entry[entry.indexOf(name) + 1];
    return `${field('username')}: ${field('reason')} ${field('object')}`;
  });
}
