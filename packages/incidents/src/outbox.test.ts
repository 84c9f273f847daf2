import { beforeEach, expect, test } from '@jest/globals';
import type { Incident } from '@resetscope/diagnosis';
import { hasProgram, waitUntil } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { postIncident, raceIncident, unmatchedIncident } from '../../report/test-data/incidents.ts';
import type { GroupDecision } from './group-state.ts';
import { IncidentStore, type NewsOptions } from './incident-store.ts';
import { Outbox } from './outbox.ts';
import { incoming, NOW_US } from './testing/incoming.ts';

const HOUR_US = 3_600_000_000;
const LEASE_MS = 60_000;

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('Outbox', () => {
  const redis = withRedis((path) => new Redis(path));
  let store: IncidentStore;
  let outbox: Outbox;
  let nowUs = NOW_US;

  beforeEach(async () => {
    await redis().flushall();
    nowUs = NOW_US;
    store = storeWith({ silenceSeconds: 3600, settleMs: 0 });
    outbox = new Outbox(redis(), LEASE_MS);
  });

  function storeWith(news: NewsOptions | null): IncidentStore {
    return new IncidentStore(redis(), { news, nowUs: () => nowUs });
  }

  async function putAt(id: string, createdAtUs: number, incident: Incident = postIncident): Promise<string> {
    await store.put(incoming(id, { createdAtUs, incident }));
    return (await store.get(id))?.groupId ?? '';
  }

  /** Kinds of the events that are due, each taken and done. */
  async function told(): Promise<readonly string[]> {
    const kinds: string[] = [];
    for (;;) {
      const event = await outbox.take();
      if (event === null) return kinds;
      kinds.push(event.kind);
      await outbox.done(event);
    }
  }

  test('a new group is told of once, whoever stores its incidents and however often', async () => {
    const stores = [store, storeWith({ silenceSeconds: 3600, settleMs: 0 })];
    await Promise.all(Array.from({ length: 40 }, (_, at) => stores[at % 2]!.put(incoming(`i${at % 10}`))));
    const { groupId } = (await store.get('i0'))!;
    const event = await outbox.take();
    expect(event).toEqual({ id: `${groupId}-${NOW_US}`, kind: 'new', groupId, atUs: NOW_US, attempts: 1 });
    expect(await outbox.take()).toBeNull();
    await outbox.done(event!);
    expect(await outbox.counts()).toEqual({ waiting: 0, dead: 0, lost: 0 });
  });

  test('without news nothing is written', async () => {
    await storeWith(null).put(incoming('a'));
    expect(await outbox.counts()).toEqual({ waiting: 0, dead: 0, lost: 0 });
  });

  test('an event settles first: a group that an amended verdict has emptied is not told of', async () => {
    store = storeWith({ silenceSeconds: 3600, settleMs: LEASE_MS });
    await putAt('a', NOW_US);
    expect(await outbox.take()).toBeNull();
    expect((await outbox.counts()).waiting).toBe(1);
    await putAt('a', NOW_US, unmatchedIncident);
    expect((await outbox.counts()).waiting).toBe(0);
  });

  test('a group comes back after silence, not before', async () => {
    await putAt('a', NOW_US);
    await putAt('b', NOW_US + HOUR_US);
    expect(await told()).toEqual(['new']);
    await putAt('c', NOW_US + 2 * HOUR_US + 1);
    await putAt('d', NOW_US + 2 * HOUR_US + 2);
    expect(await told()).toEqual(['returned']);
  });

  const decisions: readonly {
    readonly decision: GroupDecision;
    readonly afterUs: number;
    readonly tells: readonly string[];
  }[] = [
    { decision: { kind: 'expected' }, afterUs: 9 * HOUR_US, tells: [] },
    { decision: { kind: 'snoozed', untilUs: NOW_US + 100 }, afterUs: 99, tells: [] },
    { decision: { kind: 'snoozed', untilUs: NOW_US + 100 }, afterUs: 100, tells: ['unsnoozed'] },
    { decision: { kind: 'resolved' }, afterUs: 1, tells: ['regressed'] },
    { decision: { kind: 'open' }, afterUs: 1, tells: [] },
  ];
  test.each(decisions)(
    '$decision.kind, next incident after $afterUs us: $tells',
    async ({ decision, afterUs, tells }) => {
      const groupId = await putAt('a', NOW_US);
      expect(await told()).toEqual(['new']);
      await store.decide(groupId, decision);
      await putAt('b', NOW_US + afterUs);
      await putAt('c', NOW_US + afterUs);
      expect(await told()).toEqual(tells);
    },
  );

  test('whoever decides about a group knows of it: what still waited goes', async () => {
    const groupId = await putAt('a', NOW_US);
    await store.decide(groupId, { kind: 'open' });
    expect((await outbox.counts()).waiting).toBe(1);
    await store.decide(groupId, { kind: 'expected' });
    expect(await told()).toEqual([]);
  });

  test('what is given back is due again, with its attempts; a postponed event has lost none', async () => {
    await putAt('a', NOW_US);
    const first = (await outbox.take())!;
    await outbox.retryIn(first, 0);
    const second = (await outbox.take())!;
    expect(second).toEqual({ ...first, attempts: 2 });
    await outbox.postpone(second, 0);
    expect(await outbox.take()).toMatchObject({ attempts: 2 });
    await outbox.retryIn(second, LEASE_MS);
    expect(await outbox.take()).toBeNull();
  });

  test('an event whose sender has died is taken by another, and the dead one has no say in it', async () => {
    await putAt('a', NOW_US);
    const dying = (await new Outbox(redis(), 0).take())!;
    const heir = (await outbox.take())!;
    expect(heir).toMatchObject({ id: dying.id, attempts: 2 });
    await outbox.retryIn(dying, 0);
    expect(await outbox.take()).toBeNull();
    await outbox.done(heir);
    await outbox.giveUp(heir);
    expect(await outbox.counts()).toEqual({ waiting: 0, dead: 0, lost: 0 });
  });

  test('an event that is given up is counted once', async () => {
    await putAt('a', NOW_US);
    const event = (await outbox.take())!;
    await outbox.giveUp(event);
    await outbox.giveUp(event);
    expect(await outbox.counts()).toEqual({ waiting: 0, dead: 1, lost: 0 });
  });

  test('a newer event of the group takes the place of one that is being sent, and outlives it', async () => {
    const groupId = await putAt('a', NOW_US);
    const sending = (await outbox.take())!;
    await store.decide(groupId, { kind: 'resolved' });
    await putAt('b', NOW_US + 1);
    await outbox.done(sending);
    expect(await told()).toEqual(['regressed']);
  });

  test('an event goes with its group', async () => {
    await putAt('a', NOW_US);
    nowUs += 8 * 24 * HOUR_US;
    await store.prune();
    expect(await told()).toEqual([]);
  });

  test('no more wait than Redis can bear; what is lost is counted', async () => {
    const upstreamAt = (at: number): Incident => ({ ...raceIncident, cause: `cause-${at}` });
    const puts = Array.from({ length: 1003 }, (_, at) => store.put(incoming(`i${at}`, { incident: upstreamAt(at) })));
    await Promise.all(puts);
    expect(await outbox.counts()).toEqual({ waiting: 1000, dead: 0, lost: 3 });
  });

  test('a lease runs out by the clock of Redis', async () => {
    await putAt('a', NOW_US);
    const short = new Outbox(redis(), 20);
    expect(await short.take()).toMatchObject({ attempts: 1 });
    const takes: unknown[] = [];
    await waitUntil(async () => takes.push(await outbox.take()) > 0 && takes.at(-1) !== null, {
      what: 'the lease to run out',
    });
    expect(takes.at(-1)).toMatchObject({ attempts: 2 });
  });
});
