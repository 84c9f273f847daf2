/**
 * Doubts that only the lines around a line can raise (nginx-error-log.md 1.4, newline forging). A client writes a whole
 * line of its own by putting a newline into a path that nginx logs decoded:
 *   2026/11/22 07:59:07 [error] 9#9: *8 open() "/html/x          <- unclosed quote
 *   2026/11/22 07:59:07 [error] 1#1: *9 recv() failed (104: ...  <- forged
 *   " failed (2: No such file or directory), client: ...         <- continuation
 * A client can write the closing quote too, so no doubt here is no proof. Does not check process ids or connection numbers: a log at level error shows too few of them to know their range.
 */
import { type LogStamp, stampAsUtcSeconds } from './civil-time.ts';
import type { ParsedLine } from './error-log-line.ts';
import type { SuspectFlag } from './suspect-flag.ts';

/** NGX_MAX_ERROR_STR, src/core/ngx_log.h: bytes that one write to the log can span, newlines included. */
const WRITE_MAX_LEN = 2048;
/** Seconds. Workers cache the time per event-loop round; with `timer_resolution` 3.7 s were seen (case M4). */
const STAMP_SLACK_SECONDS = 5;

/** The state of reading one file from top to bottom. Rotation does not end it; a new nginx log does. */
export class LineSequence {
  /** Bytes that the write with the unclosed quote can still span; 0 when none is open. */
  #openLen = 0;
  #previousStamp: LogStamp | null = null;

  /** `parsed`: the next physical line; `lineLen`: its bytes without LF. Returns the doubts its predecessors raise. */
  observe(parsed: ParsedLine, lineLen: number): readonly SuspectFlag[] {
    const isInside = this.#openLen > 0;
    this.#openLen = Math.max(0, this.#openLen - lineLen - 1);
    if (parsed.kind !== 'entry') {
      if (parsed.text.includes('"')) this.#openLen = 0;
      return [];
    }
    const { stamp, flags } = parsed.entry;
    if (!isInside && flags.includes('unclosed-quote')) this.#openLen = Math.max(0, WRITE_MAX_LEN - lineLen - 1);
    const goesBack = this.#previousStamp !== null && secondsBetween(stamp, this.#previousStamp) > STAMP_SLACK_SECONDS;
    this.#previousStamp = stamp;
    const doubts: SuspectFlag[] = [];
    if (isInside) doubts.push('after-unclosed-quote');
    if (goesBack) doubts.push('stamp-goes-back');
    return doubts;
  }
}

function secondsBetween(earlier: LogStamp, later: LogStamp): number {
  return stampAsUtcSeconds(later) - stampAsUtcSeconds(earlier);
}

/** The doubts that the line after an entry raises about it; null when there is none yet. */
export function flagsFromNext(next: ParsedLine | null): readonly SuspectFlag[] {
  return next?.kind === 'continuation' ? ['before-continuation'] : [];
}
