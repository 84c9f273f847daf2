import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { makeTempDir, type TempDir } from '@resetscope/testkit';
import { CaptureOutput } from './capture-output.ts';

let dir: TempDir;
let path: string;

beforeEach(async () => {
  dir = await makeTempDir('resetscope-output-');
  path = join(dir.path, 'x.pcapng');
});
afterEach(() => dir.remove());

const bytes = (text: string) => new Uint8Array(Buffer.from(text));

test('a file has its name when it is whole', async () => {
  const output = await CaptureOutput.open(path, false);
  for (let i = 0; i < 3; i++) await output.write([bytes('abc'.repeat(100_000)), bytes('!')]);
  expect(existsSync(path)).toBe(false);
  await output.finish();
  expect(output.length).toBe(900_003);
  expect(await readFile(path, 'latin1')).toBe(`${'abc'.repeat(100_000)}!`.repeat(3));
  expect(await readdir(dir.path)).toEqual(['x.pcapng']);
});

test('nothing is left of a file that was given up', async () => {
  const output = await CaptureOutput.open(path, false);
  await output.write([bytes('abc')]);
  await output.abandon();
  expect(await readdir(dir.path)).toEqual([]);
});

test('a file that has come meanwhile stays', async () => {
  const output = await CaptureOutput.open(path, false);
  await writeFile(path, 'mine');
  await expect(output.finish()).rejects.toThrow('there is a file of that name');
  await output.abandon();
  expect(await readFile(path, 'latin1')).toBe('mine');
  expect(await readdir(dir.path)).toEqual(['x.pcapng']);
});

test('a file that may be replaced stays until the new one is whole', async () => {
  await writeFile(path, 'old');
  const output = await CaptureOutput.open(path, true);
  await output.write([bytes('new')]);
  expect(await readFile(path, 'latin1')).toBe('old');
  await output.finish();
  expect(await readFile(path, 'latin1')).toBe('new');
});
