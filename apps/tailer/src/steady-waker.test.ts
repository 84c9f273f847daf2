import { expect, test } from '@jest/globals';
import { SteadyWaker } from './steady-waker.ts';

test('wakes by itself, and at once when told, also beforehand', async () => {
  expect(await new SteadyWaker(1).wait()).toBe('timed-out');
  const slow = new SteadyWaker(1_000_000);
  slow.wake();
  expect(await slow.wait()).toBe('timed-out');
  const waiting = slow.wait();
  slow.wake();
  expect(await waiting).toBe('timed-out');
});

test('writes do not wake it', () => {
  const stop = new SteadyWaker(1).watch();
  expect(stop()).toBeUndefined();
});
