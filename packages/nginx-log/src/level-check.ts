/**
 * Whether a line has the level that nginx gives its text (nginx-error-log.md 2.1, 2.2, section 3 rule 6). A forger, or a
 * derivative, may not know.
 */
import { type Action, knownPhrase } from './action.ts';
import type { Level } from './error-log-entry.ts';

/** nginx logs these at info only. */
const INFO_TEXT =
  /^(?:client (?:(?:prematurely )?closed connection|\S{1,128} closed keepalive connection$)|epoll_wait\(\) reported that client prematurely closed connection)/;

/** A stream session sets its action right before the call, so the phrase is about the socket that failed. */
const STREAM_LEVELS: ReadonlyMap<string, Level> = new Map<string, Level>([
  ['proxying and reading from client', 'info'],
  ['proxying and sending to client', 'info'],
  ['proxying and reading from upstream', 'error'],
  ['proxying and sending to upstream', 'error'],
]);

/** `call`: the socket call the message starts with, if any. Never true for texts this file does not know. */
export function contradictsLevel(message: string, call: string | null, level: Level, action: Action | null): boolean {
  if (INFO_TEXT.test(message)) return level !== 'info';
  if (message.startsWith('upstream prematurely closed ')) return level !== 'error';
  const isPlainCall = call === 'recv()' || call === 'send()' || call === 'writev()';
  if (!isPlainCall || (level !== 'info' && level !== 'error')) return false;
  const expected = STREAM_LEVELS.get(knownPhrase(action) ?? '');
  return expected !== undefined && level !== expected;
}
