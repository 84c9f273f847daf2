import { expect, test } from '@jest/globals';
import { historyLetters } from './history-words.ts';

const words = (...args: Parameters<typeof historyLetters>): readonly string[] =>
  historyLetters(...args).map(({ letter, text }) => `${letter} ${text}`);

test('each letter once, by who sent it', () => {
  expect(words('ShADadTTr', 'upstream')).toEqual([
    ...['S nginx: SYN', 'h upstream: SYN+ACK', 'A nginx: pure ACK', 'D nginx: data'],
    ...['a upstream: pure ACK', 'd upstream: data', 'T nginx: retransmission', 'r upstream: RST'],
  ]);
  expect(words('Fr', 'client')).toEqual(['F client: FIN', 'r nginx: RST']);
  expect(words('S', null)).toEqual(['S originator: SYN']);
});

test('a connection turned round, and letters that are none', () => {
  expect(words('^d<!', 'client')).toEqual([
    '^ the connection is read the other way round: its first packet came from the responder',
    'd nginx: data',
  ]);
});
