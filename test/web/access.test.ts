/** Who may do what, asked of every route that the server has. */
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hasProgram } from '@resetscope/testkit';
import { hashPassword } from '../../apps/web/src/access/password.ts';
import { neededRight } from '../../apps/web/src/access/route-right.ts';
import { hashToken, newToken } from '../../apps/web/src/access/token.ts';
import { postIncident } from '../../packages/report/test-data/incidents.ts';
import { WebStage } from './web-stage.ts';

const PASSWORD = 'correct horse battery staple';
const TOKENS = { viewer: newToken(), packets: newToken(), editor: newToken(), metrics: newToken() } as const;
type Role = keyof typeof TOKENS;

if (!hasProgram('redis-server')) console.log('skipped: redis-server is not installed');
const describeHere = hasProgram('redis-server') ? describe : describe.skip;

/** undici neither sets Host nor sends an address as it is. */
function rawRequest(url: string, headers: Readonly<Record<string, string>>, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest(url, { method, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end();
  });
}

describeHere('with users', () => {
  let stage: WebStage;
  let groupId = '';

  beforeAll(async () => {
    const lines = Object.entries(TOKENS).map(([role, token]) => `${role}-token:${role}:${hashToken(token)}`);
    const text = [`alice:packets,editor:${await hashPassword(PASSWORD)}`, ...lines].join('\n');
    stage = await WebStage.open({ users: { kind: 'text', text }, requestsPerSecond: 0 });
    await stage.put({ id: 'post', incident: postIncident, evidence: Uint8Array.of(1, 2) });
    groupId = (await stage.store.get('post'))?.groupId ?? '';
  });
  afterAll(() => stage.close());

  const bearer = (role: Role): Record<string, string> => ({ authorization: `Bearer ${TOKENS[role]}` });
  const paths = (): readonly { readonly method: string; readonly path: string; readonly asked: string }[] =>
    stage.web.routes.map(({ method, path }) => ({ method, path, asked: address(path) }));
  /** Of something that is there. */
  const address = (path: string): string =>
    path
      .replace(/^(.*group.*)\/:\w+/i, `$1/${groupId}`)
      .replace(/:\w+/g, 'post')
      .replace('*', 'x');
  const signIn = (password: string, next = '/'): Promise<Response> =>
    fetch(`${stage.web.url}/sign-in`, {
      method: 'POST',
      body: new URLSearchParams({ user: 'alice', password, next }),
      redirect: 'manual',
    });

  test('nothing but /healthz answers without credentials', async () => {
    const routes = [...paths(), { method: 'GET', path: 'none', asked: '/no-such-thing' }];
    expect(routes.length).toBeGreaterThan(20);
    const answers = await Promise.all(
      routes.map(async ({ method, path, asked }) => {
        const { status } = await fetch(`${stage.web.url}${asked}`, { method, redirect: 'manual' });
        return `${method} ${path} ${status}`;
      }),
    );
    expect(answers.filter((answer) => !answer.endsWith(' 401')).sort()).toEqual([
      'GET /healthz 200',
      'HEAD /healthz 200',
    ]);
  });

  test('which routes ask for more, or for less, than the right to view', () => {
    const special = paths()
      .filter(({ method }) => method !== 'HEAD')
      .map(({ method, path }) => `${neededRight(method, path)}: ${method} ${path}`)
      .filter((line) => !line.startsWith('view: GET '));
    expect(special.sort()).toEqual([
      'decide: POST /groups/:id/state',
      'decide: PUT /api/v1/groups/:id/state',
      'metrics: GET /metrics',
      'metrics: GET /readyz',
      'nothing: GET /healthz',
      'nothing: POST /sign-in',
      'packets: GET /api/v1/incidents/:id/evidence',
      'packets: GET /incidents/:id/evidence.pcapng',
      'sign-in: GET /account',
      'sign-in: POST /sign-out',
    ]);
  });

  test.each(Object.keys(TOKENS) as Role[])('%s gets what the role says, from each route', async (role) => {
    const may: Readonly<Record<Role, readonly string[]>> = {
      viewer: ['view', 'metrics', 'sign-in'],
      packets: ['view', 'metrics', 'sign-in', 'packets'],
      editor: ['view', 'metrics', 'sign-in', 'decide'],
      metrics: ['metrics', 'sign-in'],
    };
    const asked = paths().filter(
      ({ method, path }) => !['/events', '/healthz', '/sign-in'].includes(path) && method !== 'HEAD',
    );
    for (const { method, path, asked: to } of asked) {
      const { status } = await fetch(`${stage.web.url}${to}`, { method, headers: bearer(role), redirect: 'manual' });
      const isAllowed = may[role].includes(neededRight(method, path));
      expect({ route: `${method} ${path}`, refused: status === 403 }).toEqual({
        route: `${method} ${path}`,
        refused: !isAllowed,
      });
      expect(status).not.toBe(401);
    }
  });

  test('a viewer reads the incident and does not get its packets', async () => {
    const offers = async (role: Role): Promise<boolean> =>
      (await (await stage.get('/incidents/post', bearer(role))).text()).includes('evidence.pcapng');
    expect(await offers('viewer')).toBe(false);
    expect(await offers('packets')).toBe(true);
    const refused = await stage.get('/incidents/post/evidence.pcapng', bearer('viewer'));
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('captures are for role packets');
    const given = await stage.get('/incidents/post/evidence.pcapng', bearer('packets'));
    expect([...new Uint8Array(await given.arrayBuffer())]).toEqual([1, 2]);
  });

  test.each([
    ['no token of ours', `Bearer ${newToken()}`],
    ['empty', 'Bearer '],
    ['another scheme', `Basic ${Buffer.from(`alice:${PASSWORD}`).toString('base64')}`],
    ['nonsense', '\u00ff'],
  ])('credentials that are wrong: %s', async (_name, authorization) => {
    const answer = await stage.get('/api/v1/incidents', { authorization });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="resetscope"');
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await answer.json()).toMatchObject({ title: 'Sign in first', status: 401 });
  });

  test('signing in: the page asked for, a cookie that no script reads, and out again', async () => {
    const form = await stage.get('/incidents/post?x=1');
    expect(await form.text()).toContain('name="next" value="/incidents/post?x=1"');
    const answer = await signIn(PASSWORD, '/incidents/post?x=1');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/incidents/post?x=1']);
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
    const signedIn = { cookie: cookie.split(';')[0] ?? '' };
    expect(await (await stage.get('/account', signedIn)).text()).toContain('Signed in as alice');
    const out = await fetch(`${stage.web.url}/sign-out`, { method: 'POST', headers: signedIn, redirect: 'manual' });
    expect(out.headers.get('set-cookie')).toMatch(/=; Path=\/; Max-Age=0/);
  });

  test.each(['https://evil.example/', '//evil.example', '/\\evil.example'])(
    'signing in never leads to %s',
    async (next) => {
      expect((await signIn(PASSWORD, next)).headers.get('location')).toBe('/');
    },
  );

  test('another site cannot change anything with the session of a browser', async () => {
    const { headers } = await signIn(PASSWORD);
    const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
    const decide = (site: Record<string, string>): Promise<Response> =>
      fetch(`${stage.web.url}/api/v1/groups/${groupId}/state`, {
        method: 'PUT',
        headers: { cookie, 'content-type': 'application/json', ...site },
        body: JSON.stringify({ kind: 'expected' }),
      });
    expect((await decide({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await decide({ origin: 'http://evil.example' })).status).toBe(403);
    const own = await decide({ origin: stage.web.url });
    expect(await own.json()).toMatchObject({ state: { kind: 'expected', by: 'alice' } });
  });

  test('what was refused, and who tried, is counted', async () => {
    await stage.get('/');
    const metrics = await (await stage.get('/metrics', bearer('metrics'))).text();
    expect(metrics).toMatch(/resetscope_web_refusals_total\{reason="credentials"\} [1-9]/);
    expect(metrics).toMatch(/resetscope_web_sign_ins_total\{result="accepted"\} [1-9]/);
    expect(metrics).toContain('resetscope_web_refusals_total{reason="host"} 0');
  });

  test('the answers to strangers have the security headers, and name no file or host of ours', async () => {
    const answer = await stage.get('/');
    expect(answer.headers.get('content-security-policy')).toMatch(
      /default-src 'none'; style-src 'sha256-[^']+'; .*frame-ancestors 'none'/,
    );
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await answer.text()).not.toMatch(/src="|href="(?!data:,")|redis/);
  });
});

describeHere('with users, guessing', () => {
  test('who guesses is stopped after ten tries, also with the right password then', async () => {
    const text = `alice:viewer:${await hashPassword(PASSWORD)}`;
    const stage = await WebStage.open({ users: { kind: 'text', text } });
    const trySignIn = async (password: string): Promise<Response> =>
      fetch(`${stage.web.url}/sign-in`, {
        method: 'POST',
        body: new URLSearchParams({ user: 'alice', password }),
        redirect: 'manual',
      });
    try {
      const statuses: number[] = [];
      for (let n = 0; n < 11; n++) statuses.push((await trySignIn(`guess ${n}`)).status);
      expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
      const late = await trySignIn(PASSWORD);
      expect(late.status).toBe(429);
      expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(200);
    } finally {
      await stage.close();
    }
  });
});

describeHere('without users, on loopback', () => {
  let stage: WebStage;

  beforeAll(async () => {
    stage = await WebStage.open({
      requestsPerSecond: 3,
      allowedHosts: ['ops.example'],
      pageUrl: 'https://page.example',
    });
    await stage.put({ id: 'post', incident: postIncident, evidence: Uint8Array.of(1, 2) });
  });
  afterAll(() => stage.close());

  test.each([
    ['a stranger’s name', 'evil.example', 421],
    ['an allowed name', 'ops.example:80', 404],
    ['the page’s own name', 'page.example', 404],
    ['localhost', 'localhost:1', 404],
  ])('asked for as %s', async (_name, host, status) => {
    expect(await rawRequest(`${stage.web.url}/incidents/nope`, { host })).toBe(status);
    expect(await rawRequest(`${stage.web.url}/healthz`, { host })).toBe(200);
  });

  test('a ticket leads to the name that browsers know', async () => {
    const ticket = await (await stage.get('/incidents/post.md')).text();
    expect(ticket).toContain('<https://page.example/incidents/post>');
  });

  test('an address that is none is refused with the headers of all answers', async () => {
    const answer = await stage.get('/incidents/%ff');
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('a stranger’s form changes nothing', async () => {
    const headers = { origin: 'null', 'content-type': 'application/x-www-form-urlencoded' };
    expect(await rawRequest(`${stage.web.url}/sign-out`, headers, 'POST')).toBe(403);
  });

  test('whom nobody trusts cannot say that he is another client', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 40; n++)
      statuses.push((await stage.get('/readyz', { 'x-forwarded-for': `10.0.0.${n}` })).status);
    expect(statuses.at(-1)).toBe(429);
  });

  test('who asks too often has to wait, but is still healthy', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 40; n++) statuses.push((await stage.get('/readyz')).status);
    expect(statuses.at(-1)).toBe(429);
    const answer = await stage.get('/api/v1/groups');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await answer.json()).toMatchObject({ title: 'Too many requests', status: 429 });
    expect((await stage.get('/healthz')).status).toBe(200);
  });
});

describeHere('behind a proxy that is trusted', () => {
  test('each client has a limit of its own, an IPv6 /64 one together', async () => {
    const stage = await WebStage.open({ requestsPerSecond: 1, trustedProxies: ['127.0.0.1'] });
    const asked = async (client: string): Promise<number> =>
      (await stage.get('/readyz', { 'x-forwarded-for': client })).status;
    try {
      for (let n = 0; n < 30; n++) expect(await asked(`10.0.0.${n}`)).toBe(200);
      const statuses: number[] = [];
      for (let n = 0; n < 30; n++) statuses.push(await asked(`2001:db8::${n}`));
      expect(statuses.at(-1)).toBe(429);
      expect(await asked('2001:db8:0:1::1')).toBe(200);
    } finally {
      await stage.close();
    }
  });
});
