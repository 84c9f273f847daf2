/**
 * Fills a Redis with incidents, for looking at the pages and for measuring them:
 *
 *     node --conditions=@resetscope/source --import ./test/lab/load-typescript.mjs apps/web/src/testing/seed-main.ts \
 *       --redis redis://127.0.0.1:6379 --incidents 300 --groups 40 --days 2
 */
import { parseArgs } from 'node:util';
import { IncidentStore } from '@resetscope/incidents';
import { connectRedis } from '@resetscope/telemetry';
import { recordedIncidents } from './recorded-incidents.ts';
import { seedStore } from './seed.ts';

const DAY_US = 86_400_000_000;

const { values } = parseArgs({
  options: {
    redis: { type: 'string', default: 'redis://127.0.0.1:6379' },
    incidents: { type: 'string', default: '300' },
    groups: { type: 'string', default: '40' },
    days: { type: 'string', default: '2' },
  },
});
const incidents = Number(values.incidents);
const redis = await connectRedis(values.redis);
const store = new IncidentStore(redis, {
  limits: { maxIncidents: Math.max(10_000, incidents), maxAgeSeconds: 30 * 86_400 },
});
await seedStore(store, await recordedIncidents(), {
  incidents,
  groups: Number(values.groups),
  nowUs: Date.now() * 1000,
  spanUs: Number(values.days) * DAY_US,
});
const { lines, unlogged } = await store.counts();
console.log(`${lines} lines, ${unlogged} without a line`);
redis.disconnect();
