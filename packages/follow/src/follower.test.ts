import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FollowedLine } from './followed-line.ts';
import { Follower } from './follower.ts';
import { countingEvents, FollowRun, StepWaker } from './testing/follow-run.ts';
import { LogFolder, LogWriter } from './testing/log-folder.ts';

let log: LogFolder;
let open: (FollowRun | LogWriter)[] = [];

beforeEach(() => {
  log = new LogFolder();
});

afterEach(async () => {
  for (const thing of open) await (thing instanceof FollowRun ? thing.stop() : thing.close());
  open = [];
  log.remove();
});

async function follow(options: ConstructorParameters<typeof FollowRun>[2] = {}): Promise<FollowRun> {
  const run = new FollowRun(log.path, log.checkpointFile, options);
  open.push(run);
  return run.start();
}

function writer(): LogWriter {
  const opened = new LogWriter(log.path);
  open.push(opened);
  return opened;
}

const texts = (run: FollowRun): readonly string[] => run.lines.map((line) => line.text);

describe('lines', () => {
  test('carry their place in the file', async () => {
    log.append('one\ntwo\n');
    const run = await follow();
    await run.step();
    expect(run.lines).toMatchObject([
      { file: log.path, offset: 0, nextOffset: 4, text: 'one', cut: 0 },
      { file: log.path, offset: 4, nextOffset: 8, text: 'two', cut: 0 },
    ]);
    expect(run.lines[0]?.fileId).toMatch(/^\d+:\d+:[0-9a-f]{32}$/);
    expect(Math.abs((run.lines[0]?.readAtUs ?? 0) / 1000 - Date.now())).toBeLessThan(60_000);
  });

  test('carry when the log was last seen to end before them', async () => {
    log.append('one\n');
    const run = await follow();
    await run.step();
    expect(run.lines[0]?.unwrittenAtUs).toBeNull();
    const before = run.lines[0]?.readAtUs ?? 0;
    log.append('two\nto');
    await run.step();
    log.append('rn\n');
    await run.step();
    const [, two, torn] = run.lines;
    expect(two?.unwrittenAtUs).toBeGreaterThanOrEqual(before - 1000);
    expect(two?.unwrittenAtUs).toBeLessThanOrEqual(two?.readAtUs ?? 0);
    // part of it was there before
    expect(torn?.unwrittenAtUs).toBeNull();
  });

  test('a torn last line waits for its end', async () => {
    log.append('whole\nto');
    const run = await follow();
    expect(await run.stepTexts()).toEqual(['whole']);
    log.append('r');
    expect(await run.stepTexts()).toEqual([]);
    log.append('n\n');
    expect(await run.stepTexts()).toEqual(['torn']);
    expect(run.lines.at(-1)).toMatchObject({ offset: 6, nextOffset: 11 });
  });

  test('a torn line waits over a restart', async () => {
    log.append('whole\nto');
    const run = await follow();
    await run.step();
    await run.stop();
    log.append('rn\n');
    expect(await (await follow()).stepTexts()).toEqual(['torn']);
  });

  test('a character split over two writes stays whole', async () => {
    const run = await follow();
    const bytes = Buffer.from('GET /größe?€ 😀\n');
    for (const byte of bytes) {
      log.append(Uint8Array.of(byte));
      await run.step();
    }
    expect(texts(run)).toEqual(['GET /größe?€ 😀']);
  });

  test('a line longer than the cap is cut and counted, with its true offsets', async () => {
    log.append(`${'x'.repeat(1_000_000)}\nnext\n`);
    const run = await follow({ maxLineLen: 100 });
    await run.step();
    expect(run.lines).toMatchObject([
      { offset: 0, nextOffset: 1_000_001, text: 'x'.repeat(100), cut: 999_900 },
      { offset: 1_000_001, text: 'next', cut: 0 },
    ]);
    expect(run.counts.lineCut).toBe(999_900);
  });

  test('the hole a writer without O_APPEND leaves is skipped and counted', async () => {
    log.append('before\n');
    const run = await follow();
    await run.step();
    truncateSync(log.path);
    writeFileSync(log.path, `${'\0'.repeat(300_000)}after\n`);
    expect(await run.stepTexts()).toEqual(['after']);
    expect(run.lines.at(-1)?.offset).toBe(300_000);
    expect(run.counts.nulSkipped).toBe(300_000);
  });
});

