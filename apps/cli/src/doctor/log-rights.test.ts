import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { hasProgram, makeTempDir, type TempDir } from '@resetscope/testkit';
import { testIf } from '@resetscope/testkit/jest';
import { checkLogRights } from './log-rights.ts';

let dir: TempDir;

beforeAll(async () => {
  dir = await makeTempDir('resetscope-test-');
  await chmod(dir.path, 0o755);
});
afterAll(() => dir.remove());

test('whoever asks has just read it', () => {
  expect(checkLogRights('/e.log', undefined)).toMatchObject({ id: 'error-log-rights', status: 'ok' });
});

testIf(process.getuid?.() === 0 && hasProgram('setpriv'), 'needs root and setpriv')(
  'another user is tried',
  async () => {
    const log = join(dir.path, 'error.log');
    await writeFile(log, 'x', { mode: 0o644 });
    expect(checkLogRights(log, 'nobody')).toMatchObject({ status: 'ok' });
    expect(checkLogRights(log, 'no-such-user')).toMatchObject({
      status: 'fail',
      message: 'this host knows no user no-such-user',
    });
    await chmod(log, 0o640);
    expect(checkLogRights(log, 'nobody')).toMatchObject({
      status: 'fail',
      fix: expect.stringContaining(`u:nobody:rX ${log}`),
    });
    const closed = join(dir.path, 'closed');
    await mkdir(closed, { mode: 0o700 });
    await writeFile(join(closed, 'error.log'), 'x', { mode: 0o644 });
    expect(checkLogRights(join(closed, 'error.log'), 'nobody')).toMatchObject({
      fix: expect.stringContaining(`where ${closed} belongs`),
    });
  },
);
