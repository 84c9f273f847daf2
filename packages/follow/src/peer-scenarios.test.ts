/**
 * The cases other tailers test themselves with, by the names they have there: vector-test-harness (`*_correctness`,
 * `disk_buffer_persistence`) and mtail's internal/mtail/*_integration_test.go and logstream tests. Here each must give
 * every line once.
 */
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FollowRun } from './testing/follow-run.ts';
import { LogFolder, LogWriter } from './testing/log-folder.ts';

let log: LogFolder;
let runs: FollowRun[];
let writers: LogWriter[];

beforeEach(() => {
  log = new LogFolder();
  runs = [];
  writers = [];
});

afterEach(async () => {
  for (const run of runs) await run.stop();
  for (const writer of writers) writer.close();
  log.remove();
});

async function follow(path = log.path): Promise<FollowRun> {
  const run = new FollowRun(path, log.checkpointFile);
  runs.push(run);
  return run.start();
}

function writer(): LogWriter {
  const opened = new LogWriter(log.path);
  writers.push(opened);
  return opened;
}

const block = (number: number): string =>
  Array.from({ length: 200 }, (_, at) => `block ${number} line ${at}\n`).join('');
const blocks = (count: number): string => Array.from({ length: count }, (_, number) => block(number)).join('');
const text = (...of: readonly FollowRun[]): string =>
  of.flatMap((run) => run.lines.map((line) => `${line.text}\n`)).join('');

describe('Vector', () => {
  test.each([1, 2, 5])('file_rotate_create_correctness: a look every %i rotations', async (every) => {
    const run = await follow();
    const nginx = writer();
    for (let number = 0; number < 10; number++) {
      nginx.write(block(number));
      log.rotate();
      if (number % every === 0) await run.step();
      nginx.reopen();
    }
    await run.step();
    expect(text(run)).toBe(blocks(10));
  });

  test.each([1, 2, 5])('file_rotate_truncate_correctness: a look every %i rotations', async (every) => {
    const run = await follow();
    for (let number = 0; number < 10; number++) {
      log.append(block(number));
      if (number % every === 0) await run.step();
      log.copyTruncate();
    }
    await run.step();
    await run.step();
    expect(text(run)).toBe(blocks(10));
  });

  test('file_truncate_correctness', async () => {
    const run = await follow();
    for (let number = 0; number < 10; number++) {
      log.append(block(number));
      await run.step();
      truncateSync(log.path);
    }
    await run.step();
    expect(text(run)).toBe(blocks(10));
    // nothing was lost, but who truncates without a copy may have had more
    expect(run.counts['linesLost truncated-without-copy']).toBe(10);
  });

  test('disk_buffer_persistence: restarts in the middle of it all', async () => {
    const nginx = writer();
    for (let number = 0; number < 10; number++) {
      const run = await follow();
      nginx.write(block(number));
      await run.step();
      if (number % 3 === 1) {
        log.rotate();
        nginx.reopen();
      }
      await run.stop();
    }
    expect(text(...runs)).toBe(blocks(10));
  });
});

describe('mtail', () => {
  test('TestLogRotation: renamed, made again, written to', async () => {
    log.append('line 1\nline 2\n');
    const run = await follow();
    await run.step();
    renameSync(log.path, `${log.path}.1`);
    await run.step();
    log.append('line 1\n');
    await run.step();
    expect(text(run)).toBe('line 1\nline 2\nline 1\n');
    expect(run.counts.fileRotated).toBe(1);
  });

  test('TestFileStreamRotation: written to by the old descriptor until the end of the old file was seen', async () => {
    const nginx = writer();
    const run = await follow();
    nginx.write('1\n');
    await run.step();
    log.rotate();
    await run.step();
    nginx.write('2\n');
    log.append('3\n');
    expect(await run.stepTexts()).toEqual(['2', '3']);
  });

  test('TestLogSoftLinkChange: the log is a link to another file now', async () => {
    const [first, second] = [join(log.folder, 'true.log'), join(log.folder, 'other.log')];
    log.append('first 1\nfirst 2\n', first);
    symlinkSync(first, log.path);
    const run = await follow();
    await run.step();
    rmSync(log.path);
    log.append('second 1\n', second);
    symlinkSync(second, log.path);
    log.append('first 3\n', first);
    expect(await run.stepTexts()).toEqual(['first 3', 'second 1']);
  });

  test('TestLogTruncation: shorter, and longer than before', async () => {
    log.append('1\n2\n');
    const run = await follow();
    await run.step();
    writeFileSync(log.path, '3\n');
    await run.step();
    expect(await run.stepTexts()).toEqual([]);
    writeFileSync(log.path, '4\n5\n6\n');
    await run.step();
    await run.step();
    expect(text(run)).toBe('1\n2\n3\n4\n5\n6\n');
  });

  test('TestLogDeletion: gone, and there again', async () => {
    log.append('1\n');
    const run = await follow();
    await run.step();
    rmSync(log.path);
    await run.step();
    log.append('2\n');
    expect(await run.stepTexts()).toEqual(['2']);
  });

  test('TestPartialLineRead: in pieces, over a rotation', async () => {
    const nginx = writer();
    const run = await follow();
    nginx.write('o');
    await run.step();
    nginx.write('hi\npart');
    await run.step();
    log.rotate();
    nginx.write('ial\n');
    nginx.reopen();
    nginx.write('new\n');
    await run.step();
    expect(text(run)).toBe('ohi\npartial\nnew\n');
  });

  test('TestFileStreamReadNonSingleByteEnd: a chunk ends within a character', async () => {
    const line = `${'x'.repeat(256 * 1024 - 1)}中文`;
    log.append(`${line}\n`);
    const run = new FollowRun(log.path, log.checkpointFile, { maxLineLen: 300 * 1024 });
    runs.push(await run.start());
    expect(await run.stepTexts()).toEqual([line]);
  });

  test('TestGlobIgnoreFolder: a folder with the name of a rotated file', async () => {
    mkdirSync(`${log.path}.1`);
    log.append('1\n');
    const run = await follow();
    expect(await run.stepTexts()).toEqual(['1']);
    expect(run.counts.readFailed).toBeUndefined();
  });

  test('TestPermissionDeniedOnLog: unreadable, then readable', async () => {
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) chmodSync(log.folder, 0o777);
    log.append('1\n');
    chmodSync(log.path, 0);
    // root may read every file: become nobody
    if (isRoot) process.seteuid?.(65_534);
    try {
      const run = await follow();
      expect(await run.stepTexts()).toEqual([]);
      expect(run.counts.readFailed).toBeGreaterThan(0);
      if (isRoot) process.seteuid?.(0);
      chmodSync(log.path, 0o644);
      if (isRoot) process.seteuid?.(65_534);
      expect(await run.stepTexts()).toEqual(['1']);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});
