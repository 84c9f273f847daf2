import { expect, test } from '@jest/globals';
import type { Ending, TcpStream } from '@resetscope/flow';
import { resetCounts } from './reset-counts.ts';

/** What came before a RST of the originator. */
function rst({ fin = false, sent = 10 }: { readonly fin?: boolean; readonly sent?: number }): Ending {
  const before = { fin: { originator: fin, responder: false }, sent: { originator: sent, responder: 0 } };
  return { kind: 'rst', from: 'originator', before } as Ending;
}

function stream(endings: readonly Ending[], rstCount: number = endings.length): TcpStream {
  return { endings, rstCount } as TcpStream;
}

test('a reset of an explained connection is matched, whatever its kind; the parts add up', () => {
  const explained = [stream([rst({ sent: 0 })]), stream([rst({}), rst({ fin: true })]), stream([], 0)];
  expect(resetCounts({ total: 20, handshake: 10, closing: 4 }, explained)).toEqual({
    total: 20,
    handshake: 9,
    closing: 3,
    matched: 3,
    unlogged: 5,
  });
});

test('resets beyond the kept endings are as the last one', () => {
  const flood = stream(Array(16).fill(rst({ fin: true })), 100);
  expect(resetCounts({ total: 100, handshake: 0, closing: 100 }, [flood])).toEqual({
    total: 100,
    handshake: 0,
    closing: 0,
    matched: 100,
    unlogged: 0,
  });
});
