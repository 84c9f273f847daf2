/** Flags and environment to options: pure, so that every combination can be tested. */
import { resolve } from 'node:path';
import {
  DEFAULT_MAX_LOGS,
  type FormatChoice,
  type LogSpec,
  MAX_LOGS_MAX,
  parseFormatChoice,
  parseLogSpecs,
  parseSyslogSpecs,
  type SyslogSpec,
} from '@resetscope/log-source';
import { type AccessLogFormat, compileLogFormat, FAMILY_KINDS, type LineKind } from '@resetscope/nginx-log';
import {
  ClearError,
  type ListenAddress,
  parseFlags,
  parseListenAddress,
  REDIS_FLAGS,
  REDIS_HELP,
  type RedisAccess,
  redisAccessFrom,
} from '@resetscope/telemetry';

export const HELP: string = `Usage: resetscope tailer --error-log FILE [options]

Follows nginx error logs without losing a line and puts each line about a lost connection into the queue.

  --error-log FILE[=ZONE]  log to follow, repeatable (RESETSCOPE_ERROR_LOG, comma separated); FILE may be a pattern
                         like '/var/log/nginx/*error.log': logs that appear later are followed too, rotated copies
                         are not taken for logs; ZONE is the time zone of its nginx, like Asia/Shanghai
  --syslog ADDR[=ZONE]   take lines of "error_log syslog:server=ADDR", repeatable (RESETSCOPE_SYSLOG): HOST:PORT is
                         UDP, unix:PATH a unix socket; what is lost on the way is noticed by nobody
  --access-log FILE      nginx's access log, repeatable (RESETSCOPE_ACCESS_LOG, comma separated), or a pattern: of its
                         lines, those of connections that an error line speaks of go with the line
  --log-format FORMAT    log_format of the access logs, its text or the whole directive (RESETSCOPE_LOG_FORMAT; default:
                         found from the lines; with $connection and $remote_port connections are told for certain)
  --format FORMAT        how lines are wrapped: auto, nginx (not at all) or container (docker's json-file, Kubernetes);
                         auto (default) goes by the first line of each log
  --checkpoint-dir DIR   where positions are kept (RESETSCOPE_CHECKPOINT_DIR, default /var/lib/resetscope/checkpoint);
                         not the folder of a log
  --redis URL            where the queue lives (REDIS_URL, default redis://127.0.0.1:6379);
${REDIS_HELP}  --node NAME            name of this host (RESETSCOPE_NODE, default its host name)
  --from WHERE           beginning or end: where a log without a checkpoint is begun (default end); a log that appears
                         while or after others of its pattern were followed is always read whole
  --wait                 wait for logs that do not exist yet
  --kinds KIND,...       kinds of line that become jobs (RESETSCOPE_KINDS; default: all that "resetscope analyze" explains);
                         a wrong name shows the list
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
  /** Each path once. */
  readonly accessLogs: readonly LogSpec[];
  /** null: found from the lines. */
  readonly accessLogFormat: AccessLogFormat | null;
  readonly format: FormatChoice;
  readonly checkpointDir: string;
  readonly redis: RedisAccess;
  readonly node: string;
  readonly from: StartAt;
  readonly waitForLogs: boolean;
  /** Of lines that become jobs. */
  readonly kinds: ReadonlySet<LineKind>;
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
  'access-log': { type: 'string', multiple: true },
  'log-format': { type: 'string' },
  format: { type: 'string' },
  'checkpoint-dir': { type: 'string' },
  ...REDIS_FLAGS,
  node: { type: 'string' },
  from: { type: 'string' },
  wait: { type: 'boolean' },
  kinds: { type: 'string', multiple: true },
  'max-logs': { type: 'string' },
  'storm-lines-per-second': { type: 'string' },
  'metrics-listen': { type: 'string' },
} as const;

const SEE_HELP = 'see "resetscope tailer --help"';

/** More lines a second than one nginx writes (measured: 50,000). */
const STORM_LINES_MAX = 1_000_000;

/** args: without node and script. @throws ClearError RS_USAGE */
export function resolveOptions(args: readonly string[], { env, hostname }: Surroundings): TailerOptions {
  const flags = parseFlags(args, FLAGS, SEE_HELP);
  const maxLogs = parseCount('max-logs', flags['max-logs'], { otherwise: DEFAULT_MAX_LOGS, max: MAX_LOGS_MAX });
  const errorLogs = parseLogSpecs(namesOf(flags['error-log'], env['RESETSCOPE_ERROR_LOG']), maxLogs);
  const syslog = parseSyslogSpecs(namesOf(flags.syslog, env['RESETSCOPE_SYSLOG']));
  if (errorLogs.length + syslog.length === 0) {
    throw usage('expected --error-log FILE or RESETSCOPE_ERROR_LOG, or --syslog, got none');
  }
  return {
    errorLogs,
    syslog,
    accessLogs: parseLogSpecs(namesOf(flags['access-log'], env['RESETSCOPE_ACCESS_LOG']), maxLogs),
    accessLogFormat: parseLogFormat(flags['log-format'] ?? (env['RESETSCOPE_LOG_FORMAT'] || undefined)),
    format: parseFormatChoice(flags.format),
    checkpointDir: resolve(
      flags['checkpoint-dir'] ?? (env['RESETSCOPE_CHECKPOINT_DIR'] || '/var/lib/resetscope/checkpoint'),
    ),
    redis: redisAccessFrom(flags, env),
    node: parseNode(flags.node ?? (env['RESETSCOPE_NODE'] || hostname)),
    from: parseStart(flags.from ?? 'end'),
    waitForLogs: flags.wait ?? false,
    kinds: parseKinds(flags.kinds, env['RESETSCOPE_KINDS']),
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

function parseLogFormat(text: string | undefined): AccessLogFormat | null {
  try {
    return text === undefined ? null : compileLogFormat(text);
  } catch (error) {
    throw usage(`--log-format: ${(error as RangeError).message}`);
  }
}

/** Each flag may name several. */
function parseKinds(flags: readonly string[] | undefined, variable: string | undefined): ReadonlySet<LineKind> {
  const names = namesOf(
    flags?.flatMap((list) => list.split(',')),
    variable,
  );
  if (names.length === 0) return new Set(FAMILY_KINDS);
  return new Set(names.map(parseKind));
}

function parseKind(name: string): LineKind {
  const kind = FAMILY_KINDS.find((known) => known === name);
  if (kind !== undefined) return kind;
  throw usage(`--kinds: expected some of ${FAMILY_KINDS.join(', ')}, got ${JSON.stringify(name)}`);
}

function parseStart(text: string): StartAt {
  if (text === 'beginning' || text === 'end') return text;
  throw usage(`--from: expected beginning or end, got ${JSON.stringify(text)}`);
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
