import { expect, test } from '@jest/globals';
import { parseFormatChoice } from './format-choice.ts';

test.each([
  { text: undefined, choice: 'auto' },
  { text: 'auto', choice: 'auto' },
  { text: 'nginx', choice: 'nginx' },
  { text: 'container', choice: 'container' },
])('$text: $choice', ({ text, choice }) => {
  expect(parseFormatChoice(text)).toBe(choice);
});

test.each(['', 'json', 'Auto'])('%j is none', (text) => {
  expect(() => parseFormatChoice(text)).toThrow(`--format to be auto, nginx or container, got ${JSON.stringify(text)}`);
});
