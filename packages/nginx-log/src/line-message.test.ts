import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { linuxErrno } from './errno.ts';
import { callOf, type MessageParts, splitMessage } from './line-message.ts';

/** The rule as it is written down, each pattern searched over the whole text. */
function plainSplit(rest: string): MessageParts {
  const search = (pattern: string, from: number): RegExpExecArray | null => {
    const global = new RegExp(pattern, 'g');
    global.lastIndex = from;
    return global.exec(rest);
  };
  const handler = ' while |, (?:udp )?client: ';
  const quote = /"[^"]*("?)/.exec(rest);
  const isInMessage = quote !== null && quote.index < (search(handler, 0)?.index ?? rest.length);
  const isOpen = isInMessage && quote[1] === '';
  const from = isInMessage ? quote.index + (isOpen ? 1 : quote[0].length) : 0;
  const handlerAt = search(handler, from)?.index ?? rest.length;
  const errno = search(' \\((\\d{1,5}: [^()]{0,200})\\)(?= while |, |$)', from);
  const isErrno = errno !== null && errno.index < handlerAt;
  return {
    message: rest.slice(0, isErrno ? errno.index : handlerAt),
    errno: isErrno ? linuxErrno(errno[1]!) : null,
    handlerText: rest.slice(isErrno ? errno.index + errno[0].length : handlerAt),
    isOpen,
  };
}

const RST = ' (104: Connection reset by peer)';
const piece = fc.oneof(
  fc.constantFrom('recv() failed', 'open() ', '"', '"/x" failed', ' ', ',', ', ', 'a (b) c', ' (', ')', ' (2: '),
  fc.constantFrom(RST, ' (54: Connection reset by peer)', ' while ', ', client: ', ', udp client: ', ', server: x'),
  fc.string({ unit: 'binary', maxLength: 4 }),
);

describe('a message', () => {
  test.each([
    {
      rest: `recv() failed${RST} while x, client: y`,
      message: 'recv() failed',
      errno: 104,
      handlerText: ' while x, client: y',
    },
    { rest: 'a (1: b), client: y (2: c)', message: 'a', errno: 1, handlerText: ', client: y (2: c)' },
    { rest: 'a, client: y (2: c)', message: 'a', errno: null, handlerText: ', client: y (2: c)' },
    { rest: 'open() "a while b" failed (2: c)', message: 'open() "a while b" failed', errno: 2, handlerText: '' },
    { rest: 'a (2: b) c', message: 'a (2: b) c', errno: null, handlerText: '' },
  ])('$rest', ({ rest, ...expected }) => expect(splitMessage(rest)).toEqual({ ...expected, isOpen: false }));

  test('with a quote that has no end', () => expect(splitMessage('open() "a').isOpen).toBe(true));

  test('is split where the plain rule splits it', () => {
    const rest = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(rest, (text) => expect(splitMessage(text)).toEqual(plainSplit(text))),
      { numRuns: 3000 },
    );
  });
});

test.each([
  { message: 'SSL_do_handshake() failed', expected: 'SSL_do_handshake()' },
  { message: 'recv() ', expected: 'recv()' },
  { message: 'recv()', expected: null },
  { message: 'the recv() failed', expected: null },
])('the call of $message', ({ message, expected }) => expect(callOf(message)).toBe(expected));
