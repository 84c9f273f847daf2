import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { IncidentStore, type StoredIncident } from '@resetscope/incidents';
import { createLogger } from '@resetscope/telemetry';
import { hasProgram, makeTempDir, type RedisServer, startRedis, waitUntil } from '@resetscope/testkit';
import { Redis } from 'ioredis';
import {
  HOSTILE,
  hostileIncident,
  postIncident,
  raceIncident,
  unmatchedIncident,
} from '../../../packages/report/test-data/incidents.ts';
import { type RunningWeb, startWeb } from './web.ts';

process.env['LOG_LEVEL'] = 'silent';

const EVIDENCE = Uint8Array.from([0x0a, 0x0d, 0x0d, 0x0a, 1, 2, 3]);

const OUR_TAGS =
  /^(?:a|article|b|body|br|button|caption|code|dd|desc|details|dialog|div|dl|dt|footer|form|g|h[1-5]|head|header|html|img|input|kbd|label|li|line|link|main|mark|meta|nav|ol|option|p|path|pre|rect|script|section|select|span|strong|summary|svg|table|tbody|td|text|th|thead|time|title|tr|tspan|ul|!doctype)$/;

/** Tags and attributes that are not ours; escaped text holds no `<`, `>` or `"`, so these patterns find all there are. */
function foreignMarkup(page: string): readonly string[] {
  const tags = page.match(/<[^>]*>?/g) ?? [];
  return tags.filter((tag) => {
    const [, name = '', attributes = ''] = /^<\/?([!a-z0-9]*)([\s\S]*?)\/?>$/.exec(tag.replace(/="[^"]*"/g, '=')) ?? [];
    const isOurs = OUR_TAGS.test(name) && !/\s(?:on[a-z]+|style|srcdoc)=/.test(attributes) && !/["'<]/.test(attributes);
    return (
      !isOurs || (tag.startsWith('<script') && !/^<script src="\/assets\/[a-z]+\.js\?v=[0-9a-f]{8}" defer>$/.test(tag))
    );
  });
}

if (!hasProgram('redis-server')) console.log('skipped: redis-server is not installed');

(hasProgram('redis-server') ? describe : describe.skip)('the pages', () => {
  let server: RedisServer;
  let redis: Redis;
  let store: IncidentStore;
  let web: RunningWeb;

  const get = (path: string): Promise<Response> => fetch(`${web.url}${path}`);
  const text = async (path: string): Promise<string> => (await get(path)).text();

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url.replace('unix:', ''));
    store = new IncidentStore(redis);
    web = await startWeb({ redis: { url: server.url }, listen: { host: '127.0.0.1', port: 0 } }, createLogger('web'));
    const now = Date.now() * 1000;
    const put = (
      id: string,
      incident: StoredIncident['incident'],
      evidence: Uint8Array | null = null,
    ): Promise<unknown> => store.put({ id, node: 'web-1', createdAtUs: now, resetTsUs: null, incident, evidence });
    await put('post', postIncident, EVIDENCE);
    await put('race', raceIncident);
    await put('unmatched', unmatchedIncident);
    await store.put({
      id: 'hostile',
      node: HOSTILE,
      createdAtUs: now,
      resetTsUs: null,
      incident: hostileIncident(),
      evidence: null,
    });
  });
  afterAll(async () => {
    await web.close();
    redis.disconnect();
    await server.stop();
  });

  test('hostile text in every field stays text on every page', async () => {
    const group = `/groups/${(await store.get('hostile'))?.groupId}`;
    for (const path of ['/', '/incidents', group, '/incidents/hostile']) {
      const page = await text(path);
      expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
      expect(foreignMarkup(page)).toEqual([]);
      expect(page).not.toMatch(/[^\n\t\P{C}]/u);
    }
  });

  test('the check above finds what it should', () => {
    expect(
      foreignMarkup(`<p>&lt;b onload=1</p><script>x</script><b onload="x"><iframe src="y"><p title="a" style="b">`),
    ).toEqual(['<script>', '<b onload="x">', '<iframe src="y">', '<p title="a" style="b">']);
  });

  test('JSON is the stored incident, never sniffed as HTML', async () => {
    const answer = await get('/incidents/hostile.json');
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await answer.json()).toMatchObject({ id: 'hostile', node: HOSTILE.replace('\ud800', '\ufffd') });
  });

  test('Markdown for the ticket links back to the page', async () => {
    const answer = await get('/incidents/post.md');
    expect(answer.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
    expect(await answer.text()).toContain(`<${web.url}/incidents/post>`);
  });

  test('the capture is downloaded under a safe name', async () => {
    const answer = await get('/incidents/post/evidence.pcapng');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="resetscope-post.pcapng"');
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(EVIDENCE);
  });

  test('the API answers the same', async () => {
    expect(await (await get('/api/incidents/post')).json()).toMatchObject({ id: 'post', incident: postIncident });
    const list = (await (await get('/api/incidents?limit=2')).json()) as { incidents: unknown[]; next: number | null };
    expect(list).toMatchObject({ counts: { lines: 4, matched: 3, unmatched: 1 }, next: expect.any(Number) });
    expect(list.incidents).toHaveLength(2);
    expect(await (await get('/api/incidents')).json()).toMatchObject({ next: null });
    expect(await (await get('/api/groups')).json()).toMatchObject({
      groups: [{ count: 1 }, { count: 1 }, { count: 1 }],
    });
  });

  test.each([
    '/incidents/nope',
    '/incidents/nope.json',
    '/incidents/%22%3E%3Cscript%3E',
    '/nowhere',
    '/incidents/%2e%2e%2f',
    '/assets/../web.ts',
  ])('%s is a helpful 404', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('There is nothing here');
  });

  test('an unknown id of the API is a 404 in JSON', async () => {
    const answer = await get('/api/incidents/nope');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { status: 404 } });
  });

  test.each(['/', '/incidents', '/now', '/incidents/post', '/nowhere', '/metrics', '/assets/app.js', '/api/incidents'])(
    '%s has the security headers',
    async (path) => {
      const { headers } = await get(path);
      expect(headers.get('content-security-policy')).toMatch(
        /default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/,
      );
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe(
        path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-store',
      );
    },
  );

  test('/events tells of new incidents', async () => {
    const answer = await get('/events');
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const reader = answer.body!.getReader();
    const decoder = new TextDecoder();
    let heard = decoder.decode((await reader.read()).value);
    await store.put({
      id: 'fresh',
      node: 'web-1',
      createdAtUs: 1,
      resetTsUs: null,
      incident: postIncident,
      evidence: null,
    });
    while (!heard.includes('data:')) heard += decoder.decode((await reader.read()).value);
    expect(heard).toContain('event: incident\ndata: "fresh"\n\n');
    await reader.cancel();
  });

  test('metrics count by declared route, never by path', async () => {
    await get('/incidents/some-unknown-thing');
    const metrics = await text('/metrics');
    expect(metrics).toMatch(/resetscope_web_requests_total\{route="\/incidents\/:name",status="404"\} \d+/);
    expect(metrics).toContain('resetscope_web_requests_total{route="none",status="404"}');
    expect(metrics).not.toContain('some-unknown-thing');
    expect(await text('/healthz')).toBe('ok\n');
    expect(await text('/readyz')).toBe('ready\n');
  });
});

