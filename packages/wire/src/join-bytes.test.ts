import { expect, test } from '@jest/globals';
import { joinBytes } from './join-bytes.ts';

test('joins into a new array', () => {
  const a = Uint8Array.of(1, 2);
  const joined = joinBytes([a, new Uint8Array(0), Uint8Array.of(3)]);
  a[0] = 9;
  expect([...joined]).toEqual([1, 2, 3]);
  expect(joinBytes([])).toEqual(new Uint8Array(0));
});