describe('where it starts', () => {
  test.each([
    { from: 'beginning', expected: ['old', 'torn new', 'last'] },
    { from: 'end', expected: ['torn new', 'last'] },
  ] as const)('from $from, when there is no checkpoint', async ({ from, expected }) => {
    log.append('old\ntorn ');
    const run = await follow({ from });
    log.append('new\nlast\n');
    await run.step();
    expect(texts(run)).toEqual(expected);
  });

  test('`end` in a large file whose last line is torn', async () => {
    log.append(`${'line\n'.repeat(50_000)}${'t'.repeat(100_000)}`);
    const run = await follow({ from: 'end', maxLineLen: 10 });
    log.append('\nnew\n');
    await run.step();
    expect(run.lines).toMatchObject([{ offset: 250_000, cut: 99_990 }, { text: 'new' }]);
  });

  test('`end` is kept by a checkpoint before the first line', async () => {
    log.append('old\n');
    const run = await follow({ from: 'end' });
    await run.stop();
    log.append('written while down\n');
    expect(await (await follow({ from: 'end' })).stepTexts()).toEqual(['written while down']);
  });

  test('a missing file is waited for and then read whole', async () => {
    const run = await follow({ from: 'end' });
    expect(await run.stepTexts()).toEqual([]);
    log.append('first\n');
    expect(await run.stepTexts()).toEqual(['first']);
  });

  test('rotated files that were there before the first start are not read', async () => {
    log.append('ancient\n', `${log.path}.1`);
    log.append('new\n');
    const run = await follow();
    await run.step();
    log.rotate();
    log.append('newer\n');
    await run.step();
    expect(texts(run)).toEqual(['new', 'newer']);
  });

  test('an old rotated file that comes back from a backup is not read', async () => {
    log.append('ancient\n', `${log.path}.1`);
    log.append('new\n');
    const run = await follow();
    await run.step();
    log.append('more ancient\n', `${log.path}.5`);
    log.rotate();
    await run.step();
    expect(texts(run)).toEqual(['new']);
  });

  test('a symlink is followed to its file', async () => {
    log.append('there\n', `${log.path}-target`);
    symlinkSync(`${log.path}-target`, log.path);
    expect(await (await follow()).stepTexts()).toEqual(['there']);
  });

  test('a damaged checkpoint is set aside and counted; following starts over', async () => {
    log.append('one\n');
    mkdirSync(dirname(log.checkpointFile));
    writeFileSync(log.checkpointFile, '{"version":1,"files":[{"fileId"');
    const run = await follow();
    expect(await run.stepTexts()).toEqual(['one']);
    expect(run.counts.checkpointDamaged).toBe(1);
    expect(readFileSync(`${log.checkpointFile}.damaged`, 'utf8')).toBe('{"version":1,"files":[{"fileId"');
  });
});

