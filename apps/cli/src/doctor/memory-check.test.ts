import { expect, test } from '@jest/globals';
import { checkMemory, QUEUE_AND_INCIDENTS_BYTES, ringBudget } from './memory-check.ts';

const MB = 2 ** 20;
const RING = 256 * MB;
const KEPT = { ringBytes: RING, besideBytes: QUEUE_AND_INCIDENTS_BYTES };

test.each([
  { text: undefined, bytes: RING },
  { text: '64m', bytes: 64 * MB },
  { text: '1GB', bytes: 1024 * MB },
  { text: '500k', bytes: 500 * 1024 },
  { text: '123456', bytes: 123_456 },
])('--ring-bytes $text', ({ text, bytes }) => {
  expect(ringBudget(text)).toBe(bytes);
});

interface Case {
  readonly name: string;
  readonly maxMb: number;
  readonly usedMb?: number;
  readonly isPrivate?: boolean;
  readonly status: string;
  readonly fix?: string;
}

test.each<Case>([
  { name: 'enough', maxMb: 512, status: 'ok' },
  { name: 'less than the ring', maxMb: 64, status: 'fail', fix: 'redis-cli CONFIG SET maxmemory 384mb' },
  { name: 'nothing beside the ring', maxMb: 260, status: 'warn', fix: 'maxmemory 384mb' },
  { name: 'nearly full', maxMb: 512, usedMb: 500, status: 'fail', fix: 'maxmemory' },
  { name: 'no limit', maxMb: 0, status: 'warn', fix: 'maxmemory 384mb' },
  { name: 'no limit for the private one of up', maxMb: 0, isPrivate: true, status: 'ok' },
])('$name', ({ maxMb, usedMb = 10, isPrivate = false, status, fix }) => {
  const server = { maxMemory: maxMb * MB, usedMemory: usedMb * MB, systemMemory: 4096 * MB };
  const finding = checkMemory('Redis', [server], KEPT, isPrivate);
  expect(finding).toMatchObject({ id: 'redis-memory', status });
  if (fix !== undefined) expect(finding).toHaveProperty('fix', expect.stringContaining(fix));
});

test('the masters of a cluster share the rings', () => {
  const server = { maxMemory: 200 * MB, usedMemory: MB, systemMemory: 4096 * MB };
  expect(checkMemory('Redis', [server, server], KEPT, false).status).toBe('ok');
  expect(checkMemory('Redis', [server], KEPT, false)).toMatchObject({ status: 'fail' });
});

test('a Redis without rings, and one with nothing else', () => {
  const server = { maxMemory: 300 * MB, usedMemory: MB, systemMemory: 4096 * MB };
  expect(checkMemory('Redis', [server], { ...KEPT, ringBytes: 0 }, false)).toMatchObject({
    status: 'ok',
    message: 'maxmemory 300 MB for queue and incidents',
  });
  expect(checkMemory('Redis', [server], { ringBytes: RING, besideBytes: 0 }, false).status).toBe('ok');
});
