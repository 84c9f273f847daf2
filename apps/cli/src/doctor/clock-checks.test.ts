import { expect, test } from '@jest/globals';
import { checkKernelClock, checkRedisClock, readClockState } from './clock-checks.ts';

test.each([
  { state: 0, status: 'ok' },
  { state: 5, status: 'warn' },
  { state: -1, status: 'skipped' },
  { state: null, status: 'skipped' },
])('adjtimex says $state: $status', ({ state, status }) => {
  expect(checkKernelClock(state)).toMatchObject({ id: 'kernel-clock', status });
});

test('the kernel is asked', () => {
  // adjtimex(2): TIME_OK to TIME_ERROR, or -1 where it is forbidden.
  expect([-1, 0, 1, 2, 3, 4, 5]).toContain(readClockState());
});

test.each([
  { offsetMs: 3, status: 'ok', message: "agrees with this host's" },
  { offsetMs: -4000, status: 'warn', message: "4.0 s behind this host's" },
  { offsetMs: 4000, status: 'warn', message: "4.0 s ahead of this host's" },
])('Redis by $offsetMs ms: $status', ({ offsetMs, status, message }) => {
  expect(checkRedisClock(offsetMs)).toMatchObject({ id: 'redis-clock', status, message });
});