describe('rename', () => {
  test('late writes to the old file are read, and so is the new file at the same time', async () => {
    const nginx = writer();
    nginx.write('before\n');
    const run = await follow();
    await run.step();
    log.rotate();
    nginx.write('late\n');
    log.append('reopened worker\n');
    expect(await run.stepTexts()).toEqual(['late', 'reopened worker']);
    nginx.write('later\n');
    log.append('more\n');
    expect(await run.stepTexts()).toEqual(['later', 'more']);
    nginx.write('latest\n');
    expect(await run.stepTexts()).toEqual(['latest']);
    nginx.reopen();
    nginx.write('last\n');
    await run.step();
    expect(texts(run)).toEqual(['before', 'late', 'reopened worker', 'later', 'more', 'latest', 'last']);
    expect(run.counts.fileRotated).toBe(1);
    expect(run.counts.linesLost).toBeUndefined();
  });

  test('the old file is kept while the new one is empty, and let go when idle after that', async () => {
    const nginx = writer();
    nginx.write('before\n');
    const run = await follow({ drainIdleMs: 0 });
    await run.step();
    log.rotate();
    await run.step();
    nginx.write('late\n');
    expect(await run.stepTexts()).toEqual(['late']);
    nginx.reopen();
    nginx.write('new\n');
    await run.step();
    await run.step();
    expect((await run.follower.status()).openFiles).toBe(1);
  });

  test('two renames between two looks lose nothing', async () => {
    log.append('a1\n');
    const run = await follow();
    await run.step();
    log.append('a2\n');
    log.rotate();
    log.append('b1\n');
    log.rotate();
    log.append('c1\n');
    expect(await run.stepTexts()).toEqual(['a2', 'b1', 'c1']);
  });

  test('a gap without a file, with nginx writing on', async () => {
    const nginx = writer();
    nginx.write('1\n');
    const run = await follow();
    await run.step();
    rmSync(log.path);
    nginx.write('2\n');
    expect(await run.stepTexts()).toEqual(['2']);
    nginx.write('3\n');
    nginx.reopen();
    nginx.write('4\n');
    expect(await run.stepTexts()).toEqual(['3', '4']);
  });

  test('a rotation that is taken back repeats nothing', async () => {
    log.append('old\n');
    const run = await follow({ drainIdleMs: 0 });
    await run.step();
    log.rotate();
    log.append('new\n');
    await run.step();
    await run.step();
    renameSync(`${log.path}.1`, log.path);
    await run.step();
    log.append('old again\n');
    await run.step();
    expect(texts(run)).toEqual(['old', 'new', 'old again']);
  });

  test('finished files are forgotten when they are gone', async () => {
    log.append('line 0\n');
    const run = await follow({ drainIdleMs: 0 });
    for (let number = 1; number < 20; number++) {
      await run.step();
      await run.step();
      log.rotate();
      rmSync(`${log.path}.3`, { force: true });
      log.append(`line ${number}\n`);
    }
    await run.step();
    expect(texts(run)).toEqual(Array.from({ length: 20 }, (_, number) => `line ${number}`));
    expect(JSON.parse(readFileSync(log.checkpointFile, 'utf8')).finished.length).toBeLessThanOrEqual(3);
  });

  test('a torn line that its file ends with is counted when the file is let go', async () => {
    log.append('whole\ntorn');
    const run = await follow({ drainIdleMs: 0 });
    await run.step();
    log.rotate();
    log.append('new\n');
    await run.step();
    await run.step();
    expect(texts(run)).toEqual(['whole', 'new']);
    expect(run.counts['linesLost torn-line']).toBe(1);
  });
});

describe('copytruncate', () => {
  test('what the rotation copied away is read on from the copy', async () => {
    log.append('1\n2\n');
    const run = await follow();
    await run.step();
    log.append('3\n4\n');
    log.copyTruncate();
    log.append('5\n');
    await run.step();
    await run.step();
    expect(texts(run)).toEqual(['1', '2', '3', '4', '5']);
    expect(run.lines.map((line) => line.offset)).toEqual([0, 2, 4, 6, 0]);
    expect(new Set(run.lines.slice(0, 4).map((line) => line.fileId)).size).toBe(1);
    expect(run.lines[4]?.fileId).not.toBe(run.lines[0]?.fileId);
    expect(run.counts).toMatchObject({ fileTruncated: 1 });
    expect(run.counts.linesLost).toBeUndefined();
  });

  test('a file grown past the old offset is not taken for the old one', async () => {
    log.append('old 1\nold 2\n');
    const run = await follow();
    await run.step();
    log.append('old 3\n');
    log.copyTruncate();
    const refill = Array.from({ length: 100 }, (_, number) => `new ${number}`);
    log.append(`${refill.join('\n')}\n`);
    await run.step();
    await run.step();
    expect(texts(run)).toEqual(['old 1', 'old 2', 'old 3', ...refill]);
  });

  test('a copy gzipped at once is read on too', async () => {
    log.append(`${'x'.repeat(300_000)}\n2\n`);
    const run = await follow();
    await run.step();
    log.append('3\n');
    log.copyTruncate();
    log.gzip(`${log.path}.1`);
    log.append('4\n');
    await run.step();
    await run.step();
    expect(texts(run).slice(1)).toEqual(['2', '3', '4']);
  });

  test('a copy made before the last lines were read repeats nothing', async () => {
    log.append('1\n');
    const run = await follow();
    await run.step();
    log.append('1\n', `${log.path}.1`);
    log.append('after the copy\n');
    expect(await run.stepTexts()).toEqual(['after the copy']);
    truncateSync(log.path);
    log.append('new\n');
    await run.step();
    await run.step();
    expect(texts(run)).toEqual(['1', 'after the copy', 'new']);
    expect(run.counts.linesLost).toBeUndefined();
  });

  test('a truncation without a copy is told', async () => {
    log.append('1\n');
    const run = await follow();
    await run.step();
    truncateSync(log.path);
    log.append('2\n');
    await run.step();
    await run.step();
    expect(texts(run)).toEqual(['1', '2']);
    expect(run.counts['linesLost truncated-without-copy']).toBe(1);
  });

  test('a copy that is looked at while it is made is not read, nor missed', async () => {
    log.append('a1\n');
    const run = await follow();
    await run.step();
    log.append('a2\na3\n');
    log.makeRoom();
    log.copy(1);
    await run.step();
    log.append('a4\n');
    log.copy(8);
    await run.step();
    log.append('a5\n');
    log.copy();
    truncateSync(log.path);
    log.append('b1\n');
    await run.step();
    await run.step();
    expect(texts(run)).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'b1']);
    expect(run.counts.linesLost).toBeUndefined();
  });

  test.each([
    { name: 'whole', len: 100 },
    { name: 'half made', len: 4 },
    { name: 'hardly begun', len: 1 },
    { name: 'empty', len: 0 },
  ])('a second copy before the first truncation was seen: $name', async ({ len }) => {
    log.append('a1\n');
    const run = await follow();
    await run.step();
    log.append('a2\n');
    log.copyTruncate();
    log.append('b1\nb2\n');
    log.makeRoom();
    log.copy(len);
    await run.step();
    await run.step();
    log.append('b3\n');
    log.copy();
    truncateSync(log.path);
    log.append('c1\n');
    await run.step();
    await run.step();
    expect([...texts(run)].sort()).toEqual(['a1', 'a2', 'b1', 'b2', 'b3', 'c1']);
    expect(run.counts.linesLost).toBeUndefined();
  });

  test('a copy under way at the first start is read on when the log is truncated', async () => {
    log.append('1\n2\n');
    log.copy(2);
    const run = await follow({ from: 'end' });
    log.append('3\n');
    log.copy();
    truncateSync(log.path);
    log.append('4\n');
    await run.step();
    await run.step();
    expect(texts(run)).toEqual(['3', '4']);
  });

  test('a log first seen empty, filled, copied and truncated between two looks', async () => {
    log.append('');
    const run = await follow();
    await run.step();
    log.append('1\n');
    log.copyTruncate();
    log.append('2\n');
    await run.step();
    expect(texts(run)).toEqual(['1', '2']);
  });
});

