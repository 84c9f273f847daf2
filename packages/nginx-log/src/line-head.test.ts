import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseHead, parseStamp } from './line-head.ts';

const STAMP = '2026/11/22 07:59:09 ';
const STAMPED = { year: 2026, month: 11, day: 22, hour: 7, minute: 59, second: 9 };

describe('the stamp', () => {
  test('is read digit by digit', () => expect(parseStamp(`${STAMP}[info] `)).toEqual(STAMPED));
  test('may name no day there is', () => expect(parseStamp('0000/99/00 99:99:99 ')?.day).toBe(0));

  test.each(['', '2026/11/22', '2026/11/22 07:59:09', ` ${STAMP}`, '2026-11-22 07:59:09 ', '2026/11/22 7:59:09  '])(
    'is not in %j',
    (text) => expect(parseStamp(text)).toBeNull(),
  );
});

describe('the head', () => {
  test.each([
    { text: '[info] 9#8: *7 recv()', expected: { level: 'info', pid: 9, tid: 8, connectionNumber: 7, messageAt: 35 } },
    { text: '[alert] 1#0: text', expected: { level: 'alert', pid: 1, tid: 0, connectionNumber: null, messageAt: 33 } },
    { text: '[warn] 1#0: *x', expected: { level: 'warn', pid: 1, tid: 0, connectionNumber: null, messageAt: 32 } },
    { text: '[info] 12345678901#1: ', expected: null },
    { text: '[other] 1#1: ', expected: null },
    { text: ' [info] 1#1: ', expected: null },
  ])('of $text', ({ text, expected }) => expect(parseHead(STAMP + text)).toEqual(expected));

  test('is the same as one pattern over the whole line reads, whatever was read before', () => {
    const whole = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[(\w{4,6})\] (\d{1,10})#(\d{1,10}): (?:\*(\d{1,20}) )?/;
    const level = fc.constantFrom('emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug');
    const tail = fc.array(fc.constantFrom('*', '7', ' ', '18446744073709551615', '#', ': ', 'a'), { maxLength: 6 });
    const line = fc
      .tuple(level, fc.maxSafeNat(), fc.maxSafeNat(), tail)
      .map(([name, pid, tid, rest]) => `${STAMP}[${name}] ${pid}#${tid}: ${rest.join('')}`);
    fc.assert(
      fc.property(line, (text) => {
        const match = whole.exec(text);
        const numbers = match?.slice(2).map((digits) => (digits === undefined ? null : Number(digits))) ?? [];
        const [pid, tid, connectionNumber] = numbers;
        const expected = match && { level: match[1], pid, tid, connectionNumber, messageAt: match[0].length };
        expect(parseHead(text)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });
});
