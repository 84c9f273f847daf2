import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { markBytes, NO_BYTES } from './byte-mark.ts';
import type { FilePosition } from './checkpoint.ts';
import { FinishedFiles } from './finished-files.ts';
import { closeFiles, type LogFile, openLogFiles } from './log-files.ts';
import { LogFolder } from './testing/log-folder.ts';

let log: LogFolder;
let files: readonly LogFile[];

beforeEach(() => {
  log = new LogFolder();
  files = [];
});

afterEach(async () => {
  await closeFiles(files);
  log.remove();
});

/** Rotated files with these contents, the oldest first, and a log that begins like them. */
async function open(...contents: readonly string[]): Promise<readonly LogFile[]> {
  for (const [at, content] of contents.entries()) log.append(content, `${log.path}.${contents.length - at}`);
  log.append('same\n');
  files = (await openLogFiles(log.path)).files;
  return files;
}

/** The end of a file that begins with `same`. */
function endOf(content: string): FilePosition {
  const bytes = Buffer.from(content);
  return {
    fileId: '1:2:a',
    head: markBytes(Buffer.from('same\n')),
    offset: bytes.byteLength,
    before: markBytes(bytes),
  };
}

const NOWHERE = { dev: 0, ino: 0 };

test('by its inode, although others begin alike', async () => {
  const [oldest, newest] = await open('same\n1\n', 'same\n2\n');
  const finished = new FinishedFiles([]);
  finished.add(endOf('same\n2\n'), newest!.source);
  expect(await finished.recognise(files)).toEqual(new Set([newest]));
  expect(oldest).not.toBe(newest);
});

test('by its content when it has left its inode', async () => {
  const [, newest] = await open('same\n1\n', 'same\n2\n');
  const finished = new FinishedFiles([{ ...endOf('same\n2\n'), ...NOWHERE }]);
  expect(await finished.recognise(files)).toEqual(new Set([newest]));
});

test('one that was not looked into accounts for one file, the oldest', async () => {
  const [oldest] = await open('same\n1\n', 'same\n2\n');
  const unread = { ...endOf(''), before: NO_BYTES };
  expect(await new FinishedFiles([{ ...unread, ...NOWHERE }]).recognise(files)).toEqual(new Set([oldest]));
});

test('an inode that holds something else now', async () => {
  const [oldest] = await open('other\n');
  const finished = new FinishedFiles([]);
  finished.add(endOf('same\n1\n'), oldest!.source);
  expect(await finished.recognise(files)).toEqual(new Set());
});

test('the log, as a rotation that was taken back', async () => {
  const [logFile] = await open();
  const finished = new FinishedFiles([{ ...endOf('same\n'), ...NOWHERE }]);
  expect(await finished.recognise(files)).toEqual(new Set());
  finished.add(endOf('same\n'), logFile!.source);
  expect(await finished.recognise(files)).toEqual(new Set([logFile]));
});

test('what is gone keeps its name as long as its inode is there, and is no file', async () => {
  const [logFile] = await open();
  const finished = new FinishedFiles([]);
  const { dev, ino } = logFile!.source;
  finished.addGone({ ...endOf('same\n'), fileId: `${dev}:${ino}:a` });
  finished.addGone(endOf('same\n'));
  expect(await finished.recognise(files)).toEqual(new Set());
  finished.forgetAllBut(files);
  expect(finished.all.map(({ fileId }) => fileId)).toEqual([`${dev}:${ino}:a`]);
});

test('what nothing resembles is forgotten, and the list has an end', async () => {
  await open('same\n1\n');
  const finished = new FinishedFiles([]);
  const other = { ...endOf(''), head: markBytes(Buffer.from('other\n')) };
  for (let count = 0; count < 200; count++) finished.add(other, NOWHERE);
  expect(finished.all).toHaveLength(100);
  finished.add(endOf('same\n1\n'), NOWHERE);
  finished.forgetAllBut(files);
  expect(finished.all).toHaveLength(1);
});
