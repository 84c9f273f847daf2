/** Jobs to lines: the same parser as offline, and the tailer's read time as the clock. */
import { type LogLine, logLine } from '@resetscope/diagnosis';
import { type ResetJob, rawBytes } from '@resetscope/jobs';
import { parseErrorLogLine } from '@resetscope/nginx-log';

/**
 * A line read this long after its stamp was not read as it was written (catching up after a pause): its read time says
 * nothing about the packet. Stamps are whole seconds, workers stall up to 3.7 s (measured).
 */
const READ_LIVE_US = 5_000_000;

/** Offsets of time zones are whole quarter hours (tz database, in use since 1972). */
const QUARTER_US = 900_000_000;
/** Largest offset from UTC (Pacific/Kiritimati). */
const ZONE_ERROR_MAX_US = 14 * 3_600_000_000;
/** A line read at once differs from its stamp by the rest of the second it was written in, and little more. */
const ZONE_SLACK_US = 2_500_000;

/** timezone: of logs whose job does not tell. Null when the job's line is no log entry. */
export function liveLine(job: ResetJob, timezone: string): LogLine | null {
  const parsed = parseErrorLogLine(rawBytes(job));
  if (parsed.kind !== 'entry') return null;
  const ref = { file: job.file, lineNumber: 0, offset: job.offset, raw: job.raw };
  const read = { readAtUs: job.readAtUs, unwrittenAtUs: job.unwrittenAtUs ?? null };
  const line = logLine(ref, parsed.entry, job.timezone ?? timezone, read);
  const lateUs = job.readAtUs - line.stampUs;
  if (Math.abs(lateUs) <= READ_LIVE_US) return line;
  const zoneErrorUs = zoneError(lateUs);
  return zoneErrorUs === null
    ? { ...line, readAtUs: null, unwrittenAtUs: null }
    : { ...line, stampUs: line.stampUs + zoneErrorUs };
}

/**
 * nginx in a container often writes in another zone than its host: then every line seems late (or early) by the same quarter
 * hours. One line in 300 that was really read late looks the same and may stay unmatched. Null: it is no such offset.
 */
function zoneError(lateUs: number): number | null {
  const quarters = Math.round(lateUs / QUARTER_US) * QUARTER_US;
  const restUs = lateUs - quarters;
  const isOffset = quarters !== 0 && Math.abs(quarters) <= ZONE_ERROR_MAX_US;
  return isOffset && restUs > -1_000_000 && restUs < ZONE_SLACK_US ? quarters : null;
}
