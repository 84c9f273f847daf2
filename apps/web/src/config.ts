/** Flags and environment of the web app. */
import {
  type ListenAddress,
  parseFlags,
  parseListenAddress,
  REDIS_FLAGS,
  REDIS_HELP,
  type RedisAccess,
  redisAccessFrom,
} from '@resetscope/telemetry';

export interface WebConfig {
  readonly redis: RedisAccess;
  readonly listen: ListenAddress;
}

export const HELP: string = `resetscope web: incident pages

Usage: resetscope web [--redis URL] [--listen HOST:PORT]

  --redis URL            where the incidents are (REDIS_URL, default redis://127.0.0.1:6379);
${REDIS_HELP}  --listen HOST:PORT     address of the pages, /metrics, /healthz and /readyz
                         (RESETSCOPE_LISTEN; default 127.0.0.1:9150; port 0 takes a free one)
  --help                 this text

The pages show addresses and URLs of your users and have no login: keep them on loopback, or put a proxy with a login before them.
`;

const FLAGS = { ...REDIS_FLAGS, listen: { type: 'string' } } as const;

const DEFAULT_LISTEN = '127.0.0.1:9150';

/** `--help` is the caller's. Throws a ClearError for an unknown flag or a bad address. */
export function readConfig(args: readonly string[], env: Readonly<Record<string, string | undefined>>): WebConfig {
  const flags = parseFlags(args, FLAGS, 'see resetscope web --help');
  return {
    redis: redisAccessFrom(flags, env),
    listen: parseListenAddress(flags.listen ?? (env['RESETSCOPE_LISTEN'] || DEFAULT_LISTEN)),
  };
}
