import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePorts, hasProgram, type RedisServer, startRedis, waitUntil } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { Cluster, Redis } from 'ioredis';
import { postIncident, raceIncident, unmatchedIncident } from '../../report/test-data/incidents.ts';
import { IncidentStore } from './incident-store.ts';
import { Outbox } from './outbox.ts';
import { incoming, NOW_US } from './testing/incoming.ts';

const SLOTS = 16_384;

/** One node is enough: a node in cluster mode refuses commands and scripts whose keys are in several slots, whoever holds them. */
describeIf(hasProgram('redis-server'), 'redis-server is not installed')('the store in a Redis Cluster', () => {
  let server: RedisServer;
  let cluster: Cluster;

  beforeAll(async () => {
    const [port = 0, busPort = 0] = await freePorts(2);
    const args = [
      '--port',
      `${port}`,
      '--bind',
      '127.0.0.1',
      '--cluster-announce-ip',
      '127.0.0.1',
      '--cluster-enabled',
      'yes',
      '--cluster-port',
      `${busPort}`,
    ];
    server = await startRedis({ args });
    const node = new Redis(server.url.replace('unix:', ''));
    await node.cluster('ADDSLOTS', ...Array.from({ length: SLOTS }, (_, slot) => slot));
    await waitUntil(async () => /cluster_state:ok/.test(String(await node.cluster('INFO'))), { what: 'the cluster' });
    node.disconnect();
    cluster = new Cluster([{ host: '127.0.0.1', port }]);
  });
  afterAll(async () => {
    cluster.disconnect();
    await server.stop();
  });

  test('every operation keeps to one slot', async () => {
    const limits = { maxIncidents: 2, maxEvidenceBytes: 2 };
    const store = new IncidentStore(cluster, {
      limits,
      news: { silenceSeconds: 60, settleMs: 0 },
      nowUs: () => NOW_US,
    });
    const heard: string[] = [];
    const unsubscribe = await store.subscribe((id) => heard.push(id));
    for (const [at, incident] of [postIncident, raceIncident, unmatchedIncident].entries()) {
      await store.put(incoming(`i${at}`, { incident, createdAtUs: NOW_US + at, evidence: Uint8Array.of(1) }));
    }
    expect((await store.list({ limit: 9 })).map(({ id }) => id)).toEqual(['i2', 'i1']);
    expect((await store.search({ limit: 9, leg: 'upstream', text: 'recv' })).incidents.map(({ id }) => id)).toEqual([
      'i1',
    ]);
    const [group] = await store.groups({ limit: 9 });
    expect(await store.list({ limit: 9, groupId: group!.id })).toHaveLength(1);
    expect((await store.list({ groupId: group!.id, limit: 9 })).map(({ createdAtUs }) => createdAtUs)).toEqual([
      NOW_US + 1,
    ]);
    expect((await store.trends({ groupIds: [group!.id], resolution: 'hour', buckets: 1 }))[0]?.counts).toEqual([1]);
    expect(await store.hasEvidence('i2')).toBe(true);
    expect([...(await store.evidence('i2'))!]).toEqual([1]);
    expect(await store.counts()).toMatchObject({ lines: 3 });
    const outbox = new Outbox(cluster, 60_000);
    const event = (await outbox.take())!;
    await outbox.retryIn(event, 0);
    await outbox.giveUp((await outbox.take())!);
    expect(await outbox.counts()).toMatchObject({ waiting: 0, dead: 1 });
    expect(await store.decide(group!.id, { kind: 'resolved' })).toBe(true);
    expect(await store.prune()).toBe(0);
    await waitUntil(() => heard.length === 3, { what: 'the messages' });
    await unsubscribe();
    expect(heard).toEqual(['i0', 'i1', 'i2']);
  });
});
