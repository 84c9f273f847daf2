/** Error logs to lines of the reset family, access logs to the ports and ids they give away. */
import { type AccessInterest, AccessLog, LogFacts, type LogLine, logLine } from '@resetscope/diagnosis';
import {
  type AccessLogFormat,
  decodeLatin1,
  detectLogFormat,
  type ErrorLogEntry,
  flagsFromNext,
  isResetFamily,
  LineSequence,
  lineKind,
  type ParsedLine,
  parseAccessLogLine,
  parseErrorLogLine,
  StampClock,
  unwrapLine,
} from '@resetscope/nginx-log';
import { ClearError } from '@resetscope/telemetry/clear-error';
import { type InputFile, inputFile, readPieces } from './input-file.ts';
import type { ReadMeter } from './read-meter.ts';
import { splitLines } from './split-lines.ts';

export interface LogContent {
  readonly lines: readonly LogLine[];
  readonly facts: LogFacts;
  readonly warnings: readonly string[];
}

/** @throws ClearError RS_FILE_UNREADABLE, RS_NOT_A_LOG when a file holds lines and none is nginx's. */
export async function readErrorLogs(paths: readonly string[], timezone: string, meter: ReadMeter): Promise<LogContent> {
  const lines: LogLine[] = [];
  const facts = new LogFacts(timezone);
  const warnings: string[] = [];
  for (const path of paths) {
    const found = await readErrorLog(inputFile(path), timezone, facts, meter);
    lines.push(...found.lines);
    warnings.push(...found.warnings);
  }
  return { lines, facts, warnings };
}

async function readErrorLog(
  file: InputFile,
  timezone: string,
  facts: LogFacts,
  meter: ReadMeter,
): Promise<Pick<LogContent, 'lines' | 'warnings'>> {
  const { name } = file;
  const lines: LogLine[] = [];
  const warnings: string[] = [];
  const sequence = new LineSequence();
  const clock = new StampClock(timezone);
  let lineNumber = 0;
  let entries = 0;
  let limitedCount = 0;
  let first = '';
  let held: Held | null = null;
  const settle = (next: ParsedLine | null): void => {
    if (held !== null) lines.push(heldLine(held, next, timezone));
    held = null;
  };
  for await (const wrapped of splitLines(
    readPieces(file, 'error log', { meter, damaged: (what) => warnings.push(what) }),
  )) {
    lineNumber++;
    const { line: bytes, collectedUs } = unwrapLine(wrapped);
    const parsed = parseErrorLogLine(bytes);
    if (parsed.kind !== 'entry' && first === '') first = decodeLatin1(bytes.subarray(0, SHOWN_LEN));
    if (parsed.kind === 'continuation' && detectLogFormat([bytes]) !== null) continue; // a container logs both as one
    const doubts = sequence.observe(parsed, bytes.length);
    settle(parsed);
    if (parsed.kind !== 'entry') continue;
    entries++;
    const entry = { ...parsed.entry, flags: [...parsed.entry.flags, ...doubts] };
    facts.note(entry);
    if (lineKind(entry) === 'log-limited') limitedCount++;
    const stampUs = clock.toUs(entry.stamp, collectedUs);
    if (!isResetFamily(entry)) continue;
    held = { ref: { file: file.path, lineNumber, offset: null, raw: decodeLatin1(bytes) }, entry, stampUs };
  }
  settle(null);
  if (entries === 0 && lineNumber > 0) {
    throw new ClearError(
      'RS_NOT_A_LOG',
      `expected an nginx error log at ${name}, got lines like ${JSON.stringify(first)}`,
      'an access log goes to --access-log',
    );
  }
  if (limitedCount > 0) warnings.push(`${name} lacks lines: nginx's rate limit dropped some ${limitedCount} times`);
  if (lineNumber === 0) warnings.push(`${name} is empty`);
  return { lines, warnings };
}

/** A line that waits for the one after it, which may tell that it was smuggled in. */
interface Held {
  readonly ref: LogLine['ref'];
  readonly entry: ErrorLogEntry;
  readonly stampUs: number;
}

function heldLine({ ref, entry, stampUs }: Held, next: ParsedLine | null, timezone: string): LogLine {
  const flags = [...entry.flags, ...flagsFromNext(next)];
  return { ...logLine(ref, { ...entry, flags }, timezone), stampUs };
}

/** Bytes of a line shown where it is no log. */
const SHOWN_LEN = 60;
/** Lines looked at to find an access log's format. */
const FORMAT_SAMPLE = 20;

/** format: null to find it from the lines. interest: what is kept, null for all. @throws ClearError RS_FILE_UNREADABLE, RS_NOT_A_LOG when the lines do not fit. */
export async function readAccessLogs(
  paths: readonly string[],
  meter: ReadMeter,
  format: AccessLogFormat | null = null,
  interest: AccessInterest | null = null,
): Promise<AccessLog> {
  const log = new AccessLog(interest);
  for (const path of paths) await readAccessLog(inputFile(path), log, meter, format);
  return log;
}

/** Holds the first lines until they have told the format, and no others. */
async function readAccessLog(
  file: InputFile,
  log: AccessLog,
  meter: ReadMeter,
  given: AccessLogFormat | null,
): Promise<void> {
  const sample: Uint8Array[] = [];
  let format: AccessLogFormat | null = null;
  for await (const wrapped of splitLines(readPieces(file, 'access log', { meter }))) {
    const { line } = unwrapLine(wrapped);
    if (format !== null) addEntry(log, format, line);
    else if (sample.push(line) === FORMAT_SAMPLE) format = addSample(log, file, sample, given);
  }
  if (format === null && sample.length > 0) addSample(log, file, sample, given);
}

/** A format that was given must fit one of the lines at least. */
function addSample(
  log: AccessLog,
  file: InputFile,
  sample: readonly Uint8Array[],
  given: AccessLogFormat | null,
): AccessLogFormat {
  const format = given ?? detectLogFormat(sample);
  let added = 0;
  for (const line of sample) if (format !== null && addEntry(log, format, line)) added++;
  if (format !== null && added > 0) return format;
  const expected = given === null ? 'a known log_format' : 'the log_format given';
  const first = decodeLatin1((sample[0] ?? new Uint8Array(0)).subarray(0, SHOWN_LEN));
  throw new ClearError(
    'RS_NOT_A_LOG',
    `expected an nginx access log at ${file.name} in ${expected}, got lines like ${JSON.stringify(first)}`,
    given === null ? 'name its log_format with --log-format' : 'compare --log-format with the log_format in nginx.conf',
  );
}

function addEntry(log: AccessLog, format: AccessLogFormat, line: Uint8Array): boolean {
  const entry = parseAccessLogLine(format, line);
  if (entry !== null) log.add(entry);
  return entry !== null;
}
