/**
 * What every error-log line starts with (nginx-error-log.md 1.1): `2026/11/22 07:59:09 [info] 9#9: *7 `. Does not ask
 * whether there is such a day (civil-time.ts).
 */
import type { LogStamp } from './civil-time.ts';
import type { ErrorLogEntry } from './error-log-entry.ts';

export interface LineHead extends Pick<ErrorLogEntry, 'level' | 'pid' | 'tid' | 'connectionNumber'> {
  /** Offset of MESSAGE in the line. */
  readonly messageAt: number;
}

const STAMP = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /;
/** Length of `YYYY/MM/DD HH:MM:SS `. */
const STAMP_LEN = 20;
const DIGIT_ZERO = 0x30;
const HEAD = /\[(emerg|alert|crit|error|warn|notice|info|debug)\] (\d{1,10})#(\d{1,10}): (?:\*(\d{1,20}) )?/y;

/** Null when `text` does not start with a stamp. */
export function parseStamp(text: string): LogStamp | null {
  if (!STAMP.test(text)) return null;
  return {
    year: twoDigits(text, 0) * 100 + twoDigits(text, 2),
    month: twoDigits(text, 5),
    day: twoDigits(text, 8),
    hour: twoDigits(text, 11),
    minute: twoDigits(text, 14),
    second: twoDigits(text, 17),
  };
}

function twoDigits(text: string, at: number): number {
  return text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - DIGIT_ZERO * 11;
}

/** `text` starts with a stamp. Null when it does not go on as nginx does. */
export function parseHead(text: string): LineHead | null {
  HEAD.lastIndex = STAMP_LEN;
  const match = HEAD.exec(text);
  if (match === null) return null;
  return {
    level: match[1] as LineHead['level'],
    pid: Number(match[2]),
    tid: Number(match[3]),
    connectionNumber: match[4] === undefined ? null : Number(match[4]),
    messageAt: HEAD.lastIndex,
  };
}
