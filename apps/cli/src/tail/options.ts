/** Flags of `resetscope tail`. */
import { hostname } from 'node:os';
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
import { isTimeZone } from '@resetscope/nginx-log';
import { ClearError } from '@resetscope/telemetry';
import { parseCount, parseFlags } from '../flags.ts';

export interface TailOptions {
  readonly errorLogs: readonly LogSpec[];
  readonly syslog: readonly SyslogSpec[];
  readonly checkpointDir: string;
  readonly format: FormatChoice;
  readonly from: 'beginning' | 'end';
  readonly waitForLogs: boolean;
  readonly maxLogs: number;
  /** Of logs that name none. */
  readonly timezone: string;
  readonly node: string;
  /** Every line of the logs, not only those about lost connections. */
  readonly all: boolean;
  /** Otherwise the lines as they stand in the log. */
  readonly ndjson: boolean;
}

export const TAIL_HELP: string = `resetscope tail: the lines about lost connections, without losing one, to standard output

usage: resetscope tail --error-log FILE --checkpoint DIR [FLAGS]

Follows error logs over rotations and restarts like the tailer of "up", but needs no Redis. The
checkpoint moves when standard output has accepted the lines: after a crash none is missing, and
those of the last read may come again, with the same ids.

  --error-log FILE[=ZONE]
                   nginx's error log; may be given several times; FILE may be a pattern like
                   '/var/log/nginx/*error.log', ZONE the time zone of that nginx
  --syslog ADDR[=ZONE]
                   take "error_log syslog:server=ADDR": HOST:PORT or unix:PATH; may be given twice.
                   What is lost on the way is noticed by nobody
  --checkpoint DIR
                   where positions are kept, best not beside the logs
  --ndjson         one JSON object a line: id, node, file, fileId, offset, readAtUs, stampUs, kind,
                   raw (one character per byte) and the parsed entry
  --from-beginning
                   begin a log without a checkpoint at its beginning, not at its end
  --all            every line, not only those about lost connections
  --format FORMAT  how lines are wrapped: auto, nginx (not at all) or container (docker's
                   json-file, Kubernetes); auto goes by the first line of each log (default)
  --timezone TZ    time zone of logs that name none, like Europe/Berlin (default this host's)
  --node NAME      name of this host, part of the ids (default its host name)
  --max-logs N     most logs followed at once (default 128)
  --wait           wait for logs that do not exist yet

Ends with Ctrl-C, SIGTERM, or at the next line when nobody reads standard output any more.
News go to standard error.
Exit code: 0 ended, 1 a log or the checkpoint folder cannot be used, 2 wrong flags.

Example
  resetscope tail --error-log /var/log/nginx/error.log --checkpoint ~/.tail --ndjson | jq .kind
`;

const FLAGS = {
  'error-log': { type: 'string', multiple: true },
  syslog: { type: 'string', multiple: true },
  checkpoint: { type: 'string' },
  ndjson: { type: 'boolean' },
  'from-beginning': { type: 'boolean' },
  all: { type: 'boolean' },
  format: { type: 'string' },
  timezone: { type: 'string' },
  node: { type: 'string' },
  'max-logs': { type: 'string' },
  wait: { type: 'boolean' },
} as const;

/** @throws ClearError RS_USAGE */
export function readTailOptions(argv: readonly string[]): TailOptions {
  const flags = parseFlags('tail', argv, FLAGS);
  const { checkpoint, timezone = Intl.DateTimeFormat().resolvedOptions().timeZone } = flags;
  const maxLogs = parseCount('max-logs', flags['max-logs'] ?? String(DEFAULT_MAX_LOGS), { min: 1, max: MAX_LOGS_MAX });
  const errorLogs = parseLogSpecs(flags['error-log'] ?? [], maxLogs);
  const syslog = parseSyslogSpecs(flags.syslog ?? []);
  if (errorLogs.length + syslog.length === 0) throw usage('expected --error-log FILE, got none');
  if (errorLogs.length > 0 && checkpoint === undefined) throw usage('expected --checkpoint DIR, got none');
  if (!isTimeZone(timezone)) {
    throw usage(`expected --timezone to be a time zone like Europe/Berlin or UTC, got ${JSON.stringify(timezone)}`);
  }
  return {
    errorLogs,
    syslog,
    checkpointDir: resolve(checkpoint ?? '.'),
    format: parseFormatChoice(flags.format),
    from: flags['from-beginning'] === true ? 'beginning' : 'end',
    waitForLogs: flags.wait ?? false,
    maxLogs,
    timezone,
    node: flags.node ?? hostname(),
    all: flags.all ?? false,
    ndjson: flags.ndjson ?? false,
  };
}

function usage(message: string): ClearError {
  return new ClearError('RS_USAGE', message, 'see resetscope tail --help');
}
