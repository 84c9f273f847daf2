import { expect, test } from '@jest/globals';
import { boundedText } from './bounded-text.ts';

test.each([
  { name: 'short text stays', text: 'häß😀', maxLen: 9, bounded: 'häß😀' },
  { name: 'long text is cut', text: 'abcdef', maxLen: 3, bounded: 'abc' },
  { name: 'a character cut in half is replaced', text: 'ab😀', maxLen: 3, bounded: 'ab\ufffd' },
  { name: 'a lone surrogate is replaced', text: '\ud800x\udc00', maxLen: 9, bounded: '\ufffdx\ufffd' },
])('$name', ({ text, maxLen, bounded }) => {
  expect(boundedText(text, maxLen)).toBe(bounded);
});
