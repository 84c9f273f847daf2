/**
 * One physical line of an error log to an entry (nginx-error-log.md 1.1):
 *   YYYY/MM/DD HH:MM:SS [level] PID#TID: [*N ]MESSAGE[ (ERRNO: STRERROR)][ while ACTION][, client: ...]
 * The text format of nginx, freenginx, Tengine, OpenResty and Angie, without what a collector puts around it
 * (wrapped-line.ts). Not: Angie's `format=json`. Judges nothing; doubts become flags.
 */
import { type Action, knownPhrase, parseAction } from './action.ts';
import { isPlausibleStamp, type LogStamp } from './civil-time.ts';
import { linuxErrno } from './errno.ts';
import type { ErrorLogEntry, Level } from './error-log-entry.ts';
import { decodeLatin1 } from './latin1.ts';
import { contradictsLevel } from './level-check.ts';
import { type ParsedContext, parseContext } from './line-context.ts';
import { splitStreamBytes } from './stream-bytes.ts';
import { parseStreamConnect } from './stream-connect.ts';
import type { SuspectFlag } from './suspect-flag.ts';

/** NGX_MAX_ERROR_STR (src/core/ngx_log.h) is 2048 bytes with the LF: a line this long was cut, without a mark. */
const CUT_LINE_LEN = 2047;
/** Bytes looked at. OpenResty's limit is 4096; what lies beyond twice that is no log line of any nginx. */
const MAX_LINE_LEN = 8192;

export type ParsedLine =
  | { readonly kind: 'entry'; readonly entry: ErrorLogEntry }
  /** No stamp at its start: the rest of a message that holds a newline. */
  | { readonly kind: 'continuation'; readonly text: string }
  /** `empty`: no bytes, or only the NULs that truncating a non-append log leaves. `malformed-head`: a stamp, then not nginx. */
  | { readonly kind: 'not-a-log-line'; readonly reason: 'empty' | 'malformed-head'; readonly text: string };

const STAMP = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d) /;
const HEAD = /^\[(emerg|alert|crit|error|warn|notice|info|debug)\] (\d{1,10})#(\d{1,10}): (?:\*(\d{1,20}) )?/;
const HANDLER_START = / while |, (?:udp )?client: /g;
const ERRNO = / \((\d{1,5}: [^()]{0,200})\)(?= while |, |$)/g;
const CALL = /^[A-Za-z_0-9]{1,32}\(\)(?= )/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\x00-\x1f\x7f]/;

/** Total: any bytes give an answer. `line` is one line without its LF (one LF at the end is ignored); not retained. */
export function parseErrorLogLine(line: Uint8Array): ParsedLine {
  const bytes = trimLine(line);
  const text = decodeLatin1(bytes.subarray(0, MAX_LINE_LEN));
  if (text === '') return { kind: 'not-a-log-line', reason: 'empty', text };
  const stampMatch = STAMP.exec(text);
  if (stampMatch === null) return { kind: 'continuation', text };
  const stamp = stampOf(stampMatch);
  const afterStamp = text.slice(stampMatch[0].length);
  const head = HEAD.exec(afterStamp);
  if (head === null || !isPlausibleStamp(stamp)) return { kind: 'not-a-log-line', reason: 'malformed-head', text };
  const rest = afterStamp.slice(head[0].length);
  const truncated = bytes.byteLength >= CUT_LINE_LEN;
  return {
    kind: 'entry',
    entry: {
      stamp,
      level: head[1] as Level,
      pid: Number(head[2]),
      tid: Number(head[3]),
      connectionNumber: head[4] === undefined ? null : Number(head[4]),
      ...parseRest(rest, head[1] as Level, truncated),
    },
  };
}

type Rest = Omit<ErrorLogEntry, 'stamp' | 'level' | 'pid' | 'tid' | 'connectionNumber'>;

