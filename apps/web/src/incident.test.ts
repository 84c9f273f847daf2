import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { IncidentStore, type StoredIncident } from '@resetscope/incidents';
import { createLogger } from '@resetscope/telemetry';
import { hasProgram, type RedisServer, startRedis } from '@resetscope/testkit';
import { Redis } from 'ioredis';
import { hostileIncident, postIncident, unmatchedIncident } from '../../../packages/report/test-data/incidents.ts';
import { twoLegged } from '../../../packages/report/test-data/legs.ts';
import { type RunningWeb, startWeb } from './web.ts';

process.env['LOG_LEVEL'] = 'silent';

/** An id with all that an id may hold; a file name may not. */
const ID = 'web-1:var_log:1.2';
const NAME = 'resetscope-web-1_var_log_1.2';

if (!hasProgram('redis-server')) console.log('skipped: redis-server is not installed');

(hasProgram('redis-server') ? describe : describe.skip)('the page of an incident, and its downloads', () => {
  let server: RedisServer;
  let redis: Redis;
  let web: RunningWeb;

  const get = (path: string): Promise<Response> => fetch(`${web.url}${path}`);
  const text = async (path: string): Promise<string> => (await get(path)).text();

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url.replace('unix:', ''));
    const store = new IncidentStore(redis);
    web = await startWeb({ redis: { url: server.url }, listen: { host: '127.0.0.1', port: 0 } }, createLogger('web'));
    const evidence = Uint8Array.of(0x0a, 0x0d, 0x0d, 0x0a);
    const put = (id: string, incident: StoredIncident['incident'], more = {}): Promise<unknown> =>
      store.put({
        id,
        node: 'web-1',
        createdAtUs: Date.now() * 1000,
        resetTsUs: null,
        incident,
        evidence: null,
        ...more,
      });
    await put('post', postIncident, { evidence });
    await put('post-2', postIncident);
    await put('legs', twoLegged);
    await put(
      'quiet',
      { ...postIncident, line: { file: '', lineNumber: 0, offset: null, raw: '' } },
      { logged: false },
    );
    await put('unmatched', unmatchedIncident);
    await put(ID, hostileIncident(), { evidence });
  });
  afterAll(async () => {
    await web.close();
    redis.disconnect();
    await server.stop();
  });

  /** Parts that the page has, in this order; those it lacks. */
  const missing = (page: string, parts: readonly string[]): readonly string[] => {
    let at = 0;
    return parts.filter((part) => {
      const found = page.indexOf(part, at);
      if (found >= 0) at = found;
      return found < 0;
    });
  };

  test('top to bottom: what happened, three answers, what to change, then the proof', async () => {
    const parts = [
      'class="badge good">harmless',
      `class="sentence">${postIncident.sentence}`,
      'one of 2 alike',
      'Packets (pcapng)',
      'Who hung up, and when?',
      'What became of the request?',
      'answered and delivered',
      'Why?',
      'What to change',
      '<mark title="request">POST /weixin/sync2851</mark>',
      '<svg class="rs-ladder rs-wide"',
      'rs-row rs-reset',
      '<code class="history">',
      'What followed',
      'href="/incidents/post-2"',
      'frames 488, 489',
      'data-copy="tcp.stream eq 132 and frame.number in {488, 489}"',
      'What was considered',
      'How far to trust it',
    ];
    expect(missing(await text('/incidents/post'), parts)).toEqual([]);
  });

  test('both connections, and what the client got', async () => {
    const parts = [
      'client got 502',
      'The packets, on both connections',
      'by the port in the access log',
      'nginx tried 2 upstreams',
    ];
    expect(missing(await text('/incidents/legs'), parts)).toEqual([]);
  });

  test('a connection without a line says that there is none', async () => {
    const page = await text('/incidents/quiet');
    expect(missing(page, ['no log line</span>', 'nginx wrote no line about this connection'])).toEqual([]);
    expect(page).not.toContain('class="logline"');
  });

  test('a line without a connection: the reason, no ladder, nothing to download', async () => {
    const page = await text('/incidents/unmatched');
    expect(
      missing(page, ['unmatched</span>', 'capture lost packets', 'Why is there no answer?', '--ports-from nginx']),
    ).toEqual([]);
    expect(page).not.toMatch(/rs-ladder"|Packets \(pcapng\)|The evidence/);
    expect((await get('/incidents/unmatched/evidence.pcapng')).status).toBe(404);
  });

  test.each([
    ['.json', 'inline', 'json', 'application/json; charset=utf-8'],
    ['.md', 'inline', 'md', 'text/markdown; charset=utf-8'],
    ['/evidence.pcapng', 'attachment', 'pcapng', 'application/vnd.tcpdump.pcap'],
  ])('%s: its type, a safe name, never sniffed', async (path, disposition, extension, type) => {
    const { status, headers } = await get(`/incidents/${encodeURIComponent(ID)}${path}`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe(type);
    expect(headers.get('content-disposition')).toBe(`${disposition}; filename="${NAME}.${extension}"`);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('the list as CSV: what the filter selects, newest first', async () => {
    const answer = await get('/incidents.csv?status=unmatched');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="resetscope-incidents.csv"');
    const lines = (await answer.text()).split('\r\n');
    expect(lines).toEqual([expect.stringMatching(/^id,created_at,node,/), expect.stringMatching(/^"unmatched",/), '']);
  });

  test('a page of 60 rows and more is no heavy page', async () => {
    const long = Array.from({ length: 60 }, (_, at) => ({
      ...postIncident.ladder[0]!,
      frame: at,
      label: 'GET /a',
      len: 9,
    }));
    const store = new IncidentStore(redis);
    const incident = { ...twoLegged, ladder: long, otherLeg: { ...twoLegged.otherLeg!, ladder: long } };
    await store.put({ id: 'long', node: 'n', createdAtUs: 1, resetTsUs: null, incident, evidence: null });
    // Page weight at most 150 KB; style sheets and scripts take some 40 of them.
    expect((await text('/incidents/long')).length).toBeLessThan(110_000);
  });
});
