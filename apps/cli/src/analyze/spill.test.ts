import { execFileSync, spawn } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeTempDir, type TempDir, waitUntil } from '@resetscope/testkit';
import { CLI } from '../testing/run-cli.ts';
import { inputFile } from './input-file.ts';
import { SILENT_METER } from './read-meter.ts';
import { Spill } from './spill.ts';

let dir: TempDir;
beforeAll(async () => {
  dir = await makeTempDir('resetscope-test-');
});
afterAll(() => dir.remove());

test('a pipe becomes a private file under its own name, which is removed; a file stays what it is', async () => {
  const [plain, fifo] = [join(dir.path, 'plain'), join(dir.path, 'fifo')];
  await writeFile(plain, 'file');
  execFileSync('mkfifo', [fifo]);
  const spill = new Spill();
  const [[first, second]] = await Promise.all([
    spill.readTwice([inputFile(plain), inputFile(fifo)], SILENT_METER),
    writeFile(fifo, 'pipe'),
  ]);
  expect(first).toEqual(inputFile(plain));
  expect(second?.name).toBe(fifo);
  const copy = second?.path ?? '';
  expect(await readFile(copy, 'utf8')).toBe('pipe');
  expect((await stat(copy)).mode & 0o777).toBe(0o600);
  expect((await stat(dirname(copy))).mode & 0o777).toBe(0o700);
  await spill.remove();
  await spill.remove();
  await expect(stat(dirname(copy))).rejects.toThrow('ENOENT');
});

test('what does not exist is left to its reader', async () => {
  expect(await new Spill().readTwice([inputFile('/nonexistent')], SILENT_METER)).toEqual([inputFile('/nonexistent')]);
});

test('an interrupted program leaves no packets behind', async () => {
  const tmp = join(dir.path, 'tmp');
  await mkdir(tmp);
  const log = join(dir.path, 'error.log');
  await writeFile(log, '2026/01/01 00:00:00 [info] 1#1: x\n');
  const argv = [CLI, 'analyze', '--error-log', log, '--pcap', '-', '--evidence', join(dir.path, 'evidence')];
  const child = spawn(process.execPath, argv, {
    env: { ...process.env, TMPDIR: tmp },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise((resolve) => child.once('close', (_code, signal) => resolve(signal)));
  child.stdin.write('packets');
  const hasCopy = async (): Promise<boolean> =>
    (await readdir(tmp, { recursive: true })).some((name) => name.endsWith('capture-1'));
  await waitUntil(hasCopy, { what: 'the copy' });
  child.kill('SIGINT');
  expect(await ended).toBe('SIGINT');
  expect(await readdir(tmp)).toEqual([]);
});
