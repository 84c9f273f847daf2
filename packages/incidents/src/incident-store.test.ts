import { beforeEach, expect, test } from '@jest/globals';
import type { Incident } from '@resetscope/diagnosis';
import { hasProgram } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { postIncident, raceIncident, unmatchedIncident } from '../../report/test-data/incidents.ts';
import { type IncidentLimits, IncidentStore } from './incident-store.ts';
import { KEYS } from './keys.ts';
import { incoming, NOW_US } from './testing/incoming.ts';

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('IncidentStore', () => {
  const redis = withRedis((path) => new Redis(path));
  let store: IncidentStore;

  const storeWith = (limits: Partial<IncidentLimits>, nowUs = NOW_US): IncidentStore =>
    new IncidentStore(redis(), { limits, nowUs: () => nowUs });
  const ids = async (query: Parameters<IncidentStore['list']>[0] = { limit: 100 }): Promise<readonly string[]> =>
    (await store.list(query)).map((one) => one.id);

  beforeEach(async () => {
    await redis().flushall();
    store = storeWith({});
  });

  test('an incident is stored as given', async () => {
    const evidence = Uint8Array.from([0x0a, 0x0d, 0x0d, 0x0a, 0, 255]);
    expect(await store.put(incoming('a', { resetTsUs: NOW_US - 1, evidence }))).toBe('created');
    const [group] = await store.groups({ limit: 1 });
    expect(await store.get('a')).toEqual({
      id: 'a',
      node: 'web-1',
      createdAtUs: NOW_US,
      amendedAtUs: null,
      resetTsUs: NOW_US - 1,
      groupId: group?.id,
      grouped: 0,
      logged: true,
      incident: postIncident,
    });
    expect(Uint8Array.from((await store.evidence('a'))!)).toEqual(evidence);
    expect(await store.hasEvidence('a')).toBe(true);
  });

  test('what is not there is null', async () => {
    expect([await store.get('x'), await store.evidence('x'), await store.group('x')]).toEqual([null, null, null]);
    expect(await store.hasEvidence('x')).toBe(false);
    expect(await store.counts()).toEqual({
      lines: 0,
      matched: 0,
      ambiguous: 0,
      unmatched: 0,
      unmatchedBy: [],
      unlogged: 0,
    });
  });

  test('the same line again, also at once, makes neither a second incident nor a second count', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => store.put(incoming('a'))));
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'unchanged')).toHaveLength(19);
    expect(await store.groups({ limit: 9 })).toMatchObject([{ count: 1, lastIncidentId: 'a' }]);
    expect(await store.counts()).toMatchObject({ lines: 1, matched: 1 });
  });

  test('lines grouped with it in a storm count too, and move with it', async () => {
    await store.put(incoming('a', { grouped: 99 }));
    expect(await store.groups({ limit: 9 })).toMatchObject([{ count: 100 }]);
    expect(await store.counts()).toMatchObject({ lines: 100, matched: 100 });
    expect(await store.get('a')).toMatchObject({ grouped: 99 });
    await store.put(incoming('a', { grouped: 99, incident: unmatchedIncident }));
    expect(await store.groups({ limit: 9 })).toEqual([]);
    expect(await store.counts()).toMatchObject({ lines: 100, matched: 0, unmatched: 100 });
  });

  test('an amended verdict moves between groups and counters, and keeps its creation time', async () => {
    await store.put(incoming('a', { incident: unmatchedIncident }));
    expect(await store.groups({ limit: 9 })).toEqual([]);
    expect(await store.put(incoming('a', { createdAtUs: NOW_US + 2_000_000 }))).toBe('amended');
    expect(await store.get('a')).toMatchObject({
      createdAtUs: NOW_US,
      amendedAtUs: NOW_US + 2_000_000,
      incident: postIncident,
    });
    expect(await store.counts()).toEqual({
      lines: 1,
      matched: 1,
      ambiguous: 0,
      unmatched: 0,
      unmatchedBy: [],
      unlogged: 0,
    });

    await store.put(incoming('b', { createdAtUs: NOW_US + 1 }));
    expect(await store.groups({ limit: 9 })).toMatchObject([{ count: 2, firstSeenUs: NOW_US, lastSeenUs: NOW_US + 1 }]);
    await store.put(incoming('a', { incident: raceIncident }));
    expect(await store.groups({ limit: 9 })).toMatchObject([
      { fingerprint: { leg: 'client' }, count: 1, firstSeenUs: NOW_US + 1, lastIncidentId: 'b' },
      {
        fingerprint: { leg: 'upstream' },
        count: 1,
        firstSeenUs: NOW_US,
        lastIncidentId: 'a',
        harm: 'may-have-executed',
      },
    ]);
    await store.put(incoming('b', { incident: raceIncident }));
    expect(await store.groups({ limit: 9 })).toMatchObject([
      { fingerprint: { leg: 'upstream' }, count: 2, lastIncidentId: 'b' },
    ]);
  });

  test('an amended verdict of the same group does not count again, and brings new evidence', async () => {
    await store.put(incoming('a', { evidence: Uint8Array.of(1) }));
    const amended: Incident = { ...postIncident, confidence: 0.99, title: 'A clearer title' };
    expect(await store.put(incoming('a', { incident: amended, evidence: Uint8Array.of(2, 3) }))).toBe('amended');
    expect(await store.groups({ limit: 9 })).toMatchObject([{ count: 1, title: 'A clearer title' }]);
    expect([...(await store.evidence('a'))!]).toEqual([2, 3]);
    expect(await redis().hget(KEYS.counts, 'evidence-bytes')).toBe('2');
  });

  test('lists are newest first, in pages, of one group when asked', async () => {
    for (let at = 0; at < 5; at++) {
      await store.put(
        incoming(`i${at}`, { createdAtUs: NOW_US + at, incident: at % 2 === 0 ? postIncident : raceIncident }),
      );
    }
    expect(await ids({ limit: 2 })).toEqual(['i4', 'i3']);
    expect(await ids({ limit: 9, beforeUs: NOW_US + 3 })).toEqual(['i2', 'i1', 'i0']);
    const { groupId } = (await store.get('i0'))!;
    expect(await ids({ limit: 9, groupId: groupId! })).toEqual(['i4', 'i2', 'i0']);
    expect(await ids({ limit: 1, groupId: groupId!, beforeUs: NOW_US + 4 })).toEqual(['i2']);
    expect(await ids({ limit: 0 })).toEqual([]);
    expect((await store.list({ groupId: groupId!, limit: 2 })).map(({ createdAtUs }) => createdAtUs)).toEqual([
      NOW_US + 4,
      NOW_US + 2,
    ]);
  });

  test('the number of incidents is bounded; a group lives while one of its incidents does, and its count stays', async () => {
    store = storeWith({ maxIncidents: 3 });
    await store.put(incoming('race', { incident: raceIncident, evidence: Uint8Array.of(1) }));
    for (let at = 1; at <= 5; at++) await store.put(incoming(`i${at}`, { createdAtUs: NOW_US + at }));
    expect(await ids()).toEqual(['i5', 'i4', 'i3']);
    expect(await store.groups({ limit: 9 })).toMatchObject([
      { fingerprint: { leg: 'client' }, count: 5, firstSeenUs: NOW_US + 1 },
    ]);
    expect(await store.evidence('race')).toBeNull();
    expect(await store.counts()).toMatchObject({ lines: 6 });
  });

  test('age is bounded, also when nothing new comes', async () => {
    await store.put(incoming('old', { createdAtUs: NOW_US - 90_000_000 }));
    await store.put(incoming('new'));
    expect(await storeWith({ maxAgeSeconds: 60 }).prune()).toBe(1);
    expect(await ids()).toEqual(['new']);
    expect(await storeWith({ maxAgeSeconds: 60 }, NOW_US + 61_000_000).prune()).toBe(1);
    expect(await redis().keys('*')).toEqual([KEYS.counts]);
  });

  test('evidence bytes are bounded: the oldest incidents lose theirs and stay', async () => {
    store = storeWith({ maxEvidenceBytes: 25 });
    for (let at = 0; at < 4; at++) {
      await store.put(incoming(`i${at}`, { createdAtUs: NOW_US + at, evidence: new Uint8Array(10) }));
    }
    expect(await Promise.all(['i0', 'i1', 'i2', 'i3'].map((id) => store.hasEvidence(id)))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(await ids()).toHaveLength(4);
    await store.put(incoming('huge', { createdAtUs: NOW_US + 9, evidence: new Uint8Array(26) }));
    expect(await redis().hlen(KEYS.evidence)).toBe(0);
  });

  test('subscribers hear of what was created or amended, not of what stayed', async () => {
    const heard: string[] = [];
    let wake = (): void => undefined;
    const unsubscribe = await store.subscribe((id) => {
      heard.push(id);
      if (id === 'last') wake();
    });
    const last = new Promise<void>((resolve) => {
      wake = resolve;
    });
    await store.put(incoming('a'));
    await store.put(incoming('a'));
    await store.put(incoming('a', { incident: raceIncident }));
    await store.put(incoming('last'));
    await last;
    await unsubscribe();
    expect(heard).toEqual(['a', 'a', 'last']);
  });

  test('whatever is put in whatever order, groups and counters agree with the verdicts', async () => {
    const verdicts = [
      postIncident,
      raceIncident,
      unmatchedIncident,
      { ...unmatchedIncident, reason: 'unix-socket' as const },
    ];
    const puts = fc.array(fc.record({ id: fc.nat(5), verdict: fc.nat(3), agoUs: fc.nat(1000) }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(puts, async (sequence) => {
        await redis().flushall();
        const twin = new Map<number, number>();
        for (const { id, verdict, agoUs } of sequence) {
          twin.set(id, verdict);
          await store.put(incoming(String(id), { incident: verdicts[verdict]!, createdAtUs: NOW_US - agoUs }));
        }
        const having = (...wanted: number[]): number =>
          [...twin.values()].filter((verdict) => wanted.includes(verdict)).length;
        expect(await store.counts()).toMatchObject({
          lines: twin.size,
          matched: having(0, 1),
          unmatched: having(2, 3),
        });
        const groups = await store.groups({ limit: 9 });
        expect(groups.map((group) => group.count).sort()).toEqual(
          [having(0), having(1)].filter((count) => count > 0).sort(),
        );
        for (const group of groups) {
          const times = (await store.list({ groupId: group.id, limit: 99 })).map(({ createdAtUs }) => createdAtUs);
          expect(group).toMatchObject({ count: times.length, lastSeenUs: times[0], firstSeenUs: times.at(-1) });
        }
      }),
      { numRuns: 40 },
    );
  });
});
