import { expect, test } from '@jest/globals';
import { isRotatedCopy } from './rotated-copy.ts';

test.each([
  { name: 'error.log', logs: ['error.log'], expected: false },
  { name: 'error.log.1', logs: ['error.log'], expected: true },
  { name: 'error.log.1', logs: [], expected: true },
  { name: 'error.log.2.gz', logs: [], expected: true },
  { name: 'error.log-20261122', logs: [], expected: true },
  { name: 'error.log-2026-11-22', logs: [], expected: true },
  { name: 'error.log-1795305600', logs: [], expected: true },
  { name: 'errors.zst', logs: [], expected: true },
  { name: 'errors.1', logs: ['errors'], expected: true },
  { name: 'errors.1', logs: [], expected: false },
  { name: 'error-1.log', logs: ['error.log'], expected: true },
  { name: 'error-1.log', logs: ['error-2.log'], expected: false },
  { name: 'error-20261122.log', logs: ['error.log'], expected: true },
  { name: 'error-20261122.log', logs: [], expected: false },
  { name: 'shop-1.error.log', logs: ['shop.error.log'], expected: false },
  { name: 'shop.error.log', logs: ['error.log'], expected: false },
  { name: 'error.log.old', logs: ['error.log'], expected: false },
  { name: '.1', logs: [], expected: false },
])('$name beside $logs: $expected', ({ name, logs, expected }) => {
  expect(isRotatedCopy(name, (other) => logs.includes(other))).toBe(expected);
});
