import { expect, test } from '@jest/globals';
import type { Incident } from '@resetscope/diagnosis';
import { hasProgram, startRedis } from '@resetscope/testkit';
import { Redis } from 'ioredis';
import { postIncident } from '../../report/test-data/incidents.ts';
import { IncidentStore } from './incident-store.ts';

const INCIDENTS = 500;
/** An evidence capture of ten packets with its comments. */
const EVIDENCE_BYTES = 2500;

const withLadder = (rows: number): Incident => ({
  ...postIncident,
  ladder: Array.from({ length: rows }, (_, at) => postIncident.ladder[at % postIncident.ladder.length]!),
});

if (!hasProgram('redis-server')) console.log('skipped: redis-server is not installed');

(hasProgram('redis-server') ? test : test.skip).each([
  { rows: 10, atLeast: 8_000, atMost: 11_000 },
  { rows: 60, atLeast: 15_000, atMost: 27_000 },
])('an incident with $rows rows takes what the README says', async ({ rows, atLeast, atMost }) => {
  const server = await startRedis();
  const redis = new Redis(server.url.replace('unix:', ''));
  const usedBytes = async (): Promise<number> =>
    Number(/used_memory_dataset:(\d+)/.exec(await redis.info('memory'))?.[1]);
  try {
    const store = new IncidentStore(redis, { nowUs: () => 1_795_334_115_000_000 });
    await store.prune();
    const before = await usedBytes();
    for (let at = 0; at < INCIDENTS; at++) {
      const createdAtUs = 1_795_334_115_000_000 + at;
      const evidence = new Uint8Array(EVIDENCE_BYTES);
      await store.put({
        id: `line-${at}`,
        node: 'web-1',
        createdAtUs,
        resetTsUs: null,
        incident: withLadder(rows),
        evidence,
      });
    }
    const bytesEach = ((await usedBytes()) - before) / INCIDENTS - EVIDENCE_BYTES;
    console.log(`${Math.round(bytesEach)} bytes of Redis per incident of ${rows} rows, beside its capture`);
    expect(bytesEach).toBeGreaterThan(atLeast);
    expect(bytesEach).toBeLessThan(atMost);
  } finally {
    redis.disconnect();
    await server.stop();
  }
});
