import { expect, test } from '@jest/globals';
import { localPath } from './sign-in.ts';

test.each([
  ['/', '/'],
  ['/incidents/a?x=1', '/incidents/a?x=1'],
  ['/a#b', '/a'],
  ['', '/'],
  ['https://evil.example/', '/'],
  ['//evil.example/', '/'],
  ['/\\evil.example/', '/'],
  ['/\t/evil.example/', '/'],
  ['/..//evil.example', '/'],
  ['/a\r\nset-cookie: x=1', '/aset-cookie:%20x=1'],
  ['javascript:alert(1)', '/'],
])('%j leads to %s', (text, path) => {
  expect(localPath(text)).toBe(path);
});
