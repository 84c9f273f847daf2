/** The access lines of a group's jobs, read by the code of the offline analysis; those of another nginx are left out. */
import { AccessLog, type LogLine } from '@resetscope/diagnosis';
import type { AccessRecord } from '@resetscope/jobs';
import { type AccessLogEntry, type AccessLogFormat, compileLogFormat, parseAccessLogLine } from '@resetscope/nginx-log';

/** What the tailer found for one job; null: it follows no access log. */
export type Found = readonly AccessRecord[] | null;

/** found: by line. Null when there is no access line for any of them. */
export function accessLogOf(lines: readonly LogLine[], found: readonly Found[]): AccessLog | null {
  const log = new AccessLog();
  let isEmpty = true;
  for (const [i, line] of lines.entries()) {
    for (const entry of confirmed(line, (found[i] ?? []).flatMap(entryOf))) {
      log.add(entry);
      isEmpty = false;
    }
  }
  return isEmpty ? null : log;
}

/**
 * Connection numbers are one nginx's own, and a host may run several: the number counts only when its request is among the access lines
 * too, or, where the error line has no request, the client's address is the same.
 */
function confirmed(line: LogLine, entries: readonly AccessLogEntry[]): readonly AccessLogEntry[] {
  const { request } = line.entry;
  const same = entries.filter(({ connection }) => connection === null || connection === line.entry.connectionNumber);
  if (request === null || request.target === null) {
    return same.filter(({ clientAddress, variables }) => {
      return line.client !== null && [clientAddress, variables.get('remote_addr')].includes(line.client);
    });
  }
  const isSame = (entry: AccessLogEntry): boolean =>
    entry.request === null || (entry.request.method === request.method && entry.request.target === request.target);
  return same.some(isSame) ? same : [];
}

function entryOf({ format, raw }: AccessRecord): readonly AccessLogEntry[] {
  const compiled = compiledFormat(format);
  if (compiled === null) return [];
  const entry = parseAccessLogLine(compiled, Buffer.from(raw, 'latin1'));
  return entry === null ? [] : [entry];
}

/** A host has a handful. */
const FORMATS_MAX = 100;
const FORMATS = new Map<string, AccessLogFormat | null>();

function compiledFormat(source: string): AccessLogFormat | null {
  const known = FORMATS.get(source);
  if (known !== undefined) return known;
  if (FORMATS.size >= FORMATS_MAX) FORMATS.clear();
  const compiled = compile(source);
  FORMATS.set(source, compiled);
  return compiled;
}

/** What came out of Redis may be anything. */
function compile(source: string): AccessLogFormat | null {
  try {
    return compileLogFormat(source);
  } catch {
    return null;
  }
}