describe('restart', () => {
  test('continues at the checkpoint and repeats nothing', async () => {
    log.append('1\n2\n');
    const run = await follow();
    await run.step();
    await run.stop();
    log.append('3\n');
    expect(await (await follow()).stepTexts()).toEqual(['3']);
  });

  test('an uncommitted batch comes again with the same ids', async () => {
    log.append('1\n2\n');
    const first = await follow();
    await first.crash();
    expect(texts(first)).toEqual(['1', '2']);
    log.append('3\n');
    const second = await follow();
    await second.step();
    const place = ({ fileId, offset, text }: { fileId: string; offset: number; text: string }) => ({
      fileId,
      offset,
      text,
    });
    expect(second.lines.slice(0, 2).map(place)).toEqual(first.lines.map(place));
    expect(texts(second)).toEqual(['1', '2', '3']);
  });

  test('the same ids also when the file was copied away in between', async () => {
    log.append('');
    const first = await follow();
    await first.step();
    log.append('1\n');
    await first.crash();
    log.copyTruncate();
    log.append('2\n');
    const second = await follow();
    await second.step();
    expect(texts(second)).toEqual(['1', '2']);
    expect(second.lines[0]?.fileId).toBe(first.lines[0]?.fileId);
  });

  test('a file of a few bytes is known again, and a different one with the same inode number is not it', async () => {
    log.append('a\n');
    const run = await follow();
    await run.step();
    await run.stop();
    log.append('b\n');
    const again = await follow();
    expect(await again.stepTexts()).toEqual(['b']);
    await again.stop();
    writeFileSync(log.path, 'c\nd\ne\n');
    const third = await follow();
    expect(await third.stepTexts()).toEqual(['c', 'd', 'e']);
    expect(third.counts['linesLost file-gone']).toBe(1);
  });

  test.each([
    { name: 'numbers', names: ['error.log.2', 'error.log.1'], gzipped: [false, false] },
    { name: 'delaycompress', names: ['error.log.2', 'error.log.1'], gzipped: [true, false] },
    { name: 'compress', names: ['error.log.2', 'error.log.1'], gzipped: [true, true] },
    { name: 'ten and more', names: ['error.log.10', 'error.log.9'], gzipped: [true, true] },
    { name: 'dateext', names: ['error.log-20261121', 'error.log-20261122'], gzipped: [true, false] },
    {
      name: 'dateext with the extension kept',
      names: ['error-20261121.log', 'error-20261122.log'],
      gzipped: [false, false],
    },
  ])('two rotations while down: $name', async ({ names, gzipped }) => {
    log.append('a1\na2\n');
    const run = await follow();
    await run.step();
    await run.stop();
    log.append('a3\n');
    for (const [at, name] of names.entries()) {
      const rotated = `${log.folder}/${name}`;
      log.rotate(rotated);
      if (gzipped[at]) log.gzip(rotated);
      log.append(at === 0 ? 'b1\nb2\n' : 'c1\n');
    }
    const again = await follow();
    expect(await again.stepTexts()).toEqual(['a3', 'b1', 'b2', 'c1']);
    expect(again.counts.linesLost).toBeUndefined();
    await again.stop();
    expect(await (await follow()).stepTexts()).toEqual([]);
  });

  test('copytruncate twice while down', async () => {
    log.append('a1\n');
    const run = await follow();
    await run.step();
    await run.stop();
    log.append('a2\n');
    log.copyTruncate();
    log.append('b1\n');
    log.copyTruncate();
    log.gzip(`${log.path}.2`);
    log.append('c1\n');
    expect(await (await follow()).stepTexts()).toEqual(['a2', 'b1', 'c1']);
  });

  test('in the middle of a rotation: both files go on', async () => {
    const nginx = writer();
    nginx.write('1\n');
    const run = await follow();
    await run.step();
    log.rotate();
    nginx.write('2\n');
    log.append('new 1\n');
    await run.step();
    await run.stop();
    nginx.write('3\n');
    log.append('new 2\n');
    expect(await (await follow()).stepTexts()).toEqual(['3', 'new 2']);
  });

  test('a file that is gone is told', async () => {
    log.append('1\n');
    const run = await follow();
    await run.step();
    await run.stop();
    rmSync(log.path);
    log.append('2\n');
    const again = await follow();
    expect(await again.stepTexts()).toEqual(['2']);
    expect(again.counts['linesLost file-gone']).toBe(1);
  });

  test('a broken gzip file is given up and told, the rest is read', async () => {
    log.append('a1\n');
    const run = await follow();
    await run.step();
    await run.stop();
    log.rotate();
    log.append('b1\n');
    const whole = `${log.path}.1`;
    writeFileSync(whole, `n1\n${Array.from({ length: 50_000 }, (_, at) => `n${at * 7919}`).join('\n')}\n`);
    log.gzip(whole);
    truncateSync(`${whole}.gz`, 20_000);
    const again = await follow();
    await again.step();
    expect(texts(again).at(-1)).toBe('b1');
    expect(again.counts['linesLost unreadable']).toBe(1);
  });
});

