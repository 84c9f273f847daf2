/** Flags of `resetscope analyze`. */
import { type AccessLogFormat, compileLogFormat, isTimeZone } from '@resetscope/nginx-log';
import { ClearError } from '@resetscope/telemetry/clear-error';
import { parseCount, parseFlags } from '../flags.ts';

export interface AnalyzeOptions {
  readonly errorLogs: readonly string[];
  readonly captures: readonly string[];
  readonly accessLogs: readonly string[];
  /** Null: found from the lines. */
  readonly accessLogFormat: AccessLogFormat | null;
  readonly evidenceDir: string | null;
  readonly htmlFile: string | null;
  /** Null: estimated from the data. */
  readonly clockOffsetSeconds: number | null;
  readonly timezone: string;
  /** What is printed. */
  readonly output: 'json' | 'text';
  /** Which lines the text has in full: `few`: all when they are few; numbers: these alone. */
  readonly detail: 'few' | 'all' | readonly number[];
  readonly quiet: boolean;
  /** That follow the captures; null: chosen by their size. */
  readonly threads: number | null;
}

export const ANALYZE_HELP: string = `resetscope analyze: explain the resets in files you already have

usage: resetscope analyze --error-log FILE --pcap FILE [FLAGS]

  --error-log FILE     nginx's error log; may be given several times; gzipped is fine; - is standard input
  --pcap FILE          packet capture, pcap or pcapng; may be given several times; gzipped is fine; - too
  --access-log FILE    nginx's access log, makes matching surer; may be given several times; - too
  --log-format FORMAT  log_format of the access logs, its text or the whole directive (default: found from
                       the lines, when it is a well-known one)
  --timezone TZ        time zone of the error log, like Europe/Berlin or +08:00 (default this host's)
  --clock-offset S     capture clock minus log clock in seconds (default: estimated from the data)

  --line N             only line N of the log, in full; may be given several times
  --all                every line in full (default: when they are few, otherwise groups of alike ones)
  --html FILE          write a page of everything there: one file that needs no other
  --evidence DIR       write a pcapng per connection with a verdict there, the findings as packet comments;
                       files of an earlier run are replaced
  --json               print one JSON object instead of text
  --threads N          follow the captures with N threads, 1 to 16 (default: by their size and the cores)
  --quiet              no progress bar; none is drawn either where standard error is no terminal

Colour: on a terminal, unless NO_COLOR is set; FORCE_COLOR=1 also elsewhere.
Exit code: 0 done, whatever was found; 1 a file could not be read or written; 2 wrong flags.

Example
  resetscope analyze --error-log error.log --pcap trace.pcap --access-log access.log --html report.html
`;

const FLAGS = {
  'error-log': { type: 'string', multiple: true },
  pcap: { type: 'string', multiple: true },
  'access-log': { type: 'string', multiple: true },
  'log-format': { type: 'string' },
  evidence: { type: 'string' },
  html: { type: 'string' },
  'clock-offset': { type: 'string' },
  timezone: { type: 'string' },
  line: { type: 'string', multiple: true },
  all: { type: 'boolean' },
  json: { type: 'boolean' },
  threads: { type: 'string' },
  quiet: { type: 'boolean' },
} as const;

/** @throws ClearError RS_USAGE. */
export function readAnalyzeOptions(argv: readonly string[]): AnalyzeOptions {
  const flags = parseFlags('analyze', joinNegatives(argv), FLAGS);
  const timezone = flags.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!isTimeZone(timezone)) {
    throw usage(`expected --timezone to be a zone like Europe/Berlin or +08:00, got ${JSON.stringify(timezone)}`);
  }
  const inputs = {
    errorLogs: required('error-log', flags['error-log']),
    captures: required('pcap', flags.pcap),
    accessLogs: flags['access-log'] ?? [],
  };
  if (
    Object.values(inputs)
      .flat()
      .filter((path) => path === '-').length > 1
  ) {
    throw usage('expected - for one file at most, got several: standard input can be read once');
  }
  const lines = (flags.line ?? []).map((text) => parseCount('line', text, { min: 1, max: Number.MAX_SAFE_INTEGER }));
  if (flags.all === true && lines.length > 0) throw usage('expected --all or --line, got both');
  return {
    ...inputs,
    accessLogFormat: parseLogFormat(flags['log-format']),
    evidenceDir: written('evidence', flags.evidence),
    htmlFile: written('html', flags.html),
    clockOffsetSeconds: parseSeconds(flags['clock-offset']),
    timezone,
    output: flags.json === true ? 'json' : 'text',
    detail: lines.length > 0 ? lines : flags.all === true ? 'all' : 'few',
    quiet: flags.quiet ?? false,
    threads: flags.threads === undefined ? null : parseCount('threads', flags.threads, { min: 1, max: 16 }),
  };
}

/** `--clock-offset -1.5` and `--timezone -05:00` as one word each: parseArgs takes a dash for the next flag. */
function joinNegatives(argv: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const word of argv) {
    const flag = joined.at(-1) ?? '';
    if (/^-\d/.test(word) && /^--(?:clock-offset|timezone)$/.test(flag)) joined[joined.length - 1] = `${flag}=${word}`;
    else joined.push(word);
  }
  return joined;
}

/** Where something is written: a path, not standard output. */
function written(name: string, path: string | undefined): string | null {
  if (path === '' || path === '-') throw usage(`expected --${name} to be a path, got ${JSON.stringify(path)}`);
  return path ?? null;
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

function parseLogFormat(text: string | undefined): AccessLogFormat | null {
  if (text === undefined) return null;
  try {
    return compileLogFormat(text);
  } catch (error) {
    throw usage(`--log-format: ${(error as RangeError).message}`);
  }
}

function usage(message: string): ClearError {
  return new ClearError('RS_USAGE', message, 'see resetscope analyze --help');
}
