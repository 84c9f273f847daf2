/**
 * What follows the head of an error-log line, in three: MESSAGE, `(ERRNO: STRERROR)` and the handler's text from
 * ` while ` or `, client: ` on. Where each ends is a matter of constant texts: those of the reset family are nginx's own,
 * so the first errno and the first handler text are too. Does not read the handler's text (line-context.ts).
 */
import { linuxErrno } from './errno.ts';

export interface MessageParts {
  readonly message: string;
  readonly errno: number | null;
  /** Starts with ` while `, with the comma of a field, or is empty. */
  readonly handlerText: string;
  /** A quote in the message itself has no end. */
  readonly isOpen: boolean;
}

const HANDLER_START = / while |, (?:udp )?client: /g;
const ERRNO_START = ' (';
const ERRNO = / \((\d{1,5}: [^()]{0,200})\)(?= while |, |$)/y;
const CALL = /^[A-Za-z_0-9]{1,32}\(\) /;

/** Total. `rest`: the line from its message on. */
export function splitMessage(rest: string): MessageParts {
  const firstHandlerAt = handlerFrom(rest, 0);
  const open = rest.indexOf('"');
  if (open < 0 || open > firstHandlerAt) return splitAfter(rest, 0, firstHandlerAt, false);
  const close = rest.indexOf('"', open + 1);
  const from = (close < 0 ? open : close) + 1;
  return splitAfter(rest, from, firstHandlerAt < from ? handlerFrom(rest, from) : firstHandlerAt, close < 0);
}

/** `from`: offset after the first quoted text of a message such as `open() "..." failed`; 0 when fields come first. */
function splitAfter(rest: string, from: number, handlerAt: number, isOpen: boolean): MessageParts {
  for (let at = rest.indexOf(ERRNO_START, from); at >= 0 && at < handlerAt; at = rest.indexOf(ERRNO_START, at + 1)) {
    ERRNO.lastIndex = at;
    const errno = ERRNO.exec(rest);
    if (errno === null) continue;
    const handlerText = rest.slice(at + errno[0].length);
    return { message: rest.slice(0, at), errno: linuxErrno(errno[1] ?? ''), handlerText, isOpen };
  }
  return { message: rest.slice(0, handlerAt), errno: null, handlerText: rest.slice(handlerAt), isOpen };
}

/** Offset of the first handler text at `from` or later; the length where there is none. */
function handlerFrom(rest: string, from: number): number {
  HANDLER_START.lastIndex = from;
  return HANDLER_START.exec(rest)?.index ?? rest.length;
}

/** The system or OpenSSL call that the message starts with; null without one. */
export function callOf(message: string): string | null {
  return CALL.test(message) ? message.slice(0, message.indexOf(' ')) : null;
}
