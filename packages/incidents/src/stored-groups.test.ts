import { beforeEach, expect, test } from '@jest/globals';
import type { Incident } from '@resetscope/diagnosis';
import { hasProgram } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { postIncident, raceIncident, unmatchedIncident } from '../../report/test-data/incidents.ts';
import type { IncidentGroup } from './group.ts';
import { TOP_SLOTS } from './group-top.ts';
import { IncidentStore } from './incident-store.ts';
import { incoming, NOW_US } from './testing/incoming.ts';

const MINUTE_US = 60_000_000;
const HOUR_US = 3_600_000_000;

function raceAt(upstream: string, target = '/app/pay1', client = '10.0.0.1'): Incident {
  const stream = { ...raceIncident.stream!, responder: upstream };
  return { ...raceIncident, stream, client, request: { ...raceIncident.request, target } };
}

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('groups', () => {
  const redis = withRedis((path) => new Redis(path));
  let nowUs = NOW_US;
  let store: IncidentStore;

  beforeEach(async () => {
    await redis().flushall();
    nowUs = NOW_US;
    store = new IncidentStore(redis(), { nowUs: () => nowUs, limits: { maxIncidents: 20 } });
  });

  async function onlyGroup(): Promise<IncidentGroup> {
    const groups = await store.groups({ limit: 9 });
    expect(groups).toHaveLength(1);
    return groups[0]!;
  }

  test('one outage of a pool is one group, whoever asked for what', async () => {
    for (let at = 0; at < 12; at++) {
      const incident = raceAt(`10.9.8.${at % 3}:3000`, `/shop/${'abcdef'[at % 6]}`, `198.51.${at}.7`);
      await store.put(incoming(`i${at}`, { incident, createdAtUs: NOW_US + at }));
    }
    const { count, top, fingerprint } = await onlyGroup();
    expect({ count, peer: fingerprint.peer }).toEqual({ count: 12, peer: '10.9.8.0/24:3000' });
    expect(top.upstream).toEqual(
      ['10.9.8.0:3000', '10.9.8.1:3000', '10.9.8.2:3000'].map((value) => ({ value, count: 4, error: 0 })),
    );
    expect(top.route).toHaveLength(6);
    expect(top.client).toHaveLength(12);
  });

  test('harm, tops and trend follow an amended verdict, lines of a storm included', async () => {
    await store.put(incoming('a', { incident: raceAt('10.9.8.1:3000'), grouped: 4 }));
    await store.put(incoming('b', { incident: raceAt('10.9.8.2:3000') }));
    const amended = { ...raceAt('10.9.8.2:3000', '/other'), harm: 'failed' as const };
    await store.put(incoming('a', { incident: amended, grouped: 4 }));
    const group = await onlyGroup();
    expect(group).toMatchObject({ count: 6, harms: { failed: 5, 'may-have-executed': 1, harmless: 0, unknown: 0 } });
    expect(group.top.upstream).toEqual([{ value: '10.9.8.2:3000', count: 6, error: 0 }]);
    expect(group.top.route).toEqual([
      { value: '/other', count: 5, error: 0 },
      { value: '/app/pay{n}', count: 1, error: 0 },
    ]);
    await store.put(incoming('a', { incident: unmatchedIncident, grouped: 4 }));
    expect(await onlyGroup()).toMatchObject({ count: 1, harms: { failed: 0, 'may-have-executed': 1 } });
    const [trend] = await store.trends({ groupIds: [group.id], resolution: 'hour', buckets: 1 });
    expect(trend?.counts).toEqual([1]);
  });

  test('the most frequent values are found among any number of others', async () => {
    store = new IncidentStore(redis(), { nowUs: () => nowUs });
    for (let at = 0; at < 20 * TOP_SLOTS; at++) {
      const client = at % 4 === 0 ? '203.0.113.9' : `10.0.${at}.1`;
      await store.put(
        incoming(`i${at}`, { incident: raceAt('10.9.8.1:3000', '/a', client), createdAtUs: NOW_US + at }),
      );
    }
    const { client } = (await onlyGroup()).top;
    expect(client).toHaveLength(TOP_SLOTS);
    expect(client[0]?.value).toBe('203.0.113.9');
    const { count, error } = client[0]!;
    expect(count).toBeGreaterThanOrEqual(5 * TOP_SLOTS);
    expect(count - error).toBeLessThanOrEqual(5 * TOP_SLOTS);
  });

  test('a newcomer takes the place of the rarest value, and its count as an error', async () => {
    for (let at = 0; at <= TOP_SLOTS; at++) {
      const incident = raceAt('10.9.8.1:3000', '/a', `10.0.${at}.1`);
      await store.put(incoming(`i${at}`, { incident, grouped: at === 7 ? 1 : 2, createdAtUs: NOW_US + at }));
    }
    const { client } = (await onlyGroup()).top;
    expect(client.map(({ value }) => value)).not.toContain('10.0.7.1');
    expect(client[0]).toEqual({ value: `10.0.${TOP_SLOTS}.1`, count: 5, error: 2 });
    expect(client[1]).toMatchObject({ count: 3, error: 0 });
  });

  test('the trend counts by minute and by hour, also what is no longer kept', async () => {
    const agoMinutes = [200, 61, 59, 59, 2, 0, 0, 0];
    for (const [at, ago] of agoMinutes.entries()) {
      await store.put(incoming(`i${at}`, { createdAtUs: NOW_US - ago * MINUTE_US }));
    }
    const { id, firstSeenUs } = await onlyGroup();
    expect(firstSeenUs).toBe(NOW_US - 200 * MINUTE_US);
    await new IncidentStore(redis(), { nowUs: () => nowUs, limits: { maxIncidents: 1 } }).prune();
    const [minutes] = await store.trends({ groupIds: [id], resolution: 'minute', buckets: 60 });
    expect(minutes?.counts).toHaveLength(60);
    expect([minutes?.counts[0], minutes?.counts[57], minutes?.counts[59]]).toEqual([2, 1, 3]);
    expect(minutes?.counts.reduce((sum, count) => sum + count)).toBe(6);
    const [hours] = await store.trends({ groupIds: [id], resolution: 'hour', buckets: 168 });
    expect(hours?.counts.reduce((sum, count) => sum + count)).toBe(8);
    expect(hours?.fromUs).toBe((Math.floor(NOW_US / HOUR_US) - 167) * HOUR_US);
    nowUs += 24 * HOUR_US;
    const [later] = await store.trends({ groupIds: [id], resolution: 'minute', buckets: 60 });
    expect(later?.counts.every((count) => count === 0)).toBe(true);
  });

  test('trends of several groups come in the order asked for', async () => {
    await store.put(incoming('a'));
    await store.put(incoming('b', { incident: raceIncident }));
    await store.put(incoming('c', { incident: raceIncident }));
    const [race, post] = [(await store.get('b'))!.groupId!, (await store.get('a'))!.groupId!];
    const trends = await store.trends({ groupIds: [race, 'none', post], resolution: 'minute', buckets: 1 });
    expect(trends.map(({ groupId, counts }) => ({ groupId, counts }))).toEqual([
      { groupId: race, counts: [2] },
      { groupId: 'none', counts: [0] },
      { groupId: post, counts: [1] },
    ]);
    expect(await store.trends({ groupIds: [], resolution: 'minute', buckets: 1 })).toEqual([]);
  });

  test('what no line speaks of is marked, and is no line', async () => {
    await store.put(incoming('line'));
    await store.put(incoming('quiet', { logged: false, createdAtUs: NOW_US + 1 }));
    expect(await onlyGroup()).toMatchObject({ count: 2, unlogged: 1 });
    expect(await store.counts()).toMatchObject({ lines: 1, matched: 1, unlogged: 1 });
    expect(await store.get('quiet')).toMatchObject({ logged: false });
    expect((await store.search({ limit: 9, unlogged: true })).incidents.map(({ id }) => id)).toEqual(['quiet']);
    await store.put(incoming('quiet', { logged: false, incident: raceIncident }));
    expect(await store.group((await store.get('line'))!.groupId!)).toMatchObject({ count: 1, unlogged: 0 });
    expect(await store.counts()).toMatchObject({ lines: 1, unlogged: 1 });
  });

  test('text that an attacker chose is counted, and breaks nothing', async () => {
    const hostile = '\ud800"\\\u0000\u2028]]}\n|:{x}';
    const incident = { ...raceAt(hostile, `/${hostile}`, hostile), line: { ...postIncident.line, raw: hostile } };
    await store.put(incoming('a', { incident, node: hostile }));
    await store.put(incoming('a', { incident: { ...incident, harm: 'failed' }, node: hostile }));
    const { top, harms } = await onlyGroup();
    expect(harms).toMatchObject({ failed: 1, 'may-have-executed': 0 });
    for (const values of Object.values(top)) expect(values).toMatchObject([{ count: 1 }]);
    expect(
      (await store.search({ limit: 9, client: hostile, node: hostile, upstream: hostile })).incidents,
    ).toHaveLength(1);
  });

  test('a decision is kept with the group, and goes with it', async () => {
    await store.put(incoming('a'));
    const { id, state } = await onlyGroup();
    expect(state).toEqual({ kind: 'open' });
    expect(await store.decide(id, { kind: 'expected' }, `Ada\ud800${'x'.repeat(99)}`)).toBe(true);
    await store.put(incoming('b', { createdAtUs: NOW_US + 1 }));
    const by = `Ada\ufffd${'x'.repeat(60)}`;
    expect((await onlyGroup()).state).toEqual({ kind: 'expected', sinceUs: NOW_US, by });
    expect(await store.decide(id, { kind: 'open' })).toBe(true);
    expect((await onlyGroup()).state).toEqual({ kind: 'open' });
    expect(await store.decide('0000000000000000', { kind: 'expected' })).toBe(false);
    await store.decide(id, { kind: 'expected' });
    for (const gone of ['a', 'b']) await store.put(incoming(gone, { incident: unmatchedIncident }));
    await store.put(incoming('c'));
    expect((await onlyGroup()).state).toEqual({ kind: 'open' });
  });

  test('groups seen since a time, and incidents of a term since then', async () => {
    await store.put(incoming('old', { createdAtUs: NOW_US - 100 }));
    await store.put(incoming('new', { incident: raceAt('10.9.8.191', '/pay', '10.1.2.3') }));
    expect(await store.groups({ limit: 9 })).toHaveLength(2);
    expect(await store.groups({ limit: 9, fromUs: NOW_US })).toMatchObject([{ lastIncidentId: 'new' }]);
    expect(await store.tally('leg', ['client', 'upstream', 'none'], NOW_US - 100)).toEqual([1, 1, 0]);
    expect(await store.tally('leg', ['client', 'upstream', 'none'], NOW_US - 99)).toEqual([0, 1, 0]);
  });

  test('a snooze ends by itself', async () => {
    await store.put(incoming('a'));
    const { id } = await onlyGroup();
    await store.decide(id, { kind: 'snoozed', untilUs: NOW_US + 10 });
    expect((await onlyGroup()).state).toEqual({ kind: 'snoozed', sinceUs: NOW_US, untilUs: NOW_US + 10, by: null });
    nowUs += 10;
    expect((await onlyGroup()).state).toEqual({ kind: 'open' });
  });

  test('a resolved group regresses with the next incident, not with an older one', async () => {
    await store.put(incoming('a'));
    const { id } = await onlyGroup();
    await store.decide(id, { kind: 'resolved' });
    await store.put(incoming('older', { createdAtUs: NOW_US - 1 }));
    await store.put(incoming('a', { incident: { ...postIncident, confidence: 0.5 } }));
    expect((await onlyGroup()).state).toEqual({ kind: 'resolved', sinceUs: NOW_US, by: null });
    await store.put(incoming('next', { createdAtUs: NOW_US + 1 }));
    expect((await onlyGroup()).state).toEqual({ kind: 'regressed', sinceUs: NOW_US + 1 });
  });
});
