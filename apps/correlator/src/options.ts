/** Flags and environment to options. */
import { isTimeZone } from '@resetscope/nginx-log';
import { ClearError, type ListenAddress, parseFlags, parseListenAddress, redisUrlFrom } from '@resetscope/telemetry';

export const HELP = `Usage: resetscope correlator [options]

Joins each job of the tailer to its TCP connection in the ring and keeps the incident.

  --redis URL            queue, ring and incidents (REDIS_URL, default redis://127.0.0.1:6379)
  --node NAME            accepted for symmetry with the other apps; jobs name their own node
  --timezone TZ          time zone of nginx's log, like Europe/Berlin (RESETSCOPE_TIMEZONE, default this host's)
  --concurrency N        jobs handled at the same time (default 256)
  --metrics-listen ADDR  /metrics and /healthz (default 127.0.0.1:9153)
  --help                 show this text
`;

export interface CorrelatorOptions {
  readonly redisUrl: string;
  readonly timezone: string;
  readonly concurrency: number;
  readonly metricsListen: ListenAddress;
}

const FLAGS = {
  redis: { type: 'string' },
  node: { type: 'string' },
  timezone: { type: 'string' },
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
    redisUrl: redisUrlFrom(flags.redis, env),
    timezone,
    concurrency,
    metricsListen: parseListenAddress(flags['metrics-listen'] ?? '127.0.0.1:9153'),
  };
}
