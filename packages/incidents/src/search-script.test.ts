import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Incident } from '@resetscope/diagnosis';
import { hasProgram } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { postIncident, raceIncident, unmatchedIncident } from '../../report/test-data/incidents.ts';
import { searchText } from './incident-facts.ts';
import { IncidentStore } from './incident-store.ts';
import type { SearchQuery } from './search.ts';
import type { NewIncident } from './stored-incident.ts';
import { incoming, NOW_US } from './testing/incoming.ts';

const incidents: readonly Incident[] = [
  postIncident,
  raceIncident,
  { ...raceIncident, harm: 'failed', stream: { ...raceIncident.stream!, responder: '10.9.8.192:3000' } },
  { ...postIncident, client: '198.51.100.7', outcome: { ...postIncident.outcome!, status: 413 } },
  unmatchedIncident,
  { ...postIncident, line: { ...postIncident.line, raw: 'recv() failed, request: "GET /KäSE%20[x]*.? HTTP/1.1"' } },
];

const nodes = ['web-1', 'web|2'] as const;

/** The same, read from the incident alone. */
function fits({ incident, node, createdAtUs, logged = true }: NewIncident, query: SearchQuery): boolean {
  const { limit: _limit, after: _after, ...wanted } = query;
  const checks: { readonly [Name in keyof Required<typeof wanted>]: (value: Required<SearchQuery>[Name]) => boolean } =
    {
      fromUs: (value) => createdAtUs >= value,
      beforeUs: (value) => createdAtUs < value,
      groupId: () => true,
      cause: (value) => incident.cause === value,
      leg: (value) => incident.leg === value,
      resetBy: (value) => incident.reset?.by === value,
      upstream: (value) => upstreamText(incident) === value || upstreamText(incident).startsWith(`${value}:`),
      client: (value) => incident.client === value,
      status: (value) => incident.status === value,
      reason: (value) => incident.reason === value,
      statusCode: (value) => incident.outcome?.status === value,
      outcome: (value) => incident.harm === value,
      node: (value) => node === value,
      unlogged: (value) => !value || !logged,
      text: (value) => searchText(incident).includes(value.toLowerCase()),
    };
  return Object.entries(wanted).every(([name, value]) =>
    (checks[name as keyof typeof checks] as (v: unknown) => boolean)(value),
  );
}

/** `http://10.9.8.191:3000/app` in a line about a client. */
function upstreamText({ leg, stream, upstream }: Incident): string {
  return (leg === 'upstream' ? stream?.responder : upstream?.split('/')[2]) ?? '';
}

const arbitraryIncoming: fc.Arbitrary<Omit<NewIncident, 'id'>> = fc
  .record({
    kind: fc.nat(incidents.length - 1),
    node: fc.constantFrom(...nodes),
    atUs: fc.nat(8),
    logged: fc.boolean(),
  })
  .map(({ kind, node, atUs, logged }) => {
    const { id: _id, ...rest } = incoming('', { incident: incidents[kind]!, node, createdAtUs: NOW_US + atUs, logged });
    return rest;
  });

const values = {
  fromUs: fc.integer({ min: NOW_US, max: NOW_US + 9 }),
  beforeUs: fc.integer({ min: NOW_US, max: NOW_US + 9 }),
  cause: fc.constantFrom(postIncident.cause!, raceIncident.cause!, 'none'),
  leg: fc.constantFrom('client' as const, 'upstream' as const),
  resetBy: fc.constantFrom('client' as const, 'upstream' as const),
  upstream: fc.constantFrom('10.9.8.191:3000', '10.9.8.191', '10.9.8.19'),
  client: fc.constantFrom('198.51.100.7', '198.51.100'),
  status: fc.constantFrom('matched' as const, 'unmatched' as const),
  reason: fc.constantFrom('capture-gap' as const, 'clock' as const),
  statusCode: fc.constantFrom(200, 413),
  outcome: fc.constantFrom('failed' as const, 'harmless' as const),
  node: fc.constantFrom(...nodes, 'web'),
  unlogged: fc.boolean(),
  text: fc.constantFrom('weixin', 'RECV()', '[x]*.?', 'no such text', ''),
};

