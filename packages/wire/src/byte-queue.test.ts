import { expect, test } from '@jest/globals';
import { ByteQueue } from './byte-queue.ts';

test('joins what was kept with the last part, and is empty afterwards', () => {
  const queue = new ByteQueue();
  queue.keep(Uint8Array.of(1, 2));
  queue.keep(new Uint8Array(0));
  queue.keep(Uint8Array.of(3));
  expect(queue.length).toBe(3);
  expect(queue.takeWith(Uint8Array.of(4))).toEqual(Uint8Array.of(1, 2, 3, 4));
  expect(queue.length).toBe(0);
});

test('keeps copies, of a Buffer too', () => {
  const queue = new ByteQueue();
  const source = Buffer.from([1, 2]);
  queue.keep(source);
  source.fill(9);
  expect(queue.takeWith(new Uint8Array(0))).toEqual(Uint8Array.of(1, 2));
});

test('hands an only part through without a copy', () => {
  const part = Uint8Array.of(1);
  expect(new ByteQueue().takeWith(part)).toBe(part);
});
