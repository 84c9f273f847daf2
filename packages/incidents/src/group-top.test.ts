import { expect, test } from '@jest/globals';
import { readTop } from './group-top.ts';

test('most frequent first, equal counts by value', () => {
  expect(readTop('[["b",2,0],["c",5,1],["a",2,0]]')).toEqual([
    { value: 'c', count: 5, error: 1 },
    { value: 'a', count: 2, error: 0 },
    { value: 'b', count: 2, error: 0 },
  ]);
});

test.each([null, '{}', '[["a"]]', '[["a","2",0]]'])('%j is empty', (text) => {
  expect(readTop(text)).toEqual([]);
});
