import { expect, test } from '@jest/globals';
import { waitUntil } from './wait-until.ts';

test('asks until the answer is yes', async () => {
  let askedCount = 0;
  await waitUntil(() => ++askedCount === 3, { what: 'three questions' });
  expect(askedCount).toBe(3);
});

test('names what it waited for when the time is over', async () => {
  await expect(waitUntil(() => false, { what: 'Godot', timeoutMs: 20 })).rejects.toThrow('waited 20 ms for Godot');
});

test('stops waiting for what has failed', async () => {
  const failed = Promise.resolve('nginx ended with code 1');
  await expect(waitUntil(() => false, { what: 'nginx', failed })).rejects.toThrow('nginx ended with code 1');
});
