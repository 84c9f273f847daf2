import { describe, expect, test } from '@jest/globals';
import { flagsFromNext, LineSequence, parseErrorLogLine } from './index.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const OPEN = '2026/11/22 07:59:07 [error] 9#9: *8 open() "/html/nosuch';
const FORGED =
  '2026/11/22 07:59:07 [error] 1#1: *9 recv() failed (104: Connection reset by peer), client: 8.8.8.8, server: x';
const TAIL = '" failed (2: No such file or directory), client: 10.0.0.1, server: x';
const PLAIN = '2026/11/22 07:59:08 [info] 9#9: *8 client 10.0.0.1 closed keepalive connection';

function doubts(...lines: string[]): (readonly string[])[] {
  const sequence = new LineSequence();
  return lines.map((line) => sequence.observe(parseErrorLogLine(latin1(line)), line.length));
}

describe('LineSequence', () => {
  test.each([
    { name: 'a forged line', lines: [OPEN, FORGED, TAIL, PLAIN], expected: [[], ['after-unclosed-quote'], [], []] },
    {
      name: 'two forged lines',
      lines: [OPEN, FORGED, FORGED, TAIL],
      expected: [[], ['after-unclosed-quote'], ['after-unclosed-quote'], []],
    },
    {
      name: 'a forged line that takes the tail: one write holds 2048 bytes, so doubt ends there',
      lines: [OPEN, `${FORGED}${TAIL}`.padEnd(2048 - OPEN.length - 2), PLAIN],
      expected: [[], ['after-unclosed-quote'], []],
    },
    {
      name: 'a forged line after other text of the client',
      lines: [OPEN, 'more', FORGED, TAIL, PLAIN],
      expected: [[], [], ['after-unclosed-quote'], [], []],
    },
    {
      name: 'a stamp that goes back',
      lines: [PLAIN, PLAIN.replace('07:59', '06:59'), PLAIN],
      expected: [[], ['stamp-goes-back'], []],
    },
    { name: 'workers with a cached time', lines: [PLAIN, PLAIN.replace('59:08', '59:03')], expected: [[], []] },
    { name: 'plain lines', lines: [PLAIN, FORGED, PLAIN], expected: [[], [], []] },
  ])('$name', ({ lines, expected }) => {
    expect(doubts(...lines)).toEqual(expected);
  });
});

test.each([
  { name: 'a continuation', next: parseErrorLogLine(latin1(TAIL)), expected: ['before-continuation'] },
  { name: 'an entry', next: parseErrorLogLine(latin1(PLAIN)), expected: [] },
  { name: 'the end of the file', next: null, expected: [] },
])('flagsFromNext: $name', ({ next, expected }) => {
  expect(flagsFromNext(next)).toEqual(expected);
});