function parseRest(rest: string, level: Level, truncated: boolean): Rest {
  const parts = splitMessage(rest);
  const actionText = /^ while ([^,]*)/.exec(parts.handlerText);
  const action = actionText === null ? null : parseAction(actionText[1] ?? '');
  const { flags, ...context } = parseContext(parts.handlerText.slice(actionText?.[0].length ?? 0), action, truncated);
  return {
    ...context,
    ...messageContext(parts.message, context),
    message: parts.message,
    call: callOf(parts.message),
    errno: parts.errno,
    action,
    truncated,
    flags: [...flags, ...lineFlags(rest, parts, level, action, truncated)],
  };
}

/** Without LF at the end and NULs at the start. */
function trimLine(line: Uint8Array): Uint8Array {
  let start = 0;
  while (start < line.byteLength && line[start] === 0) start++;
  return line.subarray(start, line.at(-1) === 0x0a ? line.byteLength - 1 : line.byteLength);
}

function stampOf(match: RegExpExecArray): LogStamp {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return { year, month, day, hour, minute, second };
}

interface MessageParts {
  readonly message: string;
  readonly errno: number | null;
  readonly handlerText: string;
  /** A quote in the message itself has no end. */
  readonly isOpen: boolean;
}

/** The texts of the reset family are constant, so the first errno and the first handler text are nginx's own. */
function splitMessage(rest: string): MessageParts {
  const { from, isOpen } = quotedPart(rest);
  const handlerAt = indexFrom(HANDLER_START, rest, from)?.index ?? rest.length;
  const errno = indexFrom(ERRNO, rest, from);
  if (errno === null || errno.index > handlerAt) {
    return { message: rest.slice(0, handlerAt), errno: null, handlerText: rest.slice(handlerAt), isOpen };
  }
  const handlerText = rest.slice(errno.index + errno[0].length);
  return { message: rest.slice(0, errno.index), errno: linuxErrno(errno[1] ?? ''), handlerText, isOpen };
}

/** `from`: offset after the first quoted text of a message such as `open() "..." failed`; 0 when fields come first. */
function quotedPart(rest: string): { readonly from: number; readonly isOpen: boolean } {
  const open = rest.indexOf('"');
  const handlerAt = indexFrom(HANDLER_START, rest, 0)?.index ?? rest.length;
  if (open < 0 || open > handlerAt) return { from: 0, isOpen: false };
  const close = rest.indexOf('"', open + 1);
  return close < 0 ? { from: open + 1, isOpen: true } : { from: close + 1, isOpen: false };
}

function indexFrom(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(text);
}

/** Stream sessions put counters and addresses into the message itself. */
function messageContext(message: string, context: Omit<ParsedContext, 'flags'>): Partial<Rest> {
  if (context.context !== 'none') return {};
  const { bytes } = splitStreamBytes(message);
  if (bytes !== null) return { context: 'stream', bytes };
  const connect = parseStreamConnect(message);
  if (connect?.leg !== 'client') return connect === null ? {} : { context: 'stream' };
  const { originator, responderText } = connect;
  return { context: 'stream', client: originator.address, clientPort: originator.port, server: responderText };
}

function callOf(message: string): string | null {
  return CALL.exec(message)?.[0] ?? null;
}

function lineFlags(
  rest: string,
  { message, isOpen }: MessageParts,
  level: Level,
  action: Action | null,
  truncated: boolean,
): readonly SuspectFlag[] {
  const flags: SuspectFlag[] = [];
  const isAccept = action?.kind === 'other' && action.text.startsWith('accepting new connection on ');
  if (action?.kind === 'other' && !isAccept) flags.push('unknown-action');
  if (knownPhrase(action) === 'waiting for request' && level === 'error') flags.push('error-level-before-request');
  if (contradictsLevel(message, callOf(message), level, action)) flags.push('level-contradicts-text');
  if (CONTROL.test(rest)) flags.push('control-bytes');
  if (isOpen && !truncated) flags.push('unclosed-quote');
  return flags;
}
