import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ByteSource, NotAFileError, openSource } from './byte-source.ts';

const TEXT = Array.from({ length: 100_000 }, (_, number) => `line ${number}\n`).join('');

let folder: string;
let source: ByteSource | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'resetscope-source-'));
});

afterEach(async () => {
  await source?.close();
  source = undefined;
  rmSync(folder, { recursive: true });
});

async function read(position: number, len: number): Promise<string> {
  const into = new Uint8Array(len);
  return Buffer.from(into.subarray(0, await source?.read(into, position))).toString();
}

describe.each([
  { name: 'a plain file', file: 'log', pack: (text: string) => Buffer.from(text), grows: true },
  { name: 'a gzipped file', file: 'log.gz', pack: (text: string) => gzipSync(text), grows: false },
  {
    name: 'a gzipped file of two members',
    file: 'log.gz',
    pack: (text: string) => Buffer.concat([gzipSync(text.slice(0, 9)), gzipSync(text.slice(9))]),
    grows: false,
  },
])('$name', ({ file, pack, grows }) => {
  beforeEach(async () => {
    const path = join(folder, file);
    writeFileSync(path, pack(TEXT));
    source = await openSource(path);
    const { dev, ino } = statSync(path);
    expect(source).toMatchObject({ dev, ino, grows });
  });

  test('gives the bytes at any offset', async () => {
    expect(await read(0, 6)).toBe('line 0');
    expect(await read(500_000, 300_000)).toBe(TEXT.slice(500_000, 800_000));
    expect(await read(500_010, 10)).toBe(TEXT.slice(500_010, 500_020));
    expect(await read(7, 6)).toBe(TEXT.slice(7, 13));
  });

  test('ends where the text ends', async () => {
    expect(await read(TEXT.length - 3, 10)).toBe(TEXT.slice(-3));
    expect(await read(TEXT.length, 10)).toBe('');
    expect(await read(TEXT.length + 1000, 10)).toBe('');
  });
});

test('a plain file grows', async () => {
  const path = join(folder, 'log');
  writeFileSync(path, 'ab');
  source = await openSource(path);
  expect(await read(2, 10)).toBe('');
  appendFileSync(path, 'cd');
  expect(await read(2, 10)).toBe('cd');
  expect(await source.size()).toBe(4);
});

test('a broken gzipped file is good up to where it breaks', async () => {
  const path = join(folder, 'log.gz');
  writeFileSync(path, gzipSync(TEXT));
  truncateSync(path, 100_000);
  source = await openSource(path);
  const good = await read(0, TEXT.length);
  expect(good.length).toBeGreaterThan(10_000);
  expect(TEXT.startsWith(good)).toBe(true);
  await expect(read(good.length - 5, 100)).rejects.toThrow('unexpected end of file');
});

test('what is no gzip at all is told', async () => {
  const path = join(folder, 'log.gz');
  writeFileSync(path, 'plain');
  source = await openSource(path);
  await expect(read(0, 10)).rejects.toThrow('incorrect header check');
});

test('folders and pipes are refused, and a pipe does not block', async () => {
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  await expect(openSource(join(folder, 'pipe'))).rejects.toThrow(NotAFileError);
  await expect(openSource(folder)).rejects.toThrow(NotAFileError);
  await expect(openSource(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'ENOENT' });
});
