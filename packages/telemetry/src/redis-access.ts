/** What it takes to reach a Redis, as flags and environment say it. Secrets come from files: a flag is seen by every user in `ps`. */
import type { RedisUrl } from './redis-place.ts';

export interface RedisAccess {
  readonly url: RedisUrl;
  /** Its first line, instead of a password in the URL. */
  readonly passwordFile?: string | undefined;
  /** For the sentinels, when they ask for one. */
  readonly sentinelPasswordFile?: string | undefined;
  /** PEM files for `rediss://`: who signed the server's certificate, and our own certificate and key. */
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

interface TextFlag {
  readonly type: 'string';
}

const TEXT: TextFlag = { type: 'string' };

export type RedisFlagName =
  | 'redis'
  | 'redis-password-file'
  | 'redis-sentinel-password-file'
  | 'redis-ca'
  | 'redis-cert'
  | 'redis-key';
export type RingRedisFlagName = 'ring-redis' | 'ring-redis-password-file';

/** Flags of every program that uses a Redis, for parseFlags. */
export const REDIS_FLAGS: Readonly<Record<RedisFlagName, TextFlag>> = {
  redis: TEXT,
  'redis-password-file': TEXT,
  'redis-sentinel-password-file': TEXT,
  'redis-ca': TEXT,
  'redis-cert': TEXT,
  'redis-key': TEXT,
};

/** Flags of those that also read the ring. */
export const RING_REDIS_FLAGS: Readonly<Record<RingRedisFlagName, TextFlag>> = {
  'ring-redis': TEXT,
  'ring-redis-password-file': TEXT,
};

/** Lines of a help text, after the line about `--redis URL`. */
export const REDIS_HELP: string = `                         rediss:// is TLS; redis+sentinel://host:26379,host2/master-name;
                         redis+cluster://host:7000,host2:7001; unix:/path; user:password@ before the host
  --redis-password-file FILE
                         its password, instead of one in the URL (REDIS_PASSWORD_FILE)
  --redis-sentinel-password-file FILE
                         that of the sentinels (REDIS_SENTINEL_PASSWORD_FILE)
  --redis-ca FILE        PEM: who signed the certificate of a rediss:// server (REDIS_CA)
  --redis-cert FILE      PEM: our own certificate, if the server wants one (REDIS_CERT)
  --redis-key FILE       PEM: its key (REDIS_KEY)
`;

export const RING_REDIS_HELP: string = `  --ring-redis URL       where the captures keep the ring, if not in --redis (RESETSCOPE_RING_REDIS)
  --ring-redis-password-file FILE
                         its password (RESETSCOPE_RING_REDIS_PASSWORD_FILE)
`;

/** Where a Redis is when nobody says. */
const DEFAULT_REDIS_URL: RedisUrl = 'redis://127.0.0.1:6379';

type Values<Name extends string> = { readonly [Flag in Name]?: string | undefined };
type Environment = Readonly<Record<string, string | undefined>>;

/** Each from its flag, else from its variable (an empty one is none); the URL else of a server on this host. */
export function redisAccessFrom(flags: Values<RedisFlagName>, env: Environment): RedisAccess {
  return {
    url: flags.redis ?? (env['REDIS_URL'] || DEFAULT_REDIS_URL),
    passwordFile: flags['redis-password-file'] ?? (env['REDIS_PASSWORD_FILE'] || undefined),
    sentinelPasswordFile: flags['redis-sentinel-password-file'] ?? (env['REDIS_SENTINEL_PASSWORD_FILE'] || undefined),
    caFile: flags['redis-ca'] ?? (env['REDIS_CA'] || undefined),
    certFile: flags['redis-cert'] ?? (env['REDIS_CERT'] || undefined),
    keyFile: flags['redis-key'] ?? (env['REDIS_KEY'] || undefined),
  };
}

/** Where the ring is; null: where everything else is. Certificates are those of the other. */
export function ringRedisAccessFrom(
  flags: Values<RedisFlagName | RingRedisFlagName>,
  env: Environment,
): RedisAccess | null {
  const url = flags['ring-redis'] ?? (env['RESETSCOPE_RING_REDIS'] || undefined);
  if (url === undefined) return null;
  const passwordFile = flags['ring-redis-password-file'] ?? (env['RESETSCOPE_RING_REDIS_PASSWORD_FILE'] || undefined);
  return { ...redisAccessFrom(flags, env), url, passwordFile };
}

/** What redisAccessFrom reads the same access from, for child processes; and no other place for the ring. */
export function redisEnvironment(access: RedisAccess): Readonly<Record<string, string>> {
  return {
    REDIS_URL: access.url,
    REDIS_PASSWORD_FILE: access.passwordFile ?? '',
    REDIS_SENTINEL_PASSWORD_FILE: access.sentinelPasswordFile ?? '',
    REDIS_CA: access.caFile ?? '',
    REDIS_CERT: access.certFile ?? '',
    REDIS_KEY: access.keyFile ?? '',
    RESETSCOPE_RING_REDIS: '',
  };
}
