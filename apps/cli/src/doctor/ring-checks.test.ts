import { expect, test } from '@jest/globals';
import type { Gap } from '@resetscope/ring';
import { checkDrops, checkReach, checkRing, checkRingClock, type Ring } from './ring-checks.ts';

const NOW_US = 1_795_000_000_000_000;
const SECOND_US = 1_000_000;

const RING: Ring = {
  node: 'web-1',
  oldestUs: NOW_US - 300 * SECOND_US,
  newestUs: NOW_US - 100_000,
  bytes: 10,
  maxBytes: 100,
  packets: 5,
  isHeld: true,
  holder: { host: 'web-1', pid: 7, sinceUs: NOW_US, space: null, startTicks: null },
  gaps: [],
};
const QUEUE = { waiting: 0, active: 0, delayed: 0, failed: 0, oldestWaitingMs: 0 };

test('a ring that a capture fills, and one that has lost it', () => {
  expect(checkRing(RING)).toMatchObject({ id: 'ring', status: 'ok' });
  expect(checkRing({ ...RING, isHeld: false })).toMatchObject({
    status: 'fail',
    message: 'no capture fills it (it was process 7 on web-1): 5 packets, 5 min back',
  });
});

test.each([
  { name: 'the same clock', newestUs: RING.newestUs, status: 'ok', message: 'agrees with that of Redis' },
  {
    name: 'behind',
    newestUs: NOW_US - 60 * SECOND_US,
    status: 'warn',
    message: expect.stringContaining('60 s behind'),
  },
  { name: 'ahead', newestUs: NOW_US + 9 * SECOND_US, status: 'warn', message: expect.stringContaining('9.0 s ahead') },
])('clock of the capture: $name', ({ newestUs, status, message }) => {
  expect(checkRingClock({ ...RING, newestUs }, NOW_US)).toMatchObject({ id: 'ring-clock', status, message });
});

test.each([
  { name: 'nothing waits', ring: RING, queue: QUEUE, status: 'ok' },
  {
    name: 'a line that has just come',
    ring: RING,
    queue: { ...QUEUE, waiting: 1, oldestWaitingMs: 900 },
    status: 'ok',
  },
  { name: 'half of the reach', ring: RING, queue: { ...QUEUE, waiting: 9, oldestWaitingMs: 200_000 }, status: 'warn' },
  {
    name: 'longer than the reach',
    ring: RING,
    queue: { ...QUEUE, waiting: 9, oldestWaitingMs: 400_000 },
    status: 'fail',
  },
  {
    name: 'a full ring that forgets at once',
    ring: { ...RING, bytes: 99, oldestUs: NOW_US - 12 * SECOND_US },
    queue: QUEUE,
    status: 'warn',
  },
  { name: 'a young ring', ring: { ...RING, oldestUs: NOW_US - 12 * SECOND_US }, queue: QUEUE, status: 'ok' },
])('reach: $name', ({ ring, queue, status }) => {
  expect(checkReach(ring, queue, NOW_US)).toMatchObject({ id: 'ring-reach', status });
});

test('lost packets are told with what helps against the worst loss; a restart is no loss', () => {
  const gap = (reason: Gap['reason'], lostPackets: number): Gap => ({ fromUs: 1, toUs: 2, reason, lostPackets });
  expect(checkDrops({ ...RING, gaps: [gap('restart', 0)] })).toMatchObject({ id: 'capture-drops', status: 'ok' });
  expect(checkDrops({ ...RING, gaps: [gap('ring-slow', 3), gap('kernel-drop', 40)] })).toMatchObject({
    status: 'warn',
    message: '43 known to be lost in 2 gaps: ring-slow, kernel-drop',
    fix: expect.stringContaining('capture less'),
  });
});
