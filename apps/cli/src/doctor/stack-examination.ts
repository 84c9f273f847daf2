/** What the doctor looks at in the stack, wherever it runs: Redis, or the two that share the work, and the apps. */
import { join } from 'node:path';
import { maskRedisUrl, type RedisClient, type RedisUrl, readHeartbeats } from '@resetscope/telemetry';
import { answersPing } from '@resetscope/testkit';
import { type Finding, skipped } from '../finding.ts';
import { checkRedisProgram } from '../host-checks.ts';
import { checkApp, checkHeartbeats, checkNode } from './app-checks.ts';
import { checkRedisClock, redisOffsetMs } from './clock-checks.ts';
import { checkMemory, QUEUE_AND_INCIDENTS_BYTES, ringBudget } from './memory-check.ts';
import type { DoctorOptions } from './options.ts';
import { told } from './question.ts';
import { checkPersistence, examineServers } from './redis-checks.ts';
import { openRedis } from './redis-opening.ts';
import { readServerInfos } from './redis-server-info.ts';
import type { Ring } from './ring-checks.ts';
import { examineRings, readRings } from './ring-examination.ts';

/** A Redis, and what of resetscope lies in it. */
interface Store {
  readonly redis: RedisClient;
  readonly subject: string;
  readonly url: RedisUrl;
  readonly holdsQueue: boolean;
  readonly holdsRings: boolean;
}

export async function examineStack(options: DoctorOptions): Promise<readonly Finding[]> {
  const asked = await Promise.all(options.opsUrls.map(checkApp));
  return [checkNode(process.versions.node), ...(await examineStores(options)), ...asked.flat()];
}

async function examineStores(options: DoctorOptions): Promise<readonly Finding[]> {
  const { redisUrl, ringRedisUrl, dataDir } = options;
  const socket = join(dataDir, 'redis', 'redis.sock');
  if (redisUrl === undefined && !(await answersPing(socket))) {
    return [checkRedisProgram(), skipped('ring', 'rings', 'no Redis runs yet: look again while resetscope up runs')];
  }
  const places = [
    { url: redisUrl ?? `unix:${socket}`, holdsQueue: true, holdsRings: ringRedisUrl === undefined },
    ...(ringRedisUrl === undefined ? [] : [{ url: ringRedisUrl, holdsQueue: false, holdsRings: true }]),
  ];
  const problems: Finding[] = [];
  const stores: Store[] = [];
  try {
    for (const place of places) {
      const opened = await openRedis(place.url);
      if (opened.kind === 'closed') problems.push(opened.finding);
      else stores.push({ ...place, redis: opened.redis, subject: `Redis ${maskRedisUrl(place.url)}` });
    }
    return [...problems, ...(await askStores(stores, options))];
  } finally {
    for (const { redis } of stores) redis.disconnect();
  }
}

async function askStores(stores: readonly Store[], options: DoctorOptions): Promise<readonly Finding[]> {
  const queue = stores.find(({ holdsQueue }) => holdsQueue)?.redis ?? null;
  const found = await Promise.all(stores.map((store) => askStore(store, queue, options)));
  const apps = await told('app', 'apps', async () =>
    checkHeartbeats((await Promise.all(stores.map(({ redis }) => readHeartbeats(redis)))).flat()),
  );
  return [...found.flat(), ...apps];
}

/** queue: where it can be asked. */
async function askStore(store: Store, queue: RedisClient | null, options: DoctorOptions): Promise<readonly Finding[]> {
  const { redis, subject, url, holdsRings } = store;
  const rings: Ring[] = [];
  const unread = holdsRings
    ? await told('ring', 'rings', async () => {
        rings.push(...(await readRings(redis)));
        return [];
      })
    : [];
  return [
    ...(await examineServers(redis, url)),
    ...(await told('redis-memory', subject, () => examineMemory(store, rings, options))),
    ...(await told('redis-clock', 'clock of Redis', async () => [checkRedisClock(await redisOffsetMs(redis))])),
    ...unread,
    ...(holdsRings && unread.length === 0 ? await examineRings(redis, queue, rings, options) : []),
  ];
}

/** Rings may be lost, so nothing is said of the persistence of a Redis that holds nothing else. */
async function examineMemory(
  store: Store,
  rings: readonly Ring[],
  options: DoctorOptions,
): Promise<readonly Finding[]> {
  const { redis, subject, url, holdsQueue, holdsRings } = store;
  const servers = await readServerInfos(redis);
  const kept = {
    ringBytes: holdsRings ? budgetOf(rings, options.ringBytes) : 0,
    besideBytes: holdsQueue ? QUEUE_AND_INCIDENTS_BYTES : 0,
  };
  const persistence = servers.map((server) => checkPersistence(`Redis ${server.address ?? maskRedisUrl(url)}`, server));
  const isPrivate = options.redisUrl === undefined;
  return [checkMemory(subject, servers, kept, isPrivate), ...(holdsQueue ? persistence : [])];
}

/** asked: --ring-bytes, for a capture that is to be started. */
function budgetOf(rings: readonly Ring[], asked: string | undefined): number {
  const kept = rings.reduce((sum, { maxBytes }) => sum + maxBytes, 0);
  return rings.length === 0 || asked !== undefined ? Math.max(kept, ringBudget(asked)) : kept;
}
