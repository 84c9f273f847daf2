/** Connecting to Redis: the first connection must succeed or fails clearly; later losses are reconnected forever. */
import { readFile } from 'node:fs/promises';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { ClearError } from './clear-error.ts';
import type { RedisAccess } from './redis-access.ts';
import { redisFailure } from './redis-failure.ts';
import { parseRedisUrl, type RedisPlace, type RedisUrl } from './redis-place.ts';

/** One server (perhaps found through sentinels), or a cluster. */
export type RedisClient = Redis | Cluster;

/** ioredis options without the reply mapping, which changes the client's type. */
export type ConnectionOptions = Omit<RedisOptions, 'replyMapping'>;

/** An idle connection whose host has vanished is found out after these, and ten probes a second apart (libuv, uv_tcp_keepalive). */
const KEEP_ALIVE_MS = 10_000;
/** A command without an answer for so long has lost its server. BullMQ blocks for 10 s at most (its maximumBlockTimeout). */
const ANSWER_TIMEOUT_MS = 20_000;
/** Between two tries of a command that a cluster could not take, milliseconds. */
const CLUSTER_RETRY_MS = 200;
/** ioredis' own number of tries, for those who would rather fail than wait. */
const CLUSTER_TRIES = 16;

/**
 * Opens one connection. Unless `extra` says otherwise a command waits for Redis to come back instead of failing, as BullMQ
 * workers need it (`maxRetriesPerRequest: null`). In a cluster the keys of a command must share a hash tag.
 * @throws ClearError
 */
export async function connectRedis(from: RedisUrl | RedisAccess, extra: ConnectionOptions = {}): Promise<RedisClient> {
  const access = typeof from === 'string' ? { url: from } : from;
  const place = parseRedisUrl(access.url);
  const options = { ...(await secrets(access, place)), ...DEFAULTS, ...extra };
  const redis = place.kind === 'cluster' ? makeCluster(place.nodes, options) : new Redis(targetOf(place, options));
  let lastError: unknown;
  let sentinelError: unknown;
  redis.on('error', (error) => {
    lastError = error;
  });
  redis.on('sentinelError', (error) => {
    sentinelError = error;
  });
  const refused = new Promise<never>((_, reject) => {
    redis.once('close', () => reject(lastError ?? new Error('the connection was closed')));
    redis.once('error', reject);
  });
  refused.catch(() => undefined);
  try {
    await Promise.race([redis.connect(), refused]);
    await (redis instanceof Cluster ? requireServing(redis) : redis.ping());
  } catch (error) {
    redis.disconnect();
    throw redisFailure(access.url, place, sentinelError ?? lastError ?? error);
  }
  return redis;
}

const DEFAULTS: ConnectionOptions = {
  lazyConnect: true,
  // One right less that a user of Redis needs (CLIENT SETINFO).
  disableClientInfo: true,
  maxRetriesPerRequest: null,
  keepAlive: KEEP_ALIVE_MS,
  socketTimeout: ANSWER_TIMEOUT_MS,
  // After a failover the old master answers as a replica: connect again, and send the command again.
  reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
};

function targetOf(
  place: Exclude<RedisPlace, { readonly kind: 'cluster' }>,
  options: ConnectionOptions,
): ConnectionOptions {
  switch (place.kind) {
    case 'socket':
      return { ...options, path: place.path };
    case 'server':
      return { ...options, ...place.node, db: place.db };
    case 'sentinel': {
      const { sentinels, masterName, db, tls } = place;
      const sentinelTls =
        tls && options.tls !== undefined ? { enableTLSForSentinelMode: true, sentinelTLS: options.tls } : {};
      return { ...options, ...sentinelTls, sentinels: [...sentinels], name: masterName, db, failoverDetector: true };
    }
  }
}

function makeCluster(
  nodes: readonly { readonly host: string; readonly port: number }[],
  options: ConnectionOptions,
): Cluster {
  const { enableOfflineQueue = true, lazyConnect = true, maxRetriesPerRequest, ...each } = options;
  const cluster = {
    enableOfflineQueue,
    lazyConnect,
    // With it, connect() of a cluster in the middle of a failover never settles, and whoever awaits it, as BullMQ does, hangs.
    enableReadyCheck: false,
    maxRedirections: maxRetriesPerRequest === null ? Number.POSITIVE_INFINITY : CLUSTER_TRIES,
    retryDelayOnFailover: CLUSTER_RETRY_MS,
    retryDelayOnClusterDown: CLUSTER_RETRY_MS,
    retryDelayOnTryAgain: CLUSTER_RETRY_MS,
    redisOptions: { ...each, maxRetriesPerRequest: maxRetriesPerRequest ?? null },
  };
  return new Cluster([...nodes], cluster);
}

/** The check that ioredis leaves out for us, at the first connection only. */
async function requireServing(cluster: Cluster): Promise<void> {
  const [, state = 'unknown'] = /cluster_state:(\w+)/.exec(await cluster.cluster('INFO')) ?? [];
  if (state !== 'ok') throw new Error(`its nodes do not serve all hash slots (cluster_state is ${state})`);
}

/** Credentials and certificates, read now. @throws ClearError when a file cannot be read. */
async function secrets(access: RedisAccess, place: RedisPlace): Promise<ConnectionOptions> {
  const { passwordFile, sentinelPasswordFile, caFile, certFile, keyFile } = access;
  const password = passwordFile === undefined ? place.password : await firstLine('--redis-password-file', passwordFile);
  const sentinelPassword =
    sentinelPasswordFile === undefined
      ? undefined
      : await firstLine('--redis-sentinel-password-file', sentinelPasswordFile);
  const tls =
    place.kind !== 'socket' && place.tls
      ? {
          tls: {
            ...(caFile === undefined ? {} : { ca: await readSecret('--redis-ca', caFile) }),
            ...(certFile === undefined ? {} : { cert: await readSecret('--redis-cert', certFile) }),
            ...(keyFile === undefined ? {} : { key: await readSecret('--redis-key', keyFile) }),
          },
        }
      : {};
  return {
    ...(place.user === undefined ? {} : { username: place.user }),
    ...(password === undefined ? {} : { password }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...tls,
  };
}

async function firstLine(flag: string, path: string): Promise<string> {
  const [line = ''] = (await readSecret(flag, path)).split(/\r?\n/);
  return line;
}

async function readSecret(flag: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ClearError(
      'RS_FILE_UNREADABLE',
      `${flag} ${path}: ${(error as Error).message}`,
      'check the path and its permissions',
      error,
    );
  }
}
