import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cutText, wrapText } from './wrap-text.ts';

describe('wrapText', () => {
  test.each([
    { name: 'fits', text: 'one two', width: 7, lines: ['one two'] },
    { name: 'breaks at a blank', text: 'one two three', width: 8, lines: ['one two', 'three'] },
    { name: 'breaks a long word', text: 'abcdefgh ij', width: 3, lines: ['abc', 'def', 'gh', 'ij'] },
    { name: 'nothing is one empty line', text: '', width: 5, lines: [''] },
  ])('$name', ({ text, width, lines }) => {
    expect(wrapText(text, width)).toEqual(lines);
  });

  test('no line is too long and no character but blanks is lost', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 30 }), (text, width) => {
        const lines = wrapText(text, width);
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });
});

test.each([
  { text: 'abc', width: 3, cut: 'abc' },
  { text: 'abcd', width: 3, cut: 'ab…' },
  { text: 'abcd', width: 1, cut: '…' },
  { text: 'abcd', width: 0, cut: '' },
])('cutText($text, $width)', ({ text, width, cut }) => {
  expect(cutText(text, width)).toBe(cut);
});
