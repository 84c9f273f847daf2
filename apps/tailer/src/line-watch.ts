/**
 * Looks at every line of one log, without taking it apart: which may be of the reset family, and what the others tell.
 * This is the tailer's hot path: a few bytes of a line are looked at, and no object is made.
 */
import { Buffer } from 'node:buffer';
import type { LineTest } from '@resetscope/log-source';
import { mayBeOfInterest } from '@resetscope/nginx-log';

/** What the lines told since they were last asked for. */
export interface LineCounts {
  /** Lines of nginx that are not of the reset family. */
  readonly others: number;
  /** Without a stamp at its start: the rest of a message that held a newline. */
  readonly continuations: number;
  /** `too many log messages, limiting`: nginx itself has dropped lines after this one. */
  readonly limited: number;
  /** A line of the family that stands behind a quote that was not closed: it may be text of a client. */
  readonly afterUnclosedQuote: number;
  /** A line of the family whose next line is a continuation: the same. */
  readonly beforeContinuation: number;
  readonly sawInfo: boolean;
}

const NOTHING: LineCounts = {
  others: 0,
  continuations: 0,
  limited: 0,
  afterUnclosedQuote: 0,
  beforeContinuation: 0,
  sawInfo: false,
};

/** Length of `YYYY/MM/DD HH:MM:SS `; the level's bracket comes next (ngx_log_error_core, nginx src/core/ngx_log.c). */
const STAMP_LEN = 20;
const BRACKET_OPEN = 0x5b;
const LETTER_I = 0x69;
const LETTER_G = 0x67;
const QUOTE = 0x22;
const NEWLINE = 0x0a;
/** NGX_MAX_ERROR_STR, src/core/ngx_log.h: bytes that one write to the log can span, newlines included. */
const WRITE_MAX_LEN = 2048;
/** freenginx and Angie, src/core/ngx_log.c: on by default at 1000 lines a minute and worker (nginx-error-log.md 1.7). */
const LIMITED = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[[a-z]{4,6}\] \d{1,10}#\d{1,10}: too many log messages, limiting$/;
/** The marker with pid and tid of ten digits each. */
const LIMITED_MAX_LEN = 85;

export class LineWatch {
  #counts: { -readonly [Key in keyof LineCounts]: LineCounts[Key] } = { ...NOTHING };
  /** Whether the line before may be of the family. */
  #wasOfInterest = false;

  /** True for a line that may be of the family: it is to be handed out. */
  readonly wanted: LineTest = (bytes, start, end) => {
    const bracket = start + STAMP_LEN;
    if (bracket >= end || bytes[bracket] !== BRACKET_OPEN) return this.#continued();
    // `[info] ` is the only level that begins so (err_levels, src/core/ngx_log.c)
    if (bytes[bracket + 1] === LETTER_I) this.#counts.sawInfo = true;
    this.#wasOfInterest = mayBeOfInterest(bytes, start, end);
    if (this.#wasOfInterest) {
      if (isAfterUnclosedQuote(bytes, start)) this.#counts.afterUnclosedQuote++;
      return true;
    }
    this.#counts.others++;
    if (bytes[end - 1] === LETTER_G && isLimited(bytes, start, end)) this.#counts.limited++;
    return false;
  };

  /** The counts since the last time. */
  take(): LineCounts {
    const counts = this.#counts;
    this.#counts = { ...NOTHING };
    return counts;
  }

  #continued(): false {
    this.#counts.continuations++;
    if (this.#wasOfInterest) this.#counts.beforeContinuation++;
    this.#wasOfInterest = false;
    return false;
  }
}

function isLimited(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > LIMITED_MAX_LEN) return false;
  return LIMITED.test(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1'));
}

/**
 * Whether the bytes before a line, as far as one write of nginx reaches and the same read of the log shows them, hold an odd
 * number of quotes. The first line of a read may be the rest of one, and a line cut at the limit fills the reach: neither
 * is looked at.
 */
function isAfterUnclosedQuote(bytes: Uint8Array, start: number): boolean {
  const from = bytes.indexOf(NEWLINE, Math.max(0, start - WRITE_MAX_LEN)) + 1;
  let isOpen = false;
  for (let at = bytes.indexOf(QUOTE, from); at >= 0 && at < start; at = bytes.indexOf(QUOTE, at + 1)) isOpen = !isOpen;
  return isOpen;
}
