import { beforeEach, expect, test } from '@jest/globals';
import type { Incident } from '@resetscope/diagnosis';
import { hasProgram } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { postIncident, raceIncident, unmatchedIncident } from '../../report/test-data/incidents.ts';
import type { GroupDecision } from './group-state.ts';
import { IncidentStore } from './incident-store.ts';
import { parseIndexMember } from './index-term.ts';
import { KEYS } from './keys.ts';
import { Outbox } from './outbox.ts';
import { incoming, NOW_US } from './testing/incoming.ts';

const VERDICTS: readonly Incident[] = [
  postIncident,
  { ...postIncident, harm: 'failed' },
  raceIncident,
  { ...raceIncident, client: '198.51.100.7', request: { method: 'GET', target: '/b', host: null } },
  unmatchedIncident,
  { ...unmatchedIncident, reason: 'unix-socket' },
];
const DECISIONS: readonly GroupDecision[] = [
  { kind: 'open' },
  { kind: 'expected' },
  { kind: 'snoozed', untilUs: NOW_US + 50 },
  { kind: 'resolved' },
];

type Step =
  | {
      readonly kind: 'put';
      readonly id: number;
      readonly verdict: number;
      readonly evidence: number;
      readonly atUs: number;
    }
  | { readonly kind: 'prune'; readonly ageUs: number }
  | { readonly kind: 'decide'; readonly decision: number }
  | { readonly kind: 'take' }
  | { readonly kind: 'take-back'; readonly id: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      id: fc.nat(12),
      verdict: fc.nat(VERDICTS.length - 1),
      evidence: fc.nat(3),
      atUs: fc.nat(100),
    }),
  },
  fc.record({ kind: fc.constant('prune' as const), ageUs: fc.nat(100) }),
  fc.record({ kind: fc.constant('decide' as const), decision: fc.nat(3) }),
  fc.record({ kind: fc.constant('take' as const) }),
  fc.record({ kind: fc.constant('take-back' as const), id: fc.constantFrom(0, 1, 4, 8) }),
);

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('what is dropped', () => {
  const redis = withRedis((path) => new Redis(path));

  beforeEach(() => redis().flushall());

  function storeThatKeeps(maxAgeUs: number): IncidentStore {
    const limits = { maxIncidents: 6, maxAgeSeconds: maxAgeUs / 1_000_000, maxEvidenceBytes: 5 };
    return new IncidentStore(redis(), { limits, news: { silenceSeconds: 0, settleMs: 0 }, nowUs: () => NOW_US + 100 });
  }

  async function run(one: Step): Promise<void> {
    const store = storeThatKeeps(1000);
    switch (one.kind) {
      case 'put': {
        const evidence = one.evidence === 0 ? null : new Uint8Array(one.evidence);
        const logged = one.id % 4 !== 0;
        const fields = { incident: VERDICTS[one.verdict]!, createdAtUs: NOW_US + one.atUs, evidence, logged };
        await store.put(incoming(`id:${one.id}`, fields));
        return;
      }
      case 'prune':
        await storeThatKeeps(one.ageUs).prune();
        return;
      case 'decide': {
        const [group] = await store.groups({ limit: 1 });
        if (group !== undefined) await store.decide(group.id, DECISIONS[one.decision]!);
        return;
      }
      case 'take-back':
        await store.takeBack(`id:${one.id}`);
        return;
      case 'take': {
        const outbox = new Outbox(redis(), 0);
        const event = await outbox.take();
        if (event !== null) await outbox.retryIn(event, 0);
      }
    }
  }

  /** Every id that any key speaks of is of an incident that is kept, and every group has one. */
  async function expectNothingDangles(): Promise<void> {
    const [verdicts, records, briefs, texts, evidence, index] = await Promise.all([
      redis().hkeys(KEYS.verdicts),
      redis().hgetall(KEYS.records),
      redis().hkeys(KEYS.briefs),
      redis().hkeys(KEYS.texts),
      redis().hgetall(KEYS.evidence),
      redis().zrange(KEYS.index, '0', '-1'),
    ]);
    const kept = Object.keys(records).sort();
    expect(verdicts.sort()).toEqual(kept);
    expect(texts.sort()).toEqual(kept);
    expect(briefs.sort()).toEqual(kept);
    const stored = Object.entries(records).map(([id, text]) => ({ id, ...JSON.parse(text) }));
    const expected = stored.flatMap(({ id, createdAtUs, terms }) =>
      [...terms.split('\n'), ...(id in evidence ? ['evidence'] : [])].map((term) => `${term}|${createdAtUs}:${id}`),
    );
    expect(index.toSorted()).toEqual(expected.sort());
    expect(kept.length).toBeLessThanOrEqual(6);
    const bytes = Object.values(evidence).reduce((sum, text) => sum + text.length, 0);
    expect(Number(await redis().hget(KEYS.counts, 'evidence-bytes'))).toBe(bytes);
    expect(bytes).toBeLessThanOrEqual(5);

    const groups = new Set(stored.map(({ groupId }) => groupId).filter((id) => id !== ''));
    expect(new Set(await redis().hkeys(KEYS.groups))).toEqual(groups);
    expect(new Set(await redis().zrange(KEYS.groupsByTime, '0', '-1'))).toEqual(groups);
    for (const key of [KEYS.groupNumbers, KEYS.groupTops, KEYS.groupTrends, KEYS.groupStates, KEYS.events]) {
      for (const field of await redis().hkeys(key)) expect(groups).toContain(field.split(':')[0]);
    }
    expect((await redis().zrange(KEYS.outbox, '0', '-1')).sort()).toEqual((await redis().hkeys(KEYS.events)).sort());
    for (const group of groups) {
      const members = index.filter((member) => member.startsWith(`group=${group}|`)).map(parseIndexMember);
      const { id, createdAtUs } = members.at(-1)!;
      expect(await storeThatKeeps(1000).group(group)).toMatchObject({ lastIncidentId: id, lastSeenUs: createdAtUs });
    }
  }

  test('whatever was put, amended, decided, told and dropped: no key holds what is gone, and none lacks what is kept', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        await redis().flushall();
        await redis().hset(KEYS.counts, 'evidence-bytes', 0);
        for (const one of steps) await run(one);
        await expectNothingDangles();
      }),
      { numRuns: 60 },
    );
  });

  test('what has become too old goes in one prune, however much it is', async () => {
    for (let at = 0; at < 130; at++) {
      const store = new IncidentStore(redis(), { nowUs: () => NOW_US });
      await store.put(incoming(`i${at}`, { createdAtUs: NOW_US + at, incident: VERDICTS[at % VERDICTS.length]! }));
    }
    expect(await new IncidentStore(redis(), { nowUs: () => NOW_US + 1e15 }).prune()).toBe(130);
    expect(await redis().keys('*')).toEqual([KEYS.counts]);
  });
});