/** Few conditions at a time: with many of them nothing is ever found. */
const arbitraryQuery: fc.Arbitrary<SearchQuery> = fc
  .subarray(Object.keys(values) as (keyof typeof values)[], { maxLength: 3 })
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, values[name] as fc.Arbitrary<unknown>]))))
  .chain((wanted) => fc.integer({ min: 1, max: 4 }).map((limit) => ({ ...wanted, limit })));

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('search', () => {
  const redis = withRedis((path) => new Redis(path));
  let store: IncidentStore;

  const idsOf = async (query: SearchQuery): Promise<readonly string[]> =>
    (await store.search(query)).incidents.map(({ id }) => id);

  beforeEach(async () => {
    await redis().flushall();
    store = new IncidentStore(redis(), { nowUs: () => NOW_US });
  });

  test('whatever is stored and asked, pages hold all that fits, once, newest first', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(arbitraryIncoming, { maxLength: 15 }),
        fc.array(arbitraryQuery, { maxLength: 8 }),
        async (stored, queries) => {
          await redis().flushall();
          const all = stored.map((fields, at) => ({ ...fields, id: `id:${at}` }));
          for (const one of all) await store.put(one);
          for (const query of queries) {
            const expected = all
              .filter((one) => fits(one, query))
              .sort((a, b) => b.createdAtUs - a.createdAtUs || (a.id < b.id ? 1 : -1))
              .map(({ id }) => id);
            const found: string[] = [];
            for (let after: string | null | undefined; after !== null; ) {
              const page = await store.search(after === undefined ? query : { ...query, after });
              expect(page.incidents.length).toBeLessThanOrEqual(query.limit);
              expect(page.more).toBe(false);
              expect(page.next === null || page.incidents.length === query.limit).toBe(true);
              found.push(...page.incidents.map(({ id }) => id));
              after = page.next;
            }
            expect(found).toEqual(expected);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('by group and by network of the client', async () => {
    await store.put(incoming('a'));
    await store.put(incoming('b', { incident: raceIncident }));
    const { groupId } = (await store.get('b'))!;
    expect(await idsOf({ limit: 9, groupId: groupId! })).toEqual(['b']);
    expect(await idsOf({ limit: 9, client: '10.255.252.0/24' })).toEqual(['b', 'a']);
    expect(await idsOf({ limit: 9, client: '10.255.253.0/24' })).toEqual([]);
  });

  test('an amended incident is found as it is now', async () => {
    await store.put(incoming('a'));
    await store.put(incoming('a', { incident: raceIncident }));
    expect(await idsOf({ limit: 9, leg: 'client' })).toEqual([]);
    expect(await idsOf({ limit: 9, leg: 'upstream' })).toEqual(['a']);
  });
});

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('a search among more than it looks at', () => {
  const redis = withRedis((path) => new Redis(path));
  let store: IncidentStore;
  const COUNT = 10_500;
  const sample = { ...unmatchedIncident, alternatives: [], line: { ...unmatchedIncident.line, raw: 'recv() failed' } };

  beforeAll(async () => {
    store = new IncidentStore(redis(), { nowUs: () => NOW_US, limits: { maxIncidents: 2 * COUNT } });
    const oldest = { incident: { ...sample, line: { ...sample.line, raw: 'needle' } }, createdAtUs: NOW_US };
    await store.put(incoming('oldest', oldest));
    for (let at = 1; at < COUNT; ) {
      const puts = Array.from({ length: 500 }, () =>
        store.put(incoming(`i${at}`, { incident: sample, createdAtUs: NOW_US + at++ })),
      );
      await Promise.all(puts);
    }
  });

  test('says that it stopped, and goes on from there', async () => {
    const first = await store.search({ limit: 9, text: 'needle' });
    expect(first).toMatchObject({ incidents: [], more: true });
    const second = await store.search({ limit: 9, text: 'needle', after: first.next! });
    expect(second).toMatchObject({ incidents: [{ id: 'oldest' }], next: null, more: false });
  });

  test('a term or a time range is found however much there is', async () => {
    expect(await store.search({ limit: 9, text: 'needle', beforeUs: NOW_US + 9 })).toMatchObject({
      incidents: [{ id: 'oldest' }],
      more: false,
    });
  });
});
