import { createHmac, timingSafeEqual } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { IncidentStore, Outbox } from '@resetscope/incidents';
import { createLogger, Registry } from '@resetscope/telemetry';
import { hasProgram, makeTempDir, waitUntil } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { postIncident, raceIncident } from '../../../packages/report/test-data/incidents.ts';
import { type RunningWebhook, startWebhook, type WebhookPace } from './webhook.ts';
import { WebhookMetrics } from './webhook-metrics.ts';
import type { WebhookOptions } from './webhook-options.ts';

const SECRET = 'a secret of 24 letters..';
const TOKEN = 'hook-t0ken';
const PACE: WebhookPace = { pollMs: 5, timeoutMs: 2000, leaseMs: 60_000, retryMs: 1, maxRetryMs: 4, maxAttempts: 4 };

interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Respond = (response: ServerResponse, received: Received) => void;
const accept: Respond = (response) => response.writeHead(204).end();

/** As a receiver would write it, from the words of the README. */
function isSigned({ headers, body }: Received, secret: string): boolean {
  const parts = new Map(
    String(headers['x-resetscope-signature'])
      .split(',')
      .map((part) => part.split('=') as [string, string]),
  );
  const expected = createHmac('sha256', secret)
    .update(`${parts.get('t')}.${body}`)
    .digest();
  const given = Buffer.from(parts.get('v1') ?? '', 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('the webhook', () => {
  const redis = withRedis((path) => new Redis(path));
  let receiver: Server;
  let url: string;
  let received: Received[];
  let respond: Respond;
  let store: IncidentStore;
  let running: RunningWebhook[];
  let registry: Registry;
  let logged: string[];
  let events: WebhookMetrics | undefined;

  beforeEach(async () => {
    await redis().flushall();
    store = new IncidentStore(redis(), { news: { silenceSeconds: 3600, settleMs: 0 } });
    received = [];
    running = [];
    logged = [];
    events = undefined;
    registry = new Registry();
    respond = accept;
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const one = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() };
        received.push(one);
        respond(response, one);
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/${TOKEN}`;
  });
  afterEach(async () => {
    await Promise.all(running.map((one) => one.close()));
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
  });

  function metrics(): WebhookMetrics {
    const log = createLogger('webhook-test');
    const note = (...args: unknown[]): void => void logged.push(JSON.stringify(args));
    log.level = 'silent';
    return new WebhookMetrics(registry, Object.assign(Object.create(log), { warn: note, error: note }));
  }

  async function start(
    options: Partial<WebhookOptions> = {},
    { pace = PACE, nowMs = Date.now, count = 1 }: { pace?: WebhookPace; nowMs?: () => number; count?: number } = {},
  ): Promise<void> {
    events ??= metrics();
    const secret = { kind: 'text', text: SECRET } as const;
    const all = {
      url,
      secret,
      quiet: { kind: 'always' },
      silenceSeconds: 3600,
      pageUrl: 'https://resets.test',
      ...options,
    } as const;
    for (let at = 0; at < count; at++) {
      running.push(await startWebhook({ redis: redis(), store, options: all, events, pace, nowMs }));
    }
  }

  /** A group of its own per number. */
  async function putGroup(at = 0, fields: Partial<typeof raceIncident> = {}): Promise<void> {
    const incident = { ...raceIncident, cause: `cause-${at}`, ...fields };
    const createdAtUs = Date.now() * 1000;
    await store.put({ id: `i${at}`, node: 'web-1', createdAtUs, resetTsUs: null, incident, evidence: null });
  }

  async function results(): Promise<Readonly<Record<string, number>>> {
    const values = (await registry.getSingleMetric('resetscope_webhook_events_total')?.get())?.values ?? [];
    return Object.fromEntries(values.map(({ labels, value }) => [labels['result'], value]));
  }

  async function settled(wanted: Readonly<Record<string, number>>): Promise<void> {
    const isThere = async (): Promise<boolean> => {
      const now = await results();
      return Object.entries(wanted).every(([name, count]) => (now[name] ?? 0) >= count);
    };
    await waitUntil(isThere, { what: `events ${JSON.stringify(wanted)}` });
  }

  test('a new group is told of, signed, with links and without what may be secret', async () => {
    const target = '/app/pay1061?token=hunter2';
    const sentence = `Upstream reset the connection 0.3 ms after nginx sent POST ${target} on it.`;
    const line = { ...raceIncident.line, raw: `${raceIncident.line.raw} hunter2` };
    await putGroup(0, { sentence, line, request: { method: 'POST', target, host: 'm.test' } });
    await start();
    await waitUntil(() => received.length > 0, { what: 'the receiver to be told' });
    const [one] = received;
    expect(one?.path).toBe(`/${TOKEN}`);
    expect(one?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'resetscope',
      'x-resetscope-event': 'group.new',
    });
    expect([
      isSigned(one!, SECRET),
      isSigned(one!, `${SECRET}x`),
      isSigned({ ...one!, body: `${one!.body} ` }, SECRET),
    ]).toEqual([true, false, false]);
    const t = Number(/^t=(\d+),v1=[0-9a-f]{64}$/.exec(String(one?.headers['x-resetscope-signature']))?.[1]);
    expect(Math.abs(Date.now() / 1000 - t)).toBeLessThan(60);
    expect(one?.body).not.toContain('hunter2');
    const { groupId } = (await store.get('i0'))!;
    expect(JSON.parse(one!.body)).toMatchObject({
      version: 1,
      id: one?.headers['x-resetscope-delivery'],
      kind: 'group.new',
      group: {
        id: groupId,
        cause: 'cause-0',
        leg: 'upstream',
        peer: '10.9.8.0/24:3000',
        count: 1,
        harms: { 'may-have-executed': 1 },
        state: 'open',
        top: { upstream: [{ value: '10.9.8.191:3000', count: 1 }], route: [{ value: '/app/pay{n}', count: 1 }] },
        url: `https://resets.test/groups/${groupId}`,
      },
      incident: {
        id: 'i0',
        sentence: 'Upstream reset the connection 0.3 ms after nginx sent POST /app/pay1061?… on it.',
        harm: 'may-have-executed',
        url: 'https://resets.test/incidents/i0',
      },
    });
  });

  test('many senders tell each event once, also those that waited for them', async () => {
    for (let at = 0; at < 20; at++) await putGroup(at);
    await start({}, { count: 4 });
    for (let at = 20; at < 40; at++) await putGroup(at);
    for (let at = 0; at < 40; at++) await putGroup(at);
    await settled({ sent: 40 });
    const ids = received.map(({ headers }) => headers['x-resetscope-delivery']);
    expect([ids.length, new Set(ids).size]).toEqual([40, 40]);
  });

  test('a receiver that fails is asked again: the same event, signed anew', async () => {
    respond = (response) => response.writeHead(received.length < 3 ? 503 : 200).end();
    await putGroup();
    await start();
    await settled({ sent: 1, retried: 2 });
    expect(received).toHaveLength(3);
    expect(new Set(received.map(({ headers }) => headers['x-resetscope-delivery'])).size).toBe(1);
    expect(received.every((one) => isSigned(one, SECRET))).toBe(true);
  });

  test('after too many attempts an event is dead, and counted', async () => {
    respond = (response) => response.writeHead(500).end();
    await putGroup();
    await start();
    await settled({ dead: 1 });
    expect(received).toHaveLength(PACE.maxAttempts);
    expect(await new Outbox(redis(), 1).counts()).toEqual({ waiting: 0, dead: 1, lost: 0 });
  });

  test('a redirect is a failure: nobody goes where an answer points', async () => {
    const target = url.replace(TOKEN, 'elsewhere');
    respond = (response) => response.writeHead(307, { location: target }).end();
    await putGroup();
    await start();
    await settled({ dead: 1 });
    expect(new Set(received.map(({ path }) => path))).toEqual(new Set([`/${TOKEN}`]));
  });

  test('the body of an answer is not read, however long it is', async () => {
    let written = 0;
    respond = (response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) written += 65_536;
      };
      response.writeHead(200).on('drain', more);
      more();
    };
    await putGroup();
    await start();
    await settled({ sent: 1 });
    expect(written).toBeLessThan(64 * 1024 * 1024);
  });

  test('a receiver that does not answer is given up on, one that is not there too; the log names neither URL nor secret', async () => {
    respond = () => undefined;
    await putGroup();
    await start({}, { pace: { ...PACE, timeoutMs: 20, maxAttempts: 1 } });
    await settled({ dead: 1 });
    await running.pop()?.close();
    await putGroup(1);
    await start({ url: `http://127.0.0.1:9/${TOKEN}` }, { pace: { ...PACE, maxAttempts: 1 } });
    await waitUntil(() => logged.length === 2, { what: 'both to be logged' });
    expect(logged[0]).toContain('"reason":"timeout"');
    expect(logged.join()).not.toMatch(new RegExp(`${TOKEN}|${SECRET}`));
  });

  const benign = { harm: 'harmless', normalClose: true, cause: 'client-rst-after-complete' } as const;

  test('a benign group is not told of, unless a request of it has failed', async () => {
    await putGroup(0, benign);
    await start();
    await settled({ benign: 1 });
    await putGroup(1, { ...benign, cause: 'client-preconnect-abandoned', harm: 'failed' });
    await settled({ sent: 1 });
    expect(received.map(({ body }) => JSON.parse(body).group.cause)).toEqual(['client-preconnect-abandoned']);
  });

  test('a group that somebody has decided about after its event was taken is not told of', async () => {
    await putGroup();
    const { groupId } = (await store.get('i0'))!;
    await redis().hset(
      '{resetscope:incidents}:group-states',
      groupId!,
      '{"kind":"expected","sinceUs":"1795334115000000"}',
    );
    await start();
    await settled({ decided: 1 });
    expect(received).toEqual([]);
  });

  test('in quiet hours a benign group waits for their end', async () => {
    const dayEnd = Date.UTC(2026, 10, 22, 7);
    const startedMs = performance.now();
    const quiet = { kind: 'daily', fromMinute: 22 * 60, toMinute: 7 * 60, timezone: 'UTC' } as const;
    await putGroup(0, benign);
    await start({ quiet }, { nowMs: () => dayEnd - 300 + performance.now() - startedMs });
    await settled({ postponed: 1, sent: 1 });
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(300);
  });

  test('a group that comes back after it was resolved is told of again', async () => {
    await putGroup();
    await start();
    await settled({ sent: 1 });
    const { groupId } = (await store.get('i0'))!;
    await store.decide(groupId!, { kind: 'resolved' });
    const createdAtUs = (Date.now() + 1) * 1000;
    const incident = { ...raceIncident, cause: 'cause-0' };
    await store.put({ id: 'again', node: 'web-1', createdAtUs, resetTsUs: null, incident, evidence: null });
    await settled({ sent: 2 });
    expect(received.map(({ headers }) => headers['x-resetscope-event'])).toEqual(['group.new', 'group.regressed']);
    expect(JSON.parse(received[1]!.body).group.state).toBe('regressed');
  });

  test('what a sender was sending when it was stopped, another sends', async () => {
    respond = () => undefined;
    await putGroup();
    await start();
    await waitUntil(() => received.length === 1, { what: 'the first attempt' });
    await running.pop()?.close();
    respond = accept;
    await start();
    await settled({ sent: 1 });
    expect(received.map(({ headers }) => headers['x-resetscope-delivery'])).toEqual(
      Array(2).fill(received[0]?.headers['x-resetscope-delivery']),
    );
  });

  test('an event that a dead sender has taken is sent when its lease is over', async () => {
    await putGroup();
    expect(await new Outbox(redis(), 30).take()).not.toBeNull();
    await start();
    await settled({ sent: 1 });
    expect(received).toHaveLength(1);
  });

  test('the secret may stand in a file, and must be long enough', async () => {
    const dir = await makeTempDir('webhook-');
    const path = `${dir.path}/secret`;
    await writeFile(path, `${SECRET}\n`);
    await putGroup(0, { client: postIncident.client });
    await start({ secret: { kind: 'file', path } });
    await settled({ sent: 1 });
    expect(isSigned(received[0]!, SECRET)).toBe(true);
    await expect(start({ secret: { kind: 'file', path: `${path}.gone` } })).rejects.toThrow(
      /expected the webhook secret, got ENOENT/,
    );
    await expect(start({ secret: { kind: 'text', text: 'short' } })).rejects.toThrow('16 characters or more, got 5');
    await dir.remove();
  });
});