describe('files that begin with the same line', () => {
  const places = (run: FollowRun): number => new Set(run.lines.map(({ fileId, offset }) => `${fileId} ${offset}`)).size;

  test('a log made anew is not taken for the one before', async () => {
    log.append('same\n1\n');
    const run = await follow({ drainIdleMs: 0 });
    for (const number of [2, 3, 4]) {
      await run.step();
      await run.step();
      log.rotate();
      log.append(`same\n${number}\n`);
    }
    await run.step();
    expect(texts(run)).toEqual(['same', '1', 'same', '2', 'same', '3', 'same', '4']);
    expect(places(run)).toBe(8);
  });

  test.each([
    { name: 'plain', gzipped: [] },
    { name: 'the older one gzipped', gzipped: ['.3'] },
    { name: 'all gzipped', gzipped: ['.3', '.2', '.1'] },
  ])('rotations while down, with one finished before: $name', async ({ gzipped }) => {
    log.append('same\n1\n');
    const run = await follow({ drainIdleMs: 0 });
    await run.step();
    log.rotate();
    log.append('same\n2\n');
    await run.step();
    await run.step();
    await run.stop();
    for (const number of [3, 4]) {
      log.rotate();
      log.append(`same\n${number}\n`);
    }
    for (const suffix of gzipped) log.gzip(`${log.path}${suffix}`);
    const again = await follow();
    await again.step();
    expect(texts(again)).toEqual(['same', '3', 'same', '4']);
    expect(again.counts.linesLost).toBeUndefined();
  });

  test('truncated, with a copy and without: the lines have names of their own, also after a restart', async () => {
    log.append('same\n1\n');
    const run = await follow();
    await run.step();
    log.copyTruncate();
    log.append('same\n');
    await run.step();
    await run.step();
    truncateSync(log.path);
    await run.step();
    log.append('same\n3\n');
    await run.step();
    await run.step();
    expect(texts(run)).toEqual(['same', '1', 'same', 'same', '3']);
    expect(places(run)).toBe(5);
    await run.stop();
    log.append('4\n');
    const again = await follow();
    await again.step();
    expect(again.lines).toMatchObject([{ fileId: run.lines.at(-1)?.fileId, text: '4' }]);
  });
});

