/** Flags and environment to options. */
import { isTimeZone } from '@resetscope/nginx-log';
import {
  ClearError,
  type ListenAddress,
  parseFlags,
  parseListenAddress,
  REDIS_FLAGS,
  REDIS_HELP,
  type RedisAccess,
  RING_REDIS_FLAGS,
  RING_REDIS_HELP,
  redisAccessFrom,
  ringRedisAccessFrom,
} from '@resetscope/telemetry';
import { WEBHOOK_FLAGS, WEBHOOK_HELP, type WebhookOptions, webhookOptionsFrom } from './webhook-options.ts';

export const HELP: string = `Usage: resetscope correlator [options]

Joins each job of the tailer to its TCP connection in the ring and keeps the incident.

  --redis URL            queue, ring and incidents (REDIS_URL, default redis://127.0.0.1:6379);
${REDIS_HELP}${RING_REDIS_HELP}  --node NAME            accepted for symmetry with the other apps; jobs name their own node
  --timezone TZ          time zone of nginx's log, like Europe/Berlin (RESETSCOPE_TIMEZONE, default this host's)
  --listen-ports LIST    ports on which only nginx listens, like 80,443 (RESETSCOPE_LISTEN_PORTS): losses without a log
                         line are found there also before any line has told which end is nginx
${WEBHOOK_HELP}  --concurrency N        jobs handled at the same time (default 256)
  --metrics-listen ADDR  /metrics and /healthz (default 127.0.0.1:9153)
  --help                 show this text
`;

export interface CorrelatorOptions {
  /** Queue and incidents. */
  readonly redis: RedisAccess;
  /** null: the same. */
  readonly ringRedis: RedisAccess | null;
  readonly timezone: string;
  /** Empty: only lines tell. */
  readonly listenPorts: readonly number[];
  /** null: nobody is told of groups. */
  readonly webhook: WebhookOptions | null;
  readonly concurrency: number;
  readonly metricsListen: ListenAddress;
}

const FLAGS = {
  ...REDIS_FLAGS,
  ...RING_REDIS_FLAGS,
  node: { type: 'string' },
  timezone: { type: 'string' },
  'listen-ports': { type: 'string' },
  ...WEBHOOK_FLAGS,
  concurrency: { type: 'string' },
  'metrics-listen': { type: 'string' },
} as const;

/** More waiting jobs than this gain nothing: a batch takes them all. */
const DEFAULT_CONCURRENCY = 256;
const MAX_CONCURRENCY = 4096;

/** args: without node and script. @throws ClearError RS_USAGE */
export function resolveOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): CorrelatorOptions {
  const flags = parseFlags(args, FLAGS, 'see resetscope correlator --help');
  const timezone = flags.timezone ?? (env['RESETSCOPE_TIMEZONE'] || Intl.DateTimeFormat().resolvedOptions().timeZone);
  if (!isTimeZone(timezone)) {
    throw new ClearError(
      'RS_USAGE',
      `expected --timezone to be a zone like Europe/Berlin or +08:00, got ${JSON.stringify(timezone)}`,
    );
  }
  const concurrency = Number(flags.concurrency ?? DEFAULT_CONCURRENCY);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MAX_CONCURRENCY) {
    throw new ClearError(
      'RS_USAGE',
      `expected --concurrency from 1 to ${MAX_CONCURRENCY}, got ${JSON.stringify(flags.concurrency)}`,
    );
  }
  return {
    redis: redisAccessFrom(flags, env),
    ringRedis: ringRedisAccessFrom(flags, env),
    timezone,
    listenPorts: parsePorts(flags['listen-ports'] ?? env['RESETSCOPE_LISTEN_PORTS'] ?? ''),
    webhook: webhookOptionsFrom(flags, env, timezone),
    concurrency,
    metricsListen: parseListenAddress(flags['metrics-listen'] ?? '127.0.0.1:9153'),
  };
}

function parsePorts(text: string): readonly number[] {
  const parts = text.split(',').map((part) => part.trim());
  return parts
    .filter((part) => part !== '')
    .map((part) => {
      const port = /^\d{1,5}$/.test(part) ? Number(part) : 0;
      if (port >= 1 && port <= 65_535) return port;
      throw new ClearError('RS_USAGE', `expected --listen-ports to be ports like 80,443, got ${JSON.stringify(part)}`);
    });
}
