import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { FileWaker } from './waker.ts';

/** Longer than any test runs: only the thing under test can wake. */
const NEVER_MS = 1_000_000;

test('wakes after the poll interval', async () => {
  expect(await new FileWaker().wait(1)).toBe('timed-out');
});

test('wakes when told, and at once when told before', async () => {
  const waker = new FileWaker();
  const asleep = waker.wait(NEVER_MS);
  waker.wake();
  expect(await asleep).toBe('notified');
  waker.wake();
  expect(await waker.wait(NEVER_MS)).toBe('notified');
});

test.each([
  { name: 'written to', act: (path: string) => appendFileSync(path, 'x') },
  { name: 'renamed', act: (path: string) => renameSync(path, `${path}.1`) },
])('wakes when the file is $name', async ({ act }) => {
  const folder = mkdtempSync(join(tmpdir(), 'resetscope-waker-'));
  const path = join(folder, 'log');
  writeFileSync(path, '');
  const waker = new FileWaker();
  const unwatch = waker.watch(path);
  const asleep = waker.wait(NEVER_MS);
  act(path);
  expect(await asleep).toBe('notified');
  unwatch();
  rmSync(folder, { recursive: true });
});

test('throws when there is nothing to watch', () => {
  expect(() => new FileWaker().watch('/nowhere/error.log')).toThrow('ENOENT');
});