describe('files that may not be read for a while', () => {
  const isRoot = process.geteuid?.() === 0;

  beforeEach(() => {
    // root may read every file: become nobody
    if (!isRoot) return;
    chmodSync(log.folder, 0o777);
    process.seteuid?.(65_534);
  });

  afterEach(() => {
    if (isRoot) process.seteuid?.(0);
  });

  test('an unread file is read when it may be', async () => {
    log.append('a1\n');
    const run = await follow();
    await run.step();
    await run.stop();
    log.append('a2\n');
    log.rotate();
    chmodSync(`${log.path}.1`, 0);
    log.append('b1\n');
    const second = await follow();
    expect(await second.stepTexts()).toEqual(['b1']);
    await second.stop();
    const third = await follow();
    expect(await third.stepTexts()).toEqual([]);
    chmodSync(`${log.path}.1`, 0o644);
    expect(await third.stepTexts()).toEqual(['a2']);
    expect(third.counts.linesLost).toBeUndefined();
    expect(third.counts.readFailed).toBeGreaterThan(0);
  });

  test('a finished file is not read again', async () => {
    log.append('ancient\n', `${log.path}.1`);
    log.append('a1\n');
    const run = await follow();
    await run.step();
    chmodSync(`${log.path}.1`, 0);
    log.append('', `${log.path}-touches-the-folder`);
    await run.step();
    expect(run.counts.readFailed).toBeGreaterThan(0);
    chmodSync(`${log.path}.1`, 0o644);
    await run.step();
    await run.step();
    expect(texts(run)).toEqual(['a1']);
  });

  test('a new log is read when it may be; the old one goes on meanwhile', async () => {
    const nginx = writer();
    nginx.write('1\n');
    const run = await follow();
    await run.step();
    log.rotate();
    chmodSync(log.path, 0);
    nginx.write('2\n');
    expect(await run.stepTexts()).toEqual(['2']);
    chmodSync(log.path, 0o644);
    log.append('3\n');
    expect(await run.stepTexts()).toEqual(['3']);
  });
});

describe('the follower', () => {
  test('refuses to read on before a batch is committed', async () => {
    log.append('1\n');
    const follower = new Follower({
      path: log.path,
      checkpoint: { load: async () => ({ kind: 'none' }), save: async () => undefined },
      events: countingEvents({}),
      from: 'beginning',
      waker: new StepWaker(),
    });
    await follower.start();
    const batches = follower.batches();
    const first = await batches.next();
    expect((first.value as { lines: readonly FollowedLine[] }).lines).toHaveLength(1);
    await expect(batches.next()).rejects.toThrow('committed');
  });

  test('says how far behind it is', async () => {
    log.append('1\n');
    const run = await follow({ from: 'end' });
    expect(await run.follower.status()).toMatchObject({ lagBytes: 0, lagMs: 0, openFiles: 1 });
    log.append('12345\n');
    expect((await run.follower.status()).lagBytes).toBe(6);
    await run.step();
    expect((await run.follower.status()).lagBytes).toBe(0);
  });

  test('goes on when the checkpoint cannot be saved', async () => {
    log.append('1\n');
    const run = await follow();
    rmSync(dirname(log.checkpointFile), { recursive: true });
    writeFileSync(dirname(log.checkpointFile), 'in the way');
    expect(await run.stepTexts()).toEqual(['1']);
    expect(run.counts.checkpointFailed).toBeGreaterThan(0);
  });

  test('wakes by itself when a line is written', async () => {
    log.append('');
    const follower = new Follower({
      path: log.path,
      checkpoint: { load: async () => ({ kind: 'none' }), save: async () => undefined },
      events: countingEvents({}),
    });
    await follower.start();
    const batches = follower.batches();
    const next = batches.next();
    log.append('now\n');
    const batch = (await next).value as { lines: readonly FollowedLine[] };
    expect(Buffer.from(batch.lines[0]?.bytes ?? []).toString()).toBe('now');
    await follower.stop();
  });
});
