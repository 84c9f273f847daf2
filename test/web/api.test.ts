/** The HTTP API against its own OpenAPI document: every route is in it, and every answer is as it says. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hasProgram } from '@resetscope/testkit';
import { Ajv2020, type AnySchema, type ValidateFunction } from 'ajv/dist/2020.js';
import {
  hostileIncident,
  postIncident,
  raceIncident,
  unmatchedIncident,
} from '../../packages/report/test-data/incidents.ts';
import { WebStage } from './web-stage.ts';

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: AnySchema }>> }>
  >;
}
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

if (!hasProgram('redis-server')) console.log('skipped: redis-server is not installed');

(hasProgram('redis-server') ? describe : describe.skip)('the API', () => {
  let stage: WebStage;
  let document: Document;
  let groupId = '';

  beforeAll(async () => {
    stage = await WebStage.open({ requestsPerSecond: 0 });
    await stage.put({ id: 'post', incident: postIncident, evidence: Uint8Array.of(0x0a, 0x0d, 0x0d, 0x0a) });
    await stage.put({ id: 'race', incident: raceIncident, grouped: 9 });
    await stage.put({ id: 'unmatched', incident: unmatchedIncident });
    await stage.put({ id: 'hostile', incident: hostileIncident() });
    await stage.put({ id: 'unlogged', incident: raceIncident, logged: false });
    await stage.put({ id: 'old', incident: postIncident, createdAtUs: (Date.now() - 2 * 86_400_000) * 1000 });
    groupId = (await stage.store.get('race'))?.groupId ?? '';
    document = (await (await stage.get('/api/openapi.json')).json()) as Document;
  });
  afterAll(() => stage.close());

  const json = async (path: string): Promise<unknown> => (await stage.get(path)).json();
  const ids = async (query: string): Promise<readonly string[]> =>
    ((await json(`/api/v1/incidents?${query}`)) as { incidents: { id: string }[] }).incidents
      .map(({ id }) => id)
      .sort();

  /** What the document says about an answer; fails when it says nothing. */
  const schemaOf = (path: string, method: string, answer: Response): ValidateFunction => {
    const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
    const schema = document.paths[path]?.[method]?.responses[String(answer.status)]?.content?.[type]?.schema;
    expect({ path, method, status: answer.status, type, isDescribed: schema !== undefined }).toMatchObject({
      isDescribed: true,
    });
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    return ajv.compile({ ...(schema as object), components: document.components });
  };
  const expectDescribed = async (path: string, method: string, answer: Response): Promise<void> => {
    const isRight = schemaOf(path, method, answer);
    const body: unknown = await answer.json();
    isRight(body);
    expect({ path, errors: isRight.errors }).toEqual({ path, errors: null });
  };

  test('the document is OpenAPI 3.1 and has every route of version 1', () => {
    expect(document.openapi).toBe('3.1.0');
    const routes = stage.web.routes
      .filter(({ method, path }) => path.startsWith('/api/v1/') && method !== 'HEAD')
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(described.sort()).toEqual(routes.sort());
    expect(routes).toHaveLength(7);
  });

  test('every reference in it leads somewhere', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(([, ref = '']) => ref);
    expect(refs.length).toBeGreaterThan(10);
    for (const ref of refs) {
      expect(ref).toMatch(/^#\/components\/schemas\/\w+$/);
      expect(document.components.schemas).toHaveProperty([ref.split('/').at(-1) ?? '']);
    }
  });

  test.each([
    ['/api/v1/incidents', ''],
    ['/api/v1/incidents', '?range=all&limit=2'],
    ['/api/v1/incidents', '?limit=0'],
    ['/api/v1/incidents/{id}', ''],
    ['/api/v1/incidents/{id}', '?id=race'],
    ['/api/v1/incidents/{id}', '?id=unmatched'],
    ['/api/v1/incidents/{id}', '?id=hostile'],
    ['/api/v1/incidents/{id}', '?id=nope'],
    ['/api/v1/incidents/{id}/evidence', '?id=race'],
    ['/api/v1/groups', ''],
    ['/api/v1/groups', '?order=count&range=all&state=any'],
    ['/api/v1/groups', '?state=gone'],
    ['/api/v1/groups/{id}', ''],
    ['/api/v1/groups/{id}', '?id=0000000000000000'],
    ['/api/v1/groups/{id}', '?id=nope'],
    ['/api/v1/status', ''],
  ])('GET %s%s answers as the document says', async (path, query) => {
    const id = /id=(\w+)/.exec(query)?.[1] ?? (path.includes('groups') ? groupId : 'post');
    const asked = path.includes('{id}') ? path.replace('{id}', id) : `${path}${query}`;
    await expectDescribed(path, 'get', await stage.get(asked));
  });

  test('the check above finds what it should', async () => {
    const answer = await stage.get('/api/v1/incidents/post');
    const isRight = schemaOf('/api/v1/incidents/{id}', 'get', answer);
    const body = (await answer.json()) as object;
    expect([isRight(body), isRight({ ...body, node: 7 }), isRight({ ...body, incident: {} })]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('a decision: again is the same, and an unknown one is a problem', async () => {
    const put = (id: string, body: unknown): Promise<Response> =>
      fetch(`${stage.web.url}/api/v1/groups/${id}/state`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const path = '/api/v1/groups/{id}/state';
    const untilUs = (Date.now() + 3_600_000) * 1000;
    for (const body of [
      { kind: 'expected' },
      { kind: 'expected' },
      { kind: 'snoozed', untilUs },
      { kind: 'resolved' },
    ]) {
      const answer = await put(groupId, body);
      expect(answer.status).toBe(200);
      expect(await answer.clone().json()).toMatchObject({ state: { ...body, by: null } });
      await expectDescribed(path, 'put', answer);
    }
    for (const body of [{ kind: 'gone' }, { kind: 'snoozed' }, { kind: 'open', more: 1 }, {}, 'x', null]) {
      const answer = await put(groupId, body);
      expect({ body, status: answer.status }).toEqual({ body, status: 400 });
      await expectDescribed(path, 'put', answer);
    }
    expect((await put('0000000000000000', { kind: 'open' })).status).toBe(404);
    expect(await (await put(groupId, { kind: 'open' })).json()).toMatchObject({ state: { kind: 'open' } });
  });

  test.each([
    ['', ['hostile', 'post', 'race', 'unlogged', 'unmatched']],
    ['range=all', ['hostile', 'old', 'post', 'race', 'unlogged', 'unmatched']],
    ['status=unmatched', ['unmatched']],
    ['status=unlogged', ['unlogged']],
    ['leg=upstream', ['race', 'unlogged']],
    ['leg=client&cause=client-rst-after-complete&range=all', ['old', 'post']],
    ['upstream=10.9.8.191&leg=upstream', ['race', 'unlogged']],
    ['harm=may-have-executed&status=matched', ['race', 'unlogged']],
    ['reason=capture-gap', ['unmatched']],
    ['text=WEIXIN', ['post', 'race', 'unlogged', 'unmatched']],
    ['to=2020-01-01T00:00', []],
  ])('the filters of the pages: %s', async (query, expected) => {
    expect(await ids(query)).toEqual(expected);
  });

  test.each([
    'upstrem=10.0.0.1',
    'limit=1000',
    'harm=bad',
    'range=2h',
    'leg=client&leg=upstream',
    'after=x',
    'from=now',
  ])('a filter that is none is refused, never ignored: %s', async (query) => {
    const answer = await stage.get(`/api/v1/incidents?${query}`);
    expect(answer.status).toBe(400);
    await expectDescribed('/api/v1/incidents', 'get', answer);
  });

  test('a cursor leads through all incidents, each once', async () => {
    const seen: string[] = [];
    let after = '';
    do {
      const page = (await json(`/api/v1/incidents?range=all&limit=2${after}`)) as {
        incidents: { id: string }[];
        next: string | null;
      };
      seen.push(...page.incidents.map(({ id }) => id));
      after = page.next === null ? '' : `&after=${encodeURIComponent(page.next)}`;
    } while (after !== '');
    expect(seen.sort()).toEqual(['hostile', 'old', 'post', 'race', 'unlogged', 'unmatched']);
  });

  test('the capture comes as a file under a safe name', async () => {
    const answer = await stage.get('/api/v1/incidents/post/evidence');
    expect(answer.headers.get('content-type')).toBe('application/vnd.tcpdump.pcap');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="resetscope-post.pcapng"');
    expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([0x0a, 0x0d, 0x0d, 0x0a]);
  });

  test('the API before version 1 answers as it did', async () => {
    expect(await json('/api/incidents/post')).toMatchObject({ id: 'post', incident: postIncident });
    expect(await json('/api/incidents?limit=2')).toMatchObject({ counts: { lines: 14 }, next: expect.any(Number) });
    expect(await json('/api/groups')).toHaveProperty('groups');
    expect(await json('/api/incidents/nope')).toEqual({ error: { status: 404, message: expect.any(String) } });
  });
});
