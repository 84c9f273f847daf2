/** Flags of `resetscope analyze`. */
import { isTimeZone } from '@resetscope/nginx-log';
import { ClearError } from '@resetscope/telemetry';
import { parseFlags } from '../flags.ts';

export interface AnalyzeOptions {
  readonly errorLogs: readonly string[];
  readonly captures: readonly string[];
  readonly accessLogs: readonly string[];
  readonly evidenceDir: string | null;
  /** Null: estimated from the data. */
  readonly clockOffsetSeconds: number | null;
  readonly timezone: string;
  readonly json: boolean;
}

export const ANALYZE_HELP: string = `resetscope analyze: explain the resets in files you already have

usage: resetscope analyze --error-log FILE --pcap FILE [FLAGS]

  --error-log FILE     nginx's error log; may be given several times; gzipped is fine; - is standard input
  --pcap FILE          packet capture, pcap or pcapng; may be given several times; gzipped is fine
  --access-log FILE    nginx's access log, makes matching surer; may be given several times
  --timezone TZ        time zone of the error log, like Europe/Berlin or +08:00 (default this host's)
  --clock-offset S     capture clock minus log clock in seconds (default: estimated from the data)
  --evidence DIR       write a pcapng per incident there: its connection, with the findings as packet comments
  --json               print one JSON object instead of text

Exit code: 0 done, whatever was found; 1 a file could not be read; 2 wrong flags.

Example
  resetscope analyze --error-log error.log --pcap trace.pcap --access-log access.log
`;

const FLAGS = {
  'error-log': { type: 'string', multiple: true },
  pcap: { type: 'string', multiple: true },
  'access-log': { type: 'string', multiple: true },
  evidence: { type: 'string' },
  'clock-offset': { type: 'string' },
  timezone: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** @throws ClearError RS_USAGE. */
export function readAnalyzeOptions(argv: readonly string[]): AnalyzeOptions {
  const flags = parseFlags('analyze', argv, FLAGS);
  const timezone = flags.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!isTimeZone(timezone)) {
    throw usage(`expected --timezone to be a zone like Europe/Berlin or +08:00, got ${JSON.stringify(timezone)}`);
  }
  return {
    errorLogs: required('error-log', flags['error-log']),
    captures: required('pcap', flags.pcap),
    accessLogs: flags['access-log'] ?? [],
    evidenceDir: flags.evidence ?? null,
    clockOffsetSeconds: parseSeconds(flags['clock-offset']),
    timezone,
    json: flags.json ?? false,
  };
}

function required(name: string, values: readonly string[] | undefined): readonly string[] {
  if (values === undefined || values.length === 0) throw usage(`expected --${name} FILE, got none`);
  return values;
}

function parseSeconds(text: string | undefined): number | null {
  if (text === undefined) return null;
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isFinite(seconds)) {
    throw usage(`expected --clock-offset to be seconds like -1.5, got ${JSON.stringify(text)}`);
  }
  return seconds;
}

function usage(message: string): ClearError {
  return new ClearError('RS_USAGE', message, 'see resetscope analyze --help');
}
