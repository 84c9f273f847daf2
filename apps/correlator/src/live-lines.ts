/** Jobs to lines: the same parser as offline, and the tailer's read time as the clock. */
import { type LogLine, logLine } from '@resetscope/diagnosis';
import { type ResetJob, rawBytes } from '@resetscope/jobs';
import { parseErrorLogLine } from '@resetscope/nginx-log';

/**
 * A line read this long after its stamp was not read as it was written (catching up after a pause): its read time says
 * nothing about the packet. Stamps are whole seconds, workers stall up to 3.7 s (measured).
 */
const READ_LIVE_US = 5_000_000;

/** Null when the job's line is no log entry. */
export function liveLine(job: ResetJob, timezone: string): LogLine | null {
  const parsed = parseErrorLogLine(rawBytes(job));
  if (parsed.kind !== 'entry') return null;
  const ref = { file: job.file, lineNumber: 0, offset: job.offset, raw: job.raw };
  const line = logLine(ref, parsed.entry, timezone, job.readAtUs);
  return Math.abs(job.readAtUs - line.stampUs) > READ_LIVE_US ? { ...line, readAtUs: null } : line;
}
