/** Is this nginx error log there, readable, alive, detailed enough, and on our clock? */
import { open, stat } from 'node:fs/promises';
import { lookAtLog } from '@resetscope/log-source';
import type { Finding } from './finding.ts';

/** Bytes at the end of the log that are looked at. */
const TAIL_LEN = 1 << 20;

/** A log without a line for this long looks abandoned. */
const STALE_MS = 24 * 3600 * 1000;

/** Stamp and file time of one line differ by less than this unless a time zone or a clock is off. */
const CLOCK_TOLERANCE_MS = 5 * 60 * 1000;

/** Exists, is a regular file, may be read, is written to. */
export async function checkErrorLog(path: string): Promise<Finding> {
  const subject = `error log ${path}`;
  const found = await lookAtLog(path);
  if (found.kind !== 'readable') {
    const { got, fix } = found;
    return { status: 'fail', subject, message: `expected a file, got ${got}`, fix, code: 'RS_FILE_UNREADABLE' };
  }
  const { size, mtimeMs } = found.stats;
  const ageMs = Math.max(0, Date.now() - mtimeMs);
  const stale = size === 0 ? 'empty' : ageMs > STALE_MS ? `nothing written for ${hours(ageMs)} h` : null;
  if (stale !== null) return { status: 'warn', subject, message: stale, fix: 'check that nginx writes to this file' };
  return { status: 'ok', subject, message: `readable, last written ${Math.round(ageMs / 1000)} s ago` };
}

function hours(ms: number): number {
  return Math.floor(ms / 3_600_000);
}

/** Below `info` nginx writes no line about a reset by a client. */
export async function checkErrorLogLevel(path: string): Promise<Finding> {
  const subject = `level of ${path}`;
  const tail = await readTail(path);
  if (tail === '') return { status: 'ok', subject, message: 'no line to judge by yet' };
  if (tail.includes(' [info] ')) return { status: 'ok', subject, message: 'info: resets by clients are logged' };
  const message = 'no [info] line found: resets by clients are probably not logged, only those by upstreams';
  return { status: 'warn', subject, message, fix: `in nginx.conf: error_log ${path} info;` };
}

/** Compares the last stamp, taken as this host's local time, with the file's modification time. */
export async function checkClock(path: string): Promise<Finding> {
  const subject = `clock of ${path}`;
  const stampMs = lastStampMs(await readTail(path));
  if (stampMs === null) return { status: 'ok', subject, message: 'no line to compare yet' };
  const offsetMs = stampMs - (await stat(path)).mtimeMs;
  if (Math.abs(offsetMs) < CLOCK_TOLERANCE_MS) return { status: 'ok', subject, message: "agrees with this host's" };
  const message = `the last line's stamp is ${Math.round(offsetMs / 60_000)} min off this host's local time`;
  return { status: 'warn', subject, message, fix: "give nginx's time zone with --timezone" };
}

/** `2026/11/22 06:35:12` at the start of the last line that has one (ngx_log.c), in local time. */
export function lastStampMs(text: string): number | null {
  const stamps = [...text.matchAll(/^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d) \[/gm)];
  const fields = stamps.at(-1)?.slice(1).map(Number);
  if (fields === undefined) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = fields;
  return new Date(year, month - 1, day, hour, minute, second).getTime();
}

async function readTail(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - TAIL_LEN);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.subarray(0, bytesRead).toString('latin1');
  } finally {
    await file.close();
  }
}
