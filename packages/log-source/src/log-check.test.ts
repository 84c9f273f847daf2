import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { makeTempDir, type TempDir } from '@resetscope/testkit';
import { checkLogs, lookAtLog } from './log-check.ts';

/** Root may read every file; any other user will do. */
const NOBODY = 65_534;

let dir: TempDir;
let path: string;

beforeEach(async () => {
  dir = await makeTempDir('resetscope-log-check-');
  path = join(dir.path, 'error.log');
});

afterEach(() => dir.remove());

const check = (mayBeMissing: boolean): Promise<void> => checkLogs([{ path, timezone: undefined }], mayBeMissing);

describe('checkLogs', () => {
  test('passes a file, and a pattern whatever it finds', async () => {
    writeFileSync(path, '');
    await check(false);
    await checkLogs([{ path: '/nowhere/*.log', timezone: undefined }], false);
  });

  test('passes a missing file only when it may come later', async () => {
    await check(true);
    await expect(check(false)).rejects.toMatchObject({
      code: 'RS_FILE_UNREADABLE',
      exitCode: 1,
      message: `error log: expected a file at ${path}, got nothing there; compare with error_log in nginx.conf, or give --wait`,
    });
  });

  test('refuses a folder', async () => {
    mkdirSync(path);
    await expect(check(true)).rejects.toThrow(/got a folder; name the file in it, or a pattern like FOLDER\/\*\.log$/);
  });

  test('refuses a pipe, without opening it', async () => {
    execFileSync('mkfifo', [path]);
    await expect(check(true)).rejects.toThrow(/got a pipe or a device; .*\/dev\/stderr/);
  });

  test('refuses a file it may not read', async () => {
    writeFileSync(path, '');
    chmodSync(path, 0);
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(NOBODY);
    try {
      await expect(check(false)).rejects.toThrow(/got no permission to read it; run as root/);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});

test('lookAtLog tells of a file what the system knows of it', async () => {
  writeFileSync(path, 'x\n');
  expect(await lookAtLog(path)).toMatchObject({ kind: 'readable', stats: { size: 2 } });
  expect(await lookAtLog(`${path}/x`)).toMatchObject({ kind: 'unusable', got: 'ENOTDIR' });
});
