/** Flags and environment of the web app. */
import { parseArgs } from 'node:util';
import { ClearError, type ListenAddress, parseListenAddress } from '@resetscope/telemetry';

export interface WebConfig {
  readonly redisUrl: string;
  readonly listen: ListenAddress;
}

export const HELP = `resetscope web: incident pages

Usage: resetscope web [--redis URL] [--listen HOST:PORT]

  --redis URL         where the incidents are: redis://host:port/db, rediss://... or unix:/path
                      (REDIS_URL; default redis://127.0.0.1:6379)
  --listen HOST:PORT  address of the pages, /metrics, /healthz and /readyz
                      (RESETSCOPE_LISTEN; default 127.0.0.1:9150; port 0 takes a free one)
  --help              this text

The pages show addresses and URLs of your users and have no login: keep them on loopback, or put a proxy with a login before them.
`;

const DEFAULT_REDIS_URL = 'redis://127.0.0.1:6379';
const DEFAULT_LISTEN = '127.0.0.1:9150';

/** `--help` is the caller's. Throws a ClearError for an unknown flag or a bad address. */
export function readConfig(args: readonly string[], env: Readonly<Record<string, string | undefined>>): WebConfig {
  const flags = parseFlags(args);
  return {
    redisUrl: flags.redis ?? (env['REDIS_URL'] || DEFAULT_REDIS_URL),
    listen: parseListenAddress(flags.listen ?? (env['RESETSCOPE_LISTEN'] || DEFAULT_LISTEN)),
  };
}

function parseFlags(args: readonly string[]): { readonly redis?: string; readonly listen?: string } {
  try {
    return parseArgs({ args: [...args], options: { redis: { type: 'string' }, listen: { type: 'string' } } }).values;
  } catch (error) {
    throw new ClearError('RS_USAGE', (error as Error).message, 'see resetscope web --help', error);
  }
}
