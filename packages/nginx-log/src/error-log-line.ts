/**
 * One physical line of an error log to an entry (nginx-error-log.md 1.1):
 *   YYYY/MM/DD HH:MM:SS [level] PID#TID: [*N ]MESSAGE[ (ERRNO: STRERROR)][ while ACTION][, client: ...]
 * The text format of nginx, freenginx, Tengine, OpenResty and Angie, without what a collector puts around it
 * (wrapped-line.ts). Not: Angie's `format=json`. Judges nothing; doubts become flags.
 */
import { type Action, knownPhrase, parseAction } from './action.ts';
import { isPlausibleStamp, type LogStamp } from './civil-time.ts';
import type { ErrorLogEntry, Level } from './error-log-entry.ts';
import { decodeLatin1 } from './latin1.ts';
import { contradictsLevel } from './level-check.ts';
import { type ParsedContext, parseContext } from './line-context.ts';
import { type LineHead, parseHead, parseStamp } from './line-head.ts';
import { callOf, splitMessage } from './line-message.ts';
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

const NUL = 0x00;
const LF = 0x0a;
const WHILE = ' while ';
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\x00-\x1f\x7f]/;

/** Total: any bytes give an answer. `line` is one line without its LF (one LF at the end is ignored); not retained. */
export function parseErrorLogLine(line: Uint8Array): ParsedLine {
  const { start, end } = extentOf(line);
  const text = decodeLatin1(line, start, Math.min(end, start + MAX_LINE_LEN));
  if (text === '') return { kind: 'not-a-log-line', reason: 'empty', text };
  const stamp = parseStamp(text);
  if (stamp === null) return { kind: 'continuation', text };
  const head = parseHead(text);
  if (head === null || !isPlausibleStamp(stamp)) return { kind: 'not-a-log-line', reason: 'malformed-head', text };
  return { kind: 'entry', entry: entryOf(stamp, head, text.slice(head.messageAt), end - start >= CUT_LINE_LEN) };
}

/** Offsets without LF at the end and NULs at the start. */
function extentOf(line: Uint8Array): { readonly start: number; readonly end: number } {
  const len = line.byteLength;
  let start = 0;
  while (start < len && line[start] === NUL) start++;
  return { start, end: line[len - 1] === LF ? len - 1 : len };
}

/** Field by field: two copies with `...` on the way take 6 us, more than all the rest of the line (measured). */
function entryOf(stamp: LogStamp, head: LineHead, rest: string, truncated: boolean): ErrorLogEntry {
  const { message, errno, handlerText, isOpen } = splitMessage(rest);
  const call = callOf(message);
  const actionEnd = endOfAction(handlerText);
  const action = actionEnd === 0 ? null : parseAction(handlerText.slice(WHILE.length, actionEnd));
  const fields = parseContext(handlerText.slice(actionEnd), action, truncated);
  const { context, client, clientPort, server, bytes } = messageContext(message, fields);
  const flags = [...fields.flags];
  const { level, pid, tid, connectionNumber } = head;
  addActionFlags(flags, action, level);
  if (contradictsLevel(message, call, level, action)) flags.push('level-contradicts-text');
  if (CONTROL.test(rest)) flags.push('control-bytes');
  if (isOpen && !truncated) flags.push('unclosed-quote');
  return {
    stamp,
    level,
    pid,
    tid,
    connectionNumber,
    context,
    client,
    clientPort,
    server,
    request: fields.request,
    subrequest: fields.subrequest,
    upstream: fields.upstream,
    host: fields.host,
    referrer: fields.referrer,
    bytes,
    message,
    call,
    errno,
    action,
    truncated,
    flags,
  };
}

/** Offset of what follows ` while ACTION`; 0 without an action. */
function endOfAction(handlerText: string): number {
  if (!handlerText.startsWith(WHILE)) return 0;
  const comma = handlerText.indexOf(',');
  return comma < 0 ? handlerText.length : comma;
}

/** Stream sessions put counters and addresses into the message itself. */
function messageContext(message: string, fields: ParsedContext): ParsedContext {
  if (fields.context !== 'none') return fields;
  const { bytes } = splitStreamBytes(message);
  if (bytes !== null) return { ...fields, context: 'stream', bytes };
  const connect = parseStreamConnect(message);
  if (connect === null) return fields;
  if (connect.leg !== 'client') return { ...fields, context: 'stream' };
  const { originator, responderText } = connect;
  return {
    ...fields,
    context: 'stream',
    client: originator.address,
    clientPort: originator.port,
    server: responderText,
  };
}

function addActionFlags(flags: SuspectFlag[], action: Action | null, level: Level): void {
  if (action?.kind === 'other' && !action.text.startsWith('accepting new connection on ')) flags.push('unknown-action');
  if (knownPhrase(action) === 'waiting for request' && level === 'error') flags.push('error-level-before-request');
}