(hasProgram('redis-server') ? test : test.skip)(
  'Redis away: the pages say so with 503, and work again when it is back',
  async () => {
    const { path: dir, remove } = await makeTempDir('resetscope-web-');
    const before = await startRedis({ dir });
    const web = await startWeb(
      { redis: { url: before.url }, listen: { host: '127.0.0.1', port: 0 } },
      createLogger('web'),
    );
    const status = async (path: string): Promise<number> => (await fetch(`${web.url}${path}`)).status;
    await before.stop();
    const page = await fetch(`${web.url}/`);
    expect(page.status).toBe(503);
    expect(await page.text()).toContain('Redis is away');
    expect(await Promise.all(['/api/incidents', '/readyz', '/healthz'].map(status))).toEqual([503, 503, 200]);
    const after = await startRedis({ dir });
    await waitUntil(async () => (await status('/')) === 200, { what: 'the pages to work again' });
    expect(await status('/readyz')).toBe(200);
    await web.close();
    await after.stop();
    await remove();
  },
);

(hasProgram('redis-server') ? test : test.skip)('an address in use is said clearly', async () => {
  const server = await startRedis();
  const config = { redis: { url: server.url }, listen: { host: '127.0.0.1', port: 0 } };
  const first = await startWeb(config, createLogger('web'));
  try {
    const port = Number(first.address.split(':')[1]);
    await expect(startWeb({ ...config, listen: { host: '127.0.0.1', port } }, createLogger('web'))).rejects.toThrow(
      /127\.0\.0\.1:\d+ is in use/,
    );
  } finally {
    await first.close();
    await server.stop();
  }
});
