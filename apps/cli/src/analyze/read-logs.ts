/** Error logs to lines of the reset family, access logs to the ports and ids they give away. */
import { AccessLog, type LogLine, logLine } from '@resetscope/diagnosis';
import {
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
  for (const path of paths) {
    const lines: Uint8Array[] = [];
    for await (const line of splitLines(readPieces(path, 'access log'))) lines.push(line);
    const format = detectLogFormat(lines.slice(0, FORMAT_SAMPLE));
    if (format === null && lines.length > 0) {
      throw new ClearError(
        'RS_NOT_A_LOG',
        `expected an nginx access log at ${path} in a known log_format`,
        'use the one README.md recommends',
      );
    }
    for (const line of lines) {
      const entry = format === null ? null : parseAccessLogLine(format, line);
      if (entry !== null) log.add(entry);
    }
  }
  return log;
}
