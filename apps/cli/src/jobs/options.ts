/** Flags of `resetscope jobs`. */
import { ClearError } from '@resetscope/telemetry/clear-error';
import { parseCount, parseFlags } from '../flags.ts';

export const JOBS_HELP: string = `resetscope jobs: lines on their way from the log to an incident

usage: resetscope jobs stat [--json]
       resetscope jobs dead [--retry ID] [--limit N] [--json]

stat counts every line that was accepted into the queue by what has become of it: matched,
ambiguous or unmatched, pending, or dead. dead lists the jobs that could not be done, the newest
first, each with its reason; --retry puts them back into the queue.

  --retry ID           run this dead job again, may be given several times; all: every one
  --limit N            list so many at most (default 50)
  --redis URL          the Redis of the queue; also as REDIS_URL in the environment, its password
                       and certificates as REDIS_PASSWORD_FILE, REDIS_CA, REDIS_CERT, REDIS_KEY
                       (default: the Redis of "up" on this host, else redis://127.0.0.1:6379)
  --json               the same as JSON

Exit code: 0 done; 1 no Redis, or a job to retry is not there; 2 wrong flags.

Examples
  resetscope jobs dead
  resetscope jobs dead --retry all
`;

const STAT_FLAGS = { redis: { type: 'string' }, json: { type: 'boolean' } } as const;
const DEAD_FLAGS = {
  ...STAT_FLAGS,
  retry: { type: 'string', multiple: true },
  limit: { type: 'string' },
} as const;

/** As many as are kept. */
const LIMIT_MAX = 10_000;
const DEFAULT_LIMIT = '50';

export interface JobsStatOptions {
  readonly redisUrl: string | undefined;
  readonly json: boolean;
}

export interface JobsDeadOptions extends JobsStatOptions {
  /** undefined: list. */
  readonly retry: readonly string[] | 'all' | undefined;
  readonly limit: number;
}

/** @throws ClearError RS_USAGE */
export function readStatOptions(argv: readonly string[]): JobsStatOptions {
  const { redis, json = false } = parseFlags('jobs', argv, STAT_FLAGS);
  return { redisUrl: redis, json };
}

/** @throws ClearError RS_USAGE */
export function readDeadOptions(argv: readonly string[]): JobsDeadOptions {
  const { redis, json = false, retry, limit = DEFAULT_LIMIT } = parseFlags('jobs', argv, DEAD_FLAGS);
  if (retry?.includes('all') && retry.length > 1) {
    const message = 'expected --retry all alone, got it beside others';
    throw new ClearError('RS_USAGE', message, 'see resetscope jobs --help');
  }
  return {
    redisUrl: redis,
    json,
    retry: retry?.[0] === 'all' ? 'all' : retry,
    limit: parseCount('limit', limit, { min: 1, max: LIMIT_MAX }),
  };
}
