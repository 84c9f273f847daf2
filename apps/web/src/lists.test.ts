/** The lists over HTTP, on a real Redis. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { IncidentStore } from '@resetscope/incidents';
import { createLogger } from '@resetscope/telemetry';
import { hasProgram, type RedisServer, startRedis, waitUntil } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { postIncident, raceIncident, unmatchedIncident } from '../../../packages/report/test-data/incidents.ts';
import { seedStore } from './testing/seed.ts';
import { type RunningWeb, startWeb } from './web.ts';

process.env['LOG_LEVEL'] = 'silent';

const HOUR_US = 3_600_000_000;

/** Of one page, without what it loads. */
const MAX_PAGE_BYTES = 150 * 1024;

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('the lists', () => {
  let server: RedisServer;
  let redis: Redis;
  let store: IncidentStore;
  let web: RunningWeb;

  const text = async (path: string): Promise<string> => (await fetch(`${web.url}${path}`)).text();
  const keys = async (path: string): Promise<readonly string[]> =>
    [...(await text(path)).matchAll(/ data-key="([^"]*)"/g)].map(([, key = '']) => key);
  const groupOf = async (id: string): Promise<string> => (await store.get(id))?.groupId ?? '';

  const put = (id: string, incident = postIncident, agoUs = 0, logged = true): Promise<unknown> => {
    const createdAtUs = Date.now() * 1000 - agoUs;
    return store.put({ id, node: 'web-1', createdAtUs, resetTsUs: null, incident, evidence: null, logged });
  };

  const start = async (): Promise<RunningWeb> => {
    const config = { redis: { url: server.url }, listen: { host: '127.0.0.1', port: 0 }, requestsPerSecond: 0 };
    return startWeb(config, createLogger('web'));
  };

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url.replace('unix:', ''));
    store = new IncidentStore(redis);
    await put('post');
    await put('race', raceIncident, 2 * HOUR_US);
    await put('race-old', raceIncident, 48 * HOUR_US);
    await put('failed', { ...raceIncident, harm: 'failed', cause: 'upstream-port-closed' }, 30 * HOUR_US);
    await put('unmatched', unmatchedIncident);
    await put('ambiguous', { ...unmatchedIncident, status: 'ambiguous', reason: 'several-fit' });
    await put('lineless', postIncident, 1, false);
    web = await start();
  }, 30_000);
  afterAll(async () => {
    await web?.close();
    redis?.disconnect();
    await server?.stop();
  });

  describe('groups', () => {
    test.each([
      { path: '/', ids: ['race', 'post'] },
      { path: '/?order=recent', ids: ['post', 'race'] },
      { path: '/?range=1h', ids: ['post'] },
      { path: '/?range=7d', ids: ['failed', 'race', 'post'] },
      { path: '/?range=all&order=count', ids: ['post', 'race', 'failed'] },
      { path: '/?range=all&order=new', ids: ['post', 'failed', 'race'] },
      { path: '/?range=all&harm=failed', ids: ['failed'] },
      { path: '/?range=all&leg=client', ids: ['post'] },
      { path: '/?range=all&cause=keepalive-race-nginx-upstream', ids: ['race'] },
      { path: '/?range=all&upstream=10.9.8.191:3000', ids: ['failed', 'race', 'post'] },
      { path: '/?range=all&upstream=10.9.8.0/24', ids: ['failed', 'race'] },
      { path: '/?range=all&text=NO%20SUCH', ids: [] },
      { path: '/?state=resolved', ids: [] },
    ])('$path lists $ids', async ({ path, ids }) => {
      expect(await keys(path)).toEqual(await Promise.all(ids.map(groupOf)));
    });

    test('a row says what, how often in the time, when, and links to the group', async () => {
      const page = await text('/?range=24h');
      const row = page.slice(page.indexOf(`data-key="${await groupOf('race')}"`));
      for (const part of [
        '>may have executed</span>',
        `href="/groups/${await groupOf('race')}"`,
        raceIncident.title,
        'nginx sent a request on an idle connection that the upstream was just closing',
        '<code>10.9.8.0/24:3000</code>',
        '<code>/app/pay{n}</code>',
        'aria-label="1 in the last 24 hours, 1 in the busiest part"',
        '<b>1</b><span>of 2</span>',
      ])
        expect(row).toContain(part);
    });

    test('an address of older alerts leads to the group', async () => {
      const answer = await fetch(`${web.url}/?group=${await groupOf('race')}`, { redirect: 'manual' });
      expect(answer.headers.get('location')).toBe(`/groups/${await groupOf('race')}`);
    });

    test('a new incident is there a moment later', async () => {
      const id = await groupOf('post');
      const count = async (): Promise<string | undefined> =>
        new RegExp(`data-key="${id}"[^]*?class="count"[^]*?<b>(\\d+)</b>`).exec(await text('/'))?.[1];
      const before = Number(await count());
      await put('post-2');
      await waitUntil(async () => Number(await count()) === before + 1, { what: 'the count to move' });
    });
  });

  describe('one group', () => {
    test('meaning, fix, whom it meets, its incidents alone', async () => {
      const path = `/groups/${await groupOf('race')}`;
      const page = await text(path);
      const parts = [
        '>may have executed</span>',
        `<h1 class="sentence">${raceIncident.title}</h1>`,
        'The upstream closes idle connections sooner',
        'Nobody has decided about this group yet.',
        'What to change',
        'Whom it meets',
        '<code>10.9.8.191:3000</code>',
        'data-key="race"',
      ];
      const positions = parts.map((part) => page.indexOf(part));
      expect(positions).toEqual([...positions].sort((a, b) => a - b));
      expect(positions[0]).toBeGreaterThan(0);
      expect(await keys(path)).toEqual(['race', 'race-old']);
    });

    test.each(['/groups/0000000000000000', '/groups/nonsense', '/groups/..%2f'])('%s is a 404', async (path) => {
      expect((await fetch(`${web.url}${path}`)).status).toBe(404);
    });
  });

  describe('deciding', () => {
    const post = async (id: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`${web.url}/groups/${id}/state`, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body,
      });

    test('is seen at once, and leads back to the group', async () => {
      const id = await groupOf('race');
      const answer = await post(id, 'kind=expected');
      expect([answer.status, answer.headers.get('location')]).toEqual([303, `/groups/${id}`]);
      expect(await keys('/?state=expected')).toEqual([id]);
      expect(await text(`/groups/${id}`)).toContain('<b>Expected</b>: counted, never announced.');
      await post(id, 'kind=open');
      expect(await keys('/?state=expected')).toEqual([]);
    });

    test.each([
      { name: 'no decision', body: 'kind=regressed', headers: {}, status: 400 },
      { name: 'a snooze without end', body: 'kind=snoozed&for=ever', headers: {}, status: 400 },
      {
        name: 'from a page elsewhere',
        body: 'kind=resolved',
        headers: { 'sec-fetch-site': 'cross-site' },
        status: 403,
      },
      { name: 'from another origin', body: 'kind=resolved', headers: { origin: 'https://evil.test' }, status: 403 },
    ])('$name changes nothing', async ({ body, headers, status }) => {
      const id = await groupOf('race');
      expect((await post(id, body, headers)).status).toBe(status);
      expect(await store.group(id)).toMatchObject({ state: { kind: 'open' } });
    });

    test('about no group is a 404', async () => {
      expect((await post('0000000000000000', 'kind=resolved')).status).toBe(404);
    });
  });

  describe('incidents', () => {
    test.each([
      { path: '/incidents?range=all&leg=upstream', ids: ['race', 'failed', 'race-old'] },
      { path: '/incidents?leg=upstream', ids: ['race'] },
      { path: '/incidents?status=unmatched', ids: ['unmatched'] },
      { path: '/incidents?reason=several-fit', ids: ['ambiguous'] },
      { path: '/incidents?status=unlogged', ids: ['lineless'] },
      { path: '/incidents?range=all&harm=failed', ids: ['failed'] },
      { path: '/incidents?range=all&code=599', ids: [] },
      { path: '/incidents?range=all&text=NOT%20IN%20ANY%20LINE', ids: [] },
    ])('$path lists $ids', async ({ path, ids }) => {
      expect(await keys(path)).toEqual(ids);
    });

    test('why a line has no connection, and that a loss has no line', async () => {
      expect(await text('/incidents?status=unmatched')).toContain('capture lost packets');
      expect(await text('/incidents?status=ambiguous')).toContain('several connections fit');
      expect(await text('/incidents?status=unlogged')).toContain('>no log line</span>');
    });
  });

  test('now: what became of the lines, what the watcher misses', async () => {
    const page = await text('/now');
    expect(page).toMatch(
      /= <b>\d+<\/b> matched \+ <b>1<\/b> ambiguous \+ <b>1<\/b> unmatched \+ <b>0<\/b> pending \+ <b>0<\/b> dead/,
    );
    expect(page).toContain('No capture has been heard of');
    expect(page).toContain(postIncident.title);
    expect(page).toMatch(
      /reason=capture-gap">capture lost packets<\/a><\/th><td class="number">1<\/td><td class="number">1<\/td>/,
    );
    expect(page).toMatch(/<th scope="row">web<\/th>/);
  });

  test('with a thousand incidents: pages that hold all of them once, and are light', async () => {
    const recorded = [postIncident, raceIncident, unmatchedIncident];
    const nowUs = Date.now() * 1000;
    await seedStore(store, recorded, { incidents: 1000, groups: 120, nowUs, spanUs: 24 * HOUR_US });
    const all = await store.groups({ limit: 1000 });
    const fresh = await start();
    try {
      const pageOf = async (path: string): Promise<string> => (await fetch(`${fresh.url}${path}`)).text();
      const follow = async (path: string): Promise<readonly string[]> => {
        const page = await pageOf(path);
        expect(Buffer.byteLength(page)).toBeLessThan(MAX_PAGE_BYTES);
        const here = [...page.matchAll(/ data-key="([^"]*)"/g)].map(([, key = '']) => key);
        const next = /<a href="([^"]*)"(?: rel="next")?>(?:Next|Older)<\/a>/.exec(page)?.[1]?.replaceAll('&amp;', '&');
        return next === undefined ? here : [...here, ...(await follow(next))];
      };
      const groups = await follow('/?range=all&state=any');
      expect(groups).toHaveLength(all.length);
      expect(new Set(groups)).toEqual(new Set(all.map(({ id }) => id)));
      const incidents = await follow('/incidents?range=all');
      expect(new Set(incidents).size).toBe(incidents.length);
      expect(incidents).toHaveLength(Number(await redis.hlen('{resetscope:incidents}:records')));
    } finally {
      await fresh.close();
    }
  });
});
