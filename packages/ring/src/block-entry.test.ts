import { expect, test } from '@jest/globals';
import { formatEntryTail, parseEntry, sumOf } from './block-entry.ts';

const PARTS = {
  firstUs: 1_795_000_000_000_000,
  lastUs: 1_795_000_000_100_000,
  cost: 4096,
  packets: 12,
  resets: 1,
  blockSum: '0000abcd',
  indexSum: 'ffffffff',
};
const TEXT = 'ab12:7:1795000000000000:1795000000100000:4096:12:1:0000abcd:ffffffff:99';

test('an entry reads back', () => {
  expect(`ab12:7:${formatEntryTail(PARTS)}:99`).toBe(TEXT);
  expect(parseEntry(TEXT)).toEqual({ text: TEXT, id: 'ab12:7', ...PARTS });
});

test.each(['', 'ab12', TEXT.slice(4), `${TEXT}:1`, TEXT.replace('0000abcd', 'xyz'), TEXT.replace('4096', '-1')])(
  '%j is no entry',
  (text) => {
    expect(parseEntry(text)).toBeNull();
  },
);

test.each([
  { text: '123456789', sum: 'cbf43926' },
  { text: '', sum: '00000000' },
])('the sum of $text is $sum', ({ text, sum }) => {
  expect(sumOf(new Uint8Array(Buffer.from(text)))).toBe(sum);
});
