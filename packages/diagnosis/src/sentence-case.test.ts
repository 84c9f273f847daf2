import { expect, test } from '@jest/globals';
import { sentenceCase } from './sentence-case.ts';

test.each([
  ['the client sent RST', 'The client sent RST'],
  ['nginx had sent FIN', 'nginx had sent FIN'],
  ['POST /pay was sent', 'POST /pay was sent'],
  ['', ''],
])('%j reads %j', (text, sentence) => {
  expect(sentenceCase(text)).toBe(sentence);
});
