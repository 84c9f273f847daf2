/** Flags and environment to options: pure, so that every combination can be tested. */
import { resolve } from 'node:path';
import {
  type FormatChoice,
  type LogSpec,
  parseLogSpec,
  parseSyslogSpec,
  type SyslogSpec,
} from '@resetscope/log-source';
import { ClearError, type ListenAddress, parseFlags, parseListenAddress, redisUrlFrom } from '@resetscope/telemetry';

export const HELP = `Usage: resetscope tailer --error-log FILE [options]

Follows nginx error logs without losing a line and puts each line about a lost connection into the queue.

  --error-log FILE[=ZONE]  log to follow, repeatable (RESETSCOPE_ERROR_LOG, comma separated); FILE may be a pattern
                         like '/var/log/nginx/*error.log': logs that appear later are followed too, rotated copies
                         are not taken for logs; ZONE is the time zone of its nginx, like Asia/Shanghai
  --syslog ADDR[=ZONE]   take lines of "error_log syslog:server=ADDR", repeatable (RESETSCOPE_SYSLOG): HOST:PORT is
                         UDP, unix:PATH a unix socket; what is lost on the way is noticed by nobody
  --format FORMAT        how lines are wrapped: auto, nginx (not at all) or container (docker's json-file, Kubernetes);
                         auto (default) goes by the first line of each log
  --checkpoint-dir DIR   where positions are kept (RESETSCOPE_CHECKPOINT_DIR, default /var/lib/resetscope/checkpoint);
                         not the folder of a log
  --redis URL            where the queue lives (REDIS_URL, default redis://127.0.0.1:6379)
  --node NAME            name of this host (RESETSCOPE_NODE, default its host name)
  --from WHERE           beginning or end: where a log without a checkpoint is begun (default end); a log that appears
                         while or after others of its pattern were followed is always read whole
  --wait                 wait for logs that do not exist yet
  --max-logs N           most logs followed at once (default 128)
  --storm-lines-per-second N  group storms: of the lines a log wrote in one second, N become jobs of their own, the
                         rest one job for each kind of trouble, with its count (default: every line is a job)
  --metrics-listen ADDR  /metrics and /healthz (default 127.0.0.1:9151)
  --help                 show this text
`;

export type StartAt = 'beginning' | 'end';

export interface TailerOptions {
  /** Each path once. With `syslog` at least one. */
  readonly errorLogs: readonly LogSpec[];
  readonly syslog: readonly SyslogSpec[];
  readonly format: FormatChoice;
  readonly checkpointDir: string;
  readonly redisUrl: string;
  readonly node: string;
  readonly from: StartAt;
  readonly waitForLogs: boolean;
  readonly maxLogs: number;
  /** Infinity: no grouping. */
  readonly stormLinesPerSecond: number;
  readonly metricsListen: ListenAddress;
}

/** What the options depend on besides the command line. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly hostname: string;
}

const FLAGS = {
  'error-log': { type: 'string', multiple: true },
  syslog: { type: 'string', multiple: true },
  format: { type: 'string' },
  'checkpoint-dir': { type: 'string' },
  redis: { type: 'string' },
  node: { type: 'string' },
  from: { type: 'string' },
  wait: { type: 'boolean' },
  'max-logs': { type: 'string' },
  'storm-lines-per-second': { type: 'string' },
  'metrics-listen': { type: 'string' },
} as const;

const SEE_HELP = 'see "resetscope tailer --help"';

/** A log costs an open file, an inotify watch, some 300 KiB of buffers. */
const DEFAULT_MAX_LOGS = 128;
const MAX_LOGS_MAX = 10_000;
/** A unix socket waits on one of the four threads of Node's pool; files need the others. */
const MAX_SYSLOG = 2;
/** More lines a second than one nginx writes (measured: 50,000). */
const STORM_LINES_MAX = 1_000_000;

/** args: without node and script. @throws ClearError RS_USAGE */
export function resolveOptions(args: readonly string[], { env, hostname }: Surroundings): TailerOptions {
  const flags = parseFlags(args, FLAGS, SEE_HELP);
  const errorLogs = uniqueLogs(namesOf(flags['error-log'], env['RESETSCOPE_ERROR_LOG']));
  const syslog = namesOf(flags.syslog, env['RESETSCOPE_SYSLOG']).map(parseSyslogSpec);
  if (errorLogs.length + syslog.length === 0) {
    throw usage('expected --error-log FILE or RESETSCOPE_ERROR_LOG, or --syslog, got none');
  }
  if (syslog.length > MAX_SYSLOG) throw usage(`expected at most ${MAX_SYSLOG} of --syslog, got ${syslog.length}`);
  const maxLogs = parseCount('max-logs', flags['max-logs'], { otherwise: DEFAULT_MAX_LOGS, max: MAX_LOGS_MAX });
  if (errorLogs.length > maxLogs) throw usage(`expected at most ${maxLogs} logs (--max-logs), got ${errorLogs.length}`);
  return {
    errorLogs,
    syslog,
    format: parseFormat(flags.format ?? 'auto'),
    checkpointDir: resolve(
      flags['checkpoint-dir'] ?? (env['RESETSCOPE_CHECKPOINT_DIR'] || '/var/lib/resetscope/checkpoint'),
    ),
    redisUrl: redisUrlFrom(flags.redis, env),
    node: parseNode(flags.node ?? (env['RESETSCOPE_NODE'] || hostname)),
    from: parseStart(flags.from ?? 'end'),
    waitForLogs: flags.wait ?? false,
    maxLogs,
    stormLinesPerSecond: parseCount('storm-lines-per-second', flags['storm-lines-per-second'], {
      otherwise: Number.POSITIVE_INFINITY,
      max: STORM_LINES_MAX,
    }),
    metricsListen: parseListenAddress(flags['metrics-listen'] ?? '127.0.0.1:9151'),
  };
}

/** Flags before the environment. */
function namesOf(flags: readonly string[] | undefined, variable: string | undefined): readonly string[] {
  const names = flags ?? (variable ?? '').split(',');
  return names.map((name) => name.trim()).filter((name) => name !== '');
}

/** A log that is named twice is followed once, in the time zone named last. */
function uniqueLogs(names: readonly string[]): readonly LogSpec[] {
  return [...new Map(names.map(parseLogSpec).map((spec) => [spec.path, spec])).values()];
}

function parseStart(text: string): StartAt {
  if (text === 'beginning' || text === 'end') return text;
  throw usage(`--from: expected beginning or end, got ${JSON.stringify(text)}`);
}

function parseFormat(text: string): FormatChoice {
  if (text === 'auto' || text === 'nginx' || text === 'container') return text;
  throw usage(`--format: expected auto, nginx or container, got ${JSON.stringify(text)}`);
}

/** As long as a job's node may be. */
function parseNode(text: string): string {
  if (text.length >= 1 && text.length <= 255) return text;
  throw usage(`--node: expected a name of 1 to 255 characters, got ${text.length}`);
}

/** A whole number from 1 to `max`. */
function parseCount(
  flag: string,
  text: string | undefined,
  { otherwise, max }: { readonly otherwise: number; readonly max: number },
): number {
  if (text === undefined) return otherwise;
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= max) return count;
  throw usage(`--${flag}: expected a whole number from 1 to ${max}, got ${JSON.stringify(text)}`);
}

function usage(message: string): ClearError {
  return new ClearError('RS_USAGE', message, SEE_HELP);
}
