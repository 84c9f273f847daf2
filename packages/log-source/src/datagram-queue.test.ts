import { expect, test } from '@jest/globals';
import { DatagramQueue } from './datagram-queue.ts';
import type { SourceLine } from './source-line.ts';

function line(offset: number, len = 100): SourceLine {
  return {
    file: 'syslog:x',
    fileId: 'u',
    offset,
    bytes: new Uint8Array(len),
    readAtUs: 1,
    unwrittenAtUs: null,
    cut: 0,
  };
}

test('hands out what there is, in order, and again until it is done with', async () => {
  const queue = new DatagramQueue();
  const first = queue.peek();
  queue.push(line(1));
  queue.push(line(2));
  expect((await first).map(({ offset }) => offset)).toEqual([1, 2]);
  queue.push(line(3));
  queue.done(2);
  expect((await queue.peek()).map(({ offset }) => offset)).toEqual([3]);
  expect(queue.oldest?.offset).toBe(3);
  expect(queue.len).toBe(100);
});

test('has no room beyond its limit, and has it again when lines are done with', () => {
  const queue = new DatagramQueue(1000);
  expect([line(1), line(2), line(3)].map((one) => queue.push(one))).toEqual([true, true, false]);
  queue.done(1);
  expect(queue.push(line(3))).toBe(true);
});

test('closed, it hands out what is left and then nothing', async () => {
  const queue = new DatagramQueue();
  const waiting = queue.peek();
  queue.close();
  expect(await waiting).toEqual([]);
  queue.push(line(1));
  expect(await queue.peek()).toHaveLength(1);
});

test('hands out as many at once as a read of a file', async () => {
  const queue = new DatagramQueue();
  for (let offset = 0; offset < 2000; offset++) queue.push(line(offset));
  expect(await queue.peek()).toHaveLength(1500);
});
