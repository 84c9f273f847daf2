import { expect, test } from '@jest/globals';
import { ExpiryQueue } from './expiry-queue.ts';

test('the first in is the first due', () => {
  const queue = new ExpiryQueue<string>(10);
  queue.add('a', 0);
  queue.add('b', 5);
  expect([queue.takeDue(9), queue.takeDue(10), queue.takeDue(14), queue.takeDue(99), queue.takeDue(99)]).toEqual([
    null,
    'a',
    null,
    'b',
    null,
  ]);
});

test('what was added in a far future is due, and holds up nothing', () => {
  const queue = new ExpiryQueue<string>(10);
  queue.add('future', 1_000_000);
  queue.add('a', 5);
  expect([queue.takeDue(6), queue.takeDue(6), queue.takeDue(15)]).toEqual(['future', null, 'a']);
});

test('many pass through in order', () => {
  const queue = new ExpiryQueue<number>(1);
  const taken: number[] = [];
  for (let now = 0; now < 20_000; now++) {
    queue.add(now, now);
    for (let due = queue.takeDue(now); due !== null; due = queue.takeDue(now)) taken.push(due);
  }
  expect(taken).toEqual(Array.from({ length: 19_999 }, (_, at) => at));
});
