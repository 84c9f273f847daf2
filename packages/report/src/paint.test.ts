import { expect, test } from '@jest/globals';
import { makePaint } from './paint.ts';

test('colour on and off', () => {
  expect(makePaint(true).red('RST')).toBe('\u001b[31mRST\u001b[39m');
  expect(makePaint(true).bold('')).toBe('');
  expect(makePaint(false).red('RST')).toBe('RST');
});
