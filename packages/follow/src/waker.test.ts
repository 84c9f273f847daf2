import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { FileWaker } from './waker.ts';

/** Longer than any test runs: only the thing under test can wake. */
const NEVER_MS = 1_000_000;

test('wakes after the poll interval', async () => {
  await new FileWaker(1).wait();
});

test('wakes when told, and at once when told before', async () => {
  const waker = new FileWaker(NEVER_MS);
  const asleep = waker.wait();
  waker.wake();
  await asleep;
  waker.wake();
  await waker.wait();
});

test.each([
  { name: 'written to', act: (path: string) => appendFileSync(path, 'x') },
  { name: 'renamed', act: (path: string) => renameSync(path, `${path}.1`) },
])('wakes when the file is $name', async ({ act }) => {
  const folder = mkdtempSync(join(tmpdir(), 'resetscope-waker-'));
  const path = join(folder, 'log');
  writeFileSync(path, '');
  const waker = new FileWaker(NEVER_MS);
  const unwatch = waker.watch(path);
  const asleep = waker.wait();
  act(path);
  await asleep;
  unwatch();
  rmSync(folder, { recursive: true });
});

test('throws when there is nothing to watch', () => {
  expect(() => new FileWaker(NEVER_MS).watch('/nowhere/error.log')).toThrow('ENOENT');
});
