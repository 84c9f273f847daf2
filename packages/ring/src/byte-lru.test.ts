import { expect, test } from '@jest/globals';
import { ByteLru } from './byte-lru.ts';

test('forgets the least recently used when bytes run out', () => {
  const lru = new ByteLru<string>(10);
  lru.set('a', 'A', 4);
  lru.set('b', 'B', 4);
  expect(lru.get('a')).toBe('A');
  lru.set('c', 'C', 4);
  expect(lru.get('b')).toBeUndefined();
  expect([lru.get('a'), lru.get('c'), lru.bytes]).toEqual(['A', 'C', 8]);
});

test('replacing counts once, a value larger than all is not kept, clear empties', () => {
  const lru = new ByteLru<string>(10);
  lru.set('a', 'A', 4);
  lru.set('a', 'B', 6);
  expect([lru.get('a'), lru.bytes]).toEqual(['B', 6]);
  lru.set('x', 'X', 11);
  expect([lru.get('x'), lru.bytes]).toEqual([undefined, 0]);
  lru.set('a', 'A', 4);
  lru.clear();
  expect([lru.get('a'), lru.bytes]).toEqual([undefined, 0]);
});
