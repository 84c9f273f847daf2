/** What no log should be: each has a behaviour that README.md tells. */
import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, renameSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FollowRun, StepWaker } from './testing/follow-run.ts';
import { LogFolder } from './testing/log-folder.ts';
import type { WakeUp } from './waker.ts';

let log: LogFolder;
let runs: FollowRun[];

beforeEach(() => {
  log = new LogFolder();
  runs = [];
});

afterEach(async () => {
  for (const run of runs) await run.stop();
  log.remove();
});

async function follow(options: ConstructorParameters<typeof FollowRun>[2] = {}): Promise<FollowRun> {
  const run = new FollowRun(log.path, log.checkpointFile, options);
  runs.push(run);
  return run.start();
}

describe('bytes', () => {
  test('binary garbage is lines like any other: every byte, at its offset', async () => {
    const pieces = fc.sample(fc.uint8Array({ minLength: 1000, maxLength: 2000 }), { numRuns: 60, seed: 4 });
    const run = await follow();
    for (const piece of pieces) {
      log.append(piece);
      await run.step();
    }
    let offset = 0;
    const expected = Buffer.concat(pieces)
      .toString('latin1')
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const raw = line.replace(/^\0+/, '');
        offset += line.length + 1;
        return { raw, offset: offset - raw.length - 1, nextOffset: offset };
      });
    expect(run.lines).toMatchObject(expected);
    expect(expected.length).toBeGreaterThan(100);
  });

  test('a line of 100 MB is cut and counted, and memory does not grow with it', async () => {
    const file = openSync(log.path, 'a');
    const megabyte = Buffer.alloc(1_000_000, 'x');
    for (let count = 0; count < 100; count++) writeSync(file, megabyte);
    writeSync(file, '\nnext\n');
    closeSync(file);
    const before = process.memoryUsage().arrayBuffers;
    const run = await follow();
    await run.step();
    expect(run.lines.map(({ text, cut }) => [text.length, cut])).toEqual([
      [65_536, 100_000_000 - 65_536],
      [4, 0],
    ]);
    expect(run.lines.at(-1)).toMatchObject({ offset: 100_000_001, text: 'next' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60_000_000);
  });

  test('no newline ever: nothing comes, no more than the cap is held, and the loss is told when the file is let go', async () => {
    const run = await follow({ drainIdleMs: 0, maxLineLen: 1000 });
    for (let count = 0; count < 20; count++) {
      log.append('no end '.repeat(10_000));
      expect(await run.stepTexts()).toEqual([]);
    }
    expect((await run.follower.status()).lagBytes).toBe(0);
    log.rotate();
    log.append('an end\n');
    await run.step();
    await run.step();
    expect(run.lines.map(({ text }) => text)).toEqual(['an end']);
    expect(run.counts['linesLost torn-line']).toBe(1);
  });

  test('a sparse file: the hole is skipped and counted, without a line for it', async () => {
    log.append('before\n');
    truncateSync(log.path, 50_000_000);
    log.append('after\n');
    const run = await follow();
    expect(await run.stepTexts()).toEqual(['before', 'after']);
    expect(run.lines.at(-1)).toMatchObject({ offset: 50_000_000 });
    expect(run.counts.nulSkipped).toBe(50_000_000 - 7);
  });
});

describe('things that are no files', () => {
  const isBlocked = async (run: FollowRun): Promise<void> => {
    expect(await run.stepTexts()).toEqual([]);
    expect(run.counts.readFailed).toBeGreaterThan(0);
    expect((await run.follower.status()).openFiles).toBe(0);
  };

  test.each([
    { name: 'a folder', make: () => mkdirSync(log.path) },
    { name: 'a FIFO without a writer', make: () => execFileSync('mkfifo', [log.path]) },
  ])('$name is told and not read; a file in its place is', async ({ make }) => {
    make();
    const run = await follow();
    await isBlocked(run);
    rmSync(log.path, { recursive: true });
    log.append('file\n');
    expect(await run.stepTexts()).toEqual(['file']);
  });

  test('a FIFO that takes the place of a log: the old file is read on', async () => {
    log.append('1\n');
    const run = await follow();
    await run.step();
    renameSync(log.path, `${log.path}.1`);
    execFileSync('mkfifo', [log.path]);
    log.append('2\n', `${log.path}.1`);
    expect(await run.stepTexts()).toEqual(['2']);
    expect(run.counts.readFailed).toBeGreaterThan(0);
  });
});

