/** Is this nginx error log there, a file that lasts, readable, alive, and on our clock? Its level: error-log-level.ts. */
import { readlink, stat } from 'node:fs/promises';
import { lookAtLog } from '@resetscope/log-source';
import { readTail } from './doctor/log-tail.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** A log without a line for this long looks abandoned. */
const STALE_MS = 24 * 3600 * 1000;

/** Stamp and file time of one line differ by less than this unless a time zone or a clock is off. */
const CLOCK_TOLERANCE_MS = 5 * 60 * 1000;

/** Where a link of nginx's container images leads: to whoever started the process, never to a file that can be followed. */
const STANDARD_STREAM = /^(?:\/dev\/(?:stdout|stderr|fd\/\d+)|\/proc\/(?:self|\d+)\/fd\/\d+)$/;

const MAKE_IT_A_FILE =
  'let nginx write a file both can see: mount a volume over the folder of the log, which hides the link of its image, and in nginx.conf: error_log';

/** Exists, is a regular file, may be read, is written to. */
export async function checkErrorLog(path: string): Promise<Finding> {
  const subject = `error log ${path}`;
  const target = await readlink(path).catch(() => '');
  if (STANDARD_STREAM.test(target)) {
    const message = `expected a file, got a link to ${target}: what nginx writes there is gone`;
    return fail('error-log', subject, message, `${MAKE_IT_A_FILE} ${path} info;`, 'RS_FILE_UNREADABLE');
  }
  const found = await lookAtLog(path);
  if (found.kind !== 'readable') {
    const { got, fix } = found;
    return fail('error-log', subject, `expected a file, got ${got}`, fix, 'RS_FILE_UNREADABLE');
  }
  const { size, mtimeMs } = found.stats;
  const ageMs = Math.max(0, Date.now() - mtimeMs);
  const stale = size === 0 ? 'empty' : ageMs > STALE_MS ? `nothing written for ${hours(ageMs)} h` : null;
  if (stale !== null)
    return warn('error-log', subject, stale, 'check that nginx writes to this file: nginx -T | grep error_log');
  return ok('error-log', subject, `readable, last written ${Math.round(ageMs / 1000)} s ago`);
}

function hours(ms: number): number {
  return Math.floor(ms / 3_600_000);
}

/** Compares the last stamp, taken as this host's local time, with the file's modification time. */
export async function checkClock(path: string): Promise<Finding> {
  const subject = `clock of ${path}`;
  const stampMs = lastStampMs(await readTail(path));
  if (stampMs === null) return ok('error-log-clock', subject, 'no line to compare yet');
  const offsetMs = stampMs - (await stat(path)).mtimeMs;
  if (Math.abs(offsetMs) < CLOCK_TOLERANCE_MS) return ok('error-log-clock', subject, "agrees with this host's");
  const message = `the last line's stamp is ${Math.round(offsetMs / 60_000)} min off this host's local time`;
  const fix = "give nginx's time zone with --timezone, or for one log with --error-log FILE=ZONE";
  return warn('error-log-clock', subject, message, fix);
}

/** `2026/11/22 06:35:12` at the start of the last line that has one (ngx_log.c), in local time. */
export function lastStampMs(text: string): number | null {
  const stamps = [...text.matchAll(/^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d) \[/gm)];
  const fields = stamps.at(-1)?.slice(1).map(Number);
  if (fields === undefined) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = fields;
  return new Date(year, month - 1, day, hour, minute, second).getTime();
}
