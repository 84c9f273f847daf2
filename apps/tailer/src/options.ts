/** Flags and environment to options: pure, so that every combination can be tested. */
import { resolve } from 'node:path';
import { ClearError, type ListenAddress, parseFlags, parseListenAddress, redisUrlFrom } from '@resetscope/telemetry';

export const HELP = `Usage: resetscope tailer --error-log FILE [options]

Follows nginx error logs without losing a line and puts each line about a lost connection into the queue.

  --error-log FILE       log to follow, repeatable (RESETSCOPE_ERROR_LOG, comma separated)
  --checkpoint-dir DIR   where positions are kept (RESETSCOPE_CHECKPOINT_DIR, default /var/lib/resetscope/checkpoint);
                         not the folder of a log
  --redis URL            where the queue lives (REDIS_URL, default redis://127.0.0.1:6379)
  --node NAME            name of this host (RESETSCOPE_NODE, default its host name)
  --from WHERE           beginning or end: where a log without a checkpoint is begun (default end)
  --wait                 wait for logs that do not exist yet
  --metrics-listen ADDR  /metrics and /healthz (default 127.0.0.1:9151)
  --help                 show this text
`;

export type StartAt = 'beginning' | 'end';

export interface TailerOptions {
  /** Absolute paths, each once, at least one. */
  readonly errorLogs: readonly string[];
  readonly checkpointDir: string;
  readonly redisUrl: string;
  readonly node: string;
  readonly from: StartAt;
  readonly waitForLogs: boolean;
  readonly metricsListen: ListenAddress;
}

/** What the options depend on besides the command line. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly hostname: string;
}

const FLAGS = {
  'error-log': { type: 'string', multiple: true },
  'checkpoint-dir': { type: 'string' },
  redis: { type: 'string' },
  node: { type: 'string' },
  from: { type: 'string' },
  wait: { type: 'boolean' },
  'metrics-listen': { type: 'string' },
} as const;

const SEE_HELP = 'see "resetscope tailer --help"';

/** args: without node and script. @throws ClearError RS_USAGE */
export function resolveOptions(args: readonly string[], { env, hostname }: Surroundings): TailerOptions {
  const flags = parseFlags(args, FLAGS, SEE_HELP);
  const errorLogs = flags['error-log'] ?? (env['RESETSCOPE_ERROR_LOG'] ?? '').split(',');
  const named = errorLogs.map((path) => path.trim()).filter((path) => path !== '');
  if (named.length === 0) {
    throw new ClearError('RS_USAGE', 'expected --error-log FILE or RESETSCOPE_ERROR_LOG, got neither', SEE_HELP);
  }
  return {
    errorLogs: [...new Set(named.map((path) => resolve(path)))],
    checkpointDir: resolve(
      flags['checkpoint-dir'] ?? (env['RESETSCOPE_CHECKPOINT_DIR'] || '/var/lib/resetscope/checkpoint'),
    ),
    redisUrl: redisUrlFrom(flags.redis, env),
    node: flags.node ?? (env['RESETSCOPE_NODE'] || hostname),
    from: parseStart(flags.from ?? 'end'),
    waitForLogs: flags.wait ?? false,
    metricsListen: parseListenAddress(flags['metrics-listen'] ?? '127.0.0.1:9151'),
  };
}

function parseStart(text: string): StartAt {
  if (text === 'beginning' || text === 'end') return text;
  throw new ClearError('RS_USAGE', `--from: expected beginning or end, got ${JSON.stringify(text)}`, SEE_HELP);
}
