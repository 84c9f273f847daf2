/** What the tailer makes of one line of an error log: a job, or nothing. Pure. */
import type { FollowedLine } from '@resetscope/follow';
import { createResetJob, type ResetJob } from '@resetscope/jobs';
import { isResetFamily, type LineKind, lineKind, mayBeOfInterest, parseErrorLogLine } from '@resetscope/nginx-log';

/**
 * `job`: of the reset family. `other`: any other line of nginx. `continuation`: no stamp at its start, the rest of a
 * message that held a newline. `not-a-log-line`: a stamp, and then not nginx.
 */
export const LINE_CLASSES = ['job', 'other', 'continuation', 'not-a-log-line'] as const;
export type LineClass = (typeof LINE_CLASSES)[number];

export type Classified =
  | { readonly kind: 'job'; readonly lineKind: LineKind; readonly job: ResetJob }
  | { readonly kind: Exclude<LineClass, 'job'> };

/** Length of `YYYY/MM/DD HH:MM:SS `; the level's bracket comes next (ngx_log_error_core, nginx src/core/ngx_log.c). */
const STAMP_LEN = 20;
const BRACKET_OPEN = 0x5b;
const INFO = Buffer.from('[info]');

export function classify(line: FollowedLine, node: string): Classified {
  if (line.bytes[STAMP_LEN] !== BRACKET_OPEN) return { kind: 'continuation' };
  if (!mayBeOfInterest(line.bytes)) return { kind: 'other' };
  const parsed = parseErrorLogLine(line.bytes);
  if (parsed.kind !== 'entry') return { kind: parsed.kind };
  if (!isResetFamily(parsed.entry)) return { kind: 'other' };
  const kind = lineKind(parsed.entry);
  return { kind: 'job', lineKind: kind, job: createResetJob({ ...line, node, kind }) };
}

/** Whether nginx logs at `info`, without which it is silent about clients that hang up. */
export function isInfoLine(bytes: Uint8Array): boolean {
  return Buffer.compare(bytes.subarray(STAMP_LEN, STAMP_LEN + INFO.byteLength), INFO) === 0;
}