describe('permission removed while running', () => {
  const isRoot = process.geteuid?.() === 0;

  // root may read every file: become nobody
  const becomeNobody = (): void => {
    if (isRoot) process.seteuid?.(65_534);
  };
  const becomeRoot = (): void => {
    if (isRoot) process.seteuid?.(0);
  };
  const chmodFolder = (mode: number): void => {
    becomeRoot();
    chmodSync(log.folder, mode);
    becomeNobody();
  };

  beforeEach(() => chmodFolder(0o777));

  afterEach(becomeRoot);

  test('of the log: what is open is read on, and a restart waits', async () => {
    log.append('1\n');
    const run = await follow();
    await run.step();
    const file = openSync(log.path, 'a');
    chmodSync(log.path, 0);
    writeSync(file, '2\n');
    expect(await run.stepTexts()).toEqual(['2']);
    await run.stop();
    writeSync(file, '3\n');
    closeSync(file);
    const again = await follow();
    expect(await again.stepTexts()).toEqual([]);
    expect(again.counts.readFailed).toBeGreaterThan(0);
    chmodSync(log.path, 0o644);
    expect(await again.stepTexts()).toEqual(['3']);
    expect(again.counts.linesLost).toBeUndefined();
  });

  test('of its folder: what is open is read on', async () => {
    log.append('1\n');
    const run = await follow();
    await run.step();
    const file = openSync(log.path, 'a');
    chmodFolder(0);
    writeSync(file, '2\n');
    expect(await run.stepTexts()).toEqual(['2']);
    expect(run.counts.readFailed).toBeGreaterThan(0);
    chmodFolder(0o777);
    writeSync(file, '3\n');
    closeSync(file);
    expect(await run.stepTexts()).toEqual(['3']);
  });
});

describe('a file system without notifications', () => {
  /** Wakes by the poll alone, and keeps how long it was told to sleep. */
  class PollWaker extends StepWaker {
    readonly polls: number[] = [];

    override async wait(pollMs: number): Promise<WakeUp> {
      this.polls.push(pollMs);
      await super.wait(pollMs);
      return 'timed-out';
    }
  }

  test('that takes a watch and tells nothing: the first line is late, then the poll is quick', async () => {
    log.append('1\n');
    const waker = new PollWaker();
    const run = await follow({ waker });
    await waker.step();
    log.append('2\n');
    await waker.step();
    await waker.step();
    expect(run.lines.map(({ text }) => text)).toEqual(['1', '2']);
    expect(waker.polls.slice(0, 2)).toEqual([2000, 2000]);
    expect(waker.polls.at(-1)).toBe(250);
  });

  test('that refuses a watch: that is told, and the poll is quick from the start', async () => {
    log.append('1\n');
    class RefusingWaker extends PollWaker {
      override watch(): () => void {
        throw Object.assign(new Error('ENOSPC: System limit for number of file watchers reached'), { code: 'ENOSPC' });
      }
    }
    const waker = new RefusingWaker();
    const run = await follow({ waker });
    await waker.step();
    expect(run.counts.watchFailed).toBe(1);
    expect(waker.polls).toContain(250);
    expect(waker.polls).not.toContain(2000);
    log.append('2\n');
    await waker.step();
    expect(run.lines.map(({ text }) => text)).toEqual(['1', '2']);
  });
});
