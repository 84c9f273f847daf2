import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { testIf } from '@resetscope/testkit/jest';
import { hasEnded, parseHolder, thisHolder } from './ring-holder.ts';

const me = thisHolder(1_795_000_000_000_000);
const onLinux = testIf(existsSync('/proc/self/stat'), 'needs /proc');

test('names this process, and reads back', () => {
  expect(me).toMatchObject({ pid: process.pid, sinceUs: 1_795_000_000_000_000 });
  expect(parseHolder(JSON.stringify(me))).toEqual(me);
});

test.each([
  '',
  'null',
  '[]',
  '{"host":"web-1"}',
  '{"host":1,"pid":2,"sinceUs":3}',
  '{"host":"a","pid":"1","sinceUs":3}',
])('%j names nobody', (text) => {
  expect(parseHolder(text)).toBeNull();
});

onLinux.each([
  { name: 'this process', holder: me, ended: false },
  { name: 'an earlier process of this pid', holder: { ...me, startTicks: 1 }, ended: true },
  { name: 'a process of another host or container', holder: { ...me, pid: 2 ** 30, space: 'elsewhere' }, ended: false },
  { name: 'a process of a system that cannot tell', holder: { ...me, pid: 2 ** 30, space: null }, ended: false },
])('has it ended: $name, $ended', ({ holder, ended }) => {
  expect(hasEnded(holder)).toBe(ended);
});

onLinux('a process that was killed has ended', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
  await once(child, 'spawn');
  const holder = { ...me, pid: child.pid ?? 0, startTicks: null };
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(hasEnded(holder)).toBe(true);
});
