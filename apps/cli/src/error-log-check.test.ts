import { symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeTempDir, type TempDir } from '@resetscope/testkit';
import { checkClock, checkErrorLog, lastStampMs } from './error-log-check.ts';

let dir: TempDir;
let log: string;

beforeAll(async () => {
  dir = await makeTempDir('resetscope-test-');
  log = join(dir.path, 'error.log');
});
afterAll(() => dir.remove());

/** nginx's stamp of an instant in this process's time zone. */
function stamp(ms: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const at = new Date(ms);
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('/');
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`;
}

describe('checkErrorLog', () => {
  test.each([
    { name: 'no file', path: () => join(dir.path, 'none'), says: 'expected a file, got nothing there' },
    { name: 'a directory', path: () => dir.path, says: 'expected a file, got a folder' },
    { name: 'a device', path: () => '/dev/null', says: 'expected a file, got a pipe or a device' },
  ])('fails on $name', async ({ path, says }) => {
    expect(await checkErrorLog(path())).toMatchObject({ status: 'fail', code: 'RS_FILE_UNREADABLE', message: says });
  });

  test.each(['/dev/stderr', '/dev/stdout', '/proc/self/fd/2'])(
    'fails on a link to %s, and says how to get a file',
    async (target) => {
      const link = join(dir.path, target.replaceAll('/', '-'));
      await symlink(target, link);
      expect(await checkErrorLog(link)).toMatchObject({
        id: 'error-log',
        status: 'fail',
        code: 'RS_FILE_UNREADABLE',
        message: `expected a file, got a link to ${target}: what nginx writes there is gone`,
        fix: expect.stringContaining(`error_log ${link} info;`),
      });
    },
  );

  test('warns of an empty and of an old log, likes a living one', async () => {
    await writeFile(log, '');
    expect(await checkErrorLog(log)).toMatchObject({ status: 'warn', message: 'empty' });
    await writeFile(log, 'x\n');
    expect(await checkErrorLog(log)).toMatchObject({ status: 'ok' });
    const longAgo = new Date(Date.now() - 50 * 3_600_000);
    await utimes(log, longAgo, longAgo);
    expect(await checkErrorLog(log)).toMatchObject({ status: 'warn', message: 'nothing written for 50 h' });
  });
});

test('checkClock compares the last stamp with the time of the file', async () => {
  await writeFile(log, `${stamp(Date.now() - 2000)} [info] 1#1: x\n`);
  expect(await checkClock(log)).toMatchObject({ status: 'ok' });
  await writeFile(log, `${stamp(Date.now() - 7_200_000)} [info] 1#1: x\n`);
  expect(await checkClock(log)).toMatchObject({ status: 'warn', message: expect.stringMatching(/-1(19|20) min off/) });
});

test('lastStampMs reads the last line that begins with a stamp', () => {
  expect(lastStampMs('')).toBeNull();
  const text = '2026/01/02 03:04:05 [info] 1#1: a\n2026/01/02 03:04:06 [info] 1#1: b\nrest of a message\n';
  expect(lastStampMs(text)).toBe(new Date(2026, 0, 2, 3, 4, 6).getTime());
});
