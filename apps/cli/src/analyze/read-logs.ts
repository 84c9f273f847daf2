/** Error logs to lines of the reset family, access logs to the ports and ids they give away. */
import { AccessLog, type LogLine, logLine } from '@resetscope/diagnosis';
import {
  type AccessLogFormat,
  decodeLatin1,
  detectLogFormat,
  isResetFamily,
  LineSequence,
  mayBeOfInterest,
  parseAccessLogLine,
  parseErrorLogLine,
} from '@resetscope/nginx-log';
import { ClearError } from '@resetscope/telemetry';
import { readPieces } from './input-file.ts';
import { splitLines } from './split-lines.ts';

export interface LogContent {
  readonly lines: readonly LogLine[];
  readonly warnings: readonly string[];
}

/** @throws ClearError RS_FILE_UNREADABLE, RS_NOT_A_LOG when a file holds lines and none is nginx's. */
export async function readErrorLogs(paths: readonly string[], timezone: string): Promise<LogContent> {
  const lines: LogLine[] = [];
  const warnings: string[] = [];
  for (const path of paths) {
    const found = await readErrorLog(path, timezone);
    lines.push(...found.lines);
    warnings.push(...found.warnings);
  }
  return { lines, warnings };
}

async function readErrorLog(path: string, timezone: string): Promise<LogContent> {
  const lines: LogLine[] = [];
  const sequence = new LineSequence();
  let lineNumber = 0;
  let entries = 0;
  let first = '';
  for await (const bytes of splitLines(readPieces(path, 'error log'))) {
    lineNumber++;
    const parsed = parseErrorLogLine(bytes);
    const doubts = sequence.observe(parsed, bytes.length);
    if (parsed.kind !== 'entry') {
      if (first === '') first = decodeLatin1(bytes.subarray(0, 60));
      continue;
    }
    entries++;
    if (!mayBeOfInterest(bytes) || !isResetFamily(parsed.entry)) continue;
    const entry = { ...parsed.entry, flags: [...parsed.entry.flags, ...doubts] };
    lines.push(logLine({ file: path, lineNumber, offset: null, raw: decodeLatin1(bytes) }, entry, timezone, null));
  }
  if (entries === 0 && lineNumber > 0) {
    throw new ClearError(
      'RS_NOT_A_LOG',
      `expected an nginx error log at ${path}, got lines like ${JSON.stringify(first)}`,
      'an access log goes to --access-log',
    );
  }
  return { lines, warnings: lineNumber === 0 ? [`${path} is empty`] : [] };
}

/** Lines looked at to find an access log's format. */
const FORMAT_SAMPLE = 20;

/** @throws ClearError RS_FILE_UNREADABLE, RS_NOT_A_LOG when the format is none that is known. */
export async function readAccessLogs(paths: readonly string[]): Promise<AccessLog> {
  const log = new AccessLog();
  for (const path of paths) await readAccessLog(path, log);
  return log;
}

/** Holds the first lines until they have told the format, and no others. */
async function readAccessLog(path: string, log: AccessLog): Promise<void> {
  const sample: Uint8Array[] = [];
  let format: AccessLogFormat | null = null;
  for await (const line of splitLines(readPieces(path, 'access log'))) {
    if (format !== null) addEntry(log, format, line);
    else if (sample.push(line) === FORMAT_SAMPLE) format = addSample(log, path, sample);
  }
  if (format === null && sample.length > 0) addSample(log, path, sample);
}

function addSample(log: AccessLog, path: string, sample: readonly Uint8Array[]): AccessLogFormat {
  const format = detectLogFormat(sample);
  if (format === null) {
    throw new ClearError(
      'RS_NOT_A_LOG',
      `expected an nginx access log at ${path} in a known log_format`,
      'use the one README.md recommends',
    );
  }
  for (const line of sample) addEntry(log, format, line);
  return format;
}

function addEntry(log: AccessLog, format: AccessLogFormat, line: Uint8Array): void {
  const entry = parseAccessLogLine(format, line);
  if (entry !== null) log.add(entry);
}
