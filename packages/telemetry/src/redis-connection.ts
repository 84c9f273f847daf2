/** Connecting to Redis: the first connection must succeed or fails clearly; later losses are reconnected forever. */
import { Redis, type RedisOptions } from 'ioredis';
import { ClearError } from './clear-error.ts';

/** `redis://host:port/db`, `rediss://…`, or `unix:/path/to.sock` (a plain path works too). */
export type RedisUrl = string;

/** Where a Redis is when nobody says. */
const DEFAULT_REDIS_URL: RedisUrl = 'redis://127.0.0.1:6379';

/** The flag, else REDIS_URL, else a server on this host. */
export function redisUrlFrom(flag: string | undefined, env: Readonly<Record<string, string | undefined>>): RedisUrl {
  return flag ?? (env['REDIS_URL'] || DEFAULT_REDIS_URL);
}

/** For messages: the same URL with its password masked. */
export function maskRedisUrl(url: RedisUrl): string {
  return url.replace(/(\/\/[^:@/]*):[^@/]*@/, '$1:***@');
}

/** ioredis options without the reply mapping, which changes the client's type. */
export type ConnectionOptions = Omit<RedisOptions, 'replyMapping'>;

/** The socket path of a unix URL, undefined for TCP. */
function socketPath(url: RedisUrl): string | undefined {
  return /^(?:unix:(?:\/\/)?)?(\/.*)$/.exec(url)?.[1];
}

/**
 * Opens one connection. BullMQ workers need `maxRetriesPerRequest: null`, which is set for all: a command waits for
 * Redis to come back instead of failing.
 */
export async function connectRedis(url: RedisUrl, extra: ConnectionOptions = {}): Promise<Redis> {
  const path = socketPath(url);
  const options: ConnectionOptions = { lazyConnect: true, maxRetriesPerRequest: null, ...extra };
  const redis = path === undefined ? new Redis(url, options) : new Redis({ ...options, path });
  let lastError: unknown;
  const remember = (error: unknown): void => {
    lastError = error;
  };
  redis.on('error', remember);
  const refused = new Promise<never>((_, reject) => {
    redis.once('close', () => reject(lastError ?? new Error('connection closed')));
  });
  try {
    await Promise.race([redis.connect(), refused]);
    await redis.ping();
  } catch (error) {
    redis.disconnect();
    throw unavailable(url, lastError ?? error);
  }
  refused.catch(() => undefined);
  return redis;
}

function unavailable(url: RedisUrl, error: unknown): ClearError {
  const reason = error instanceof Error ? error.message || (error as { code?: string }).code : String(error);
  return new ClearError(
    'RS_REDIS_UNAVAILABLE',
    `Redis: expected a server at ${maskRedisUrl(url)}, got: ${reason}`,
    'start it or set REDIS_URL',
    error,
  );
}
