import { open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeTempDir, type TempDir } from '@resetscope/testkit';
import { checkLogWriters } from './log-writer-check.ts';
import { findLogWriters, type LogWriter } from './log-writers.ts';

let dir: TempDir;

beforeAll(async () => {
  dir = await makeTempDir('resetscope-test-');
});
afterAll(() => dir.remove());

test('finds who writes the file and who writes what it was; reading is no writing', async () => {
  const path = join(dir.path, 'error.log');
  const [writer, reader] = [await open(path, 'a'), await open(path, 'r')];
  const mine = async (): Promise<readonly LogWriter[]> =>
    (await findLogWriters(path)).writers.filter(({ pid }) => pid === process.pid);
  expect(await mine()).toMatchObject([{ kind: 'log', path }]);
  await rename(path, `${path}.1`);
  await writeFile(path, '');
  expect(await mine()).toMatchObject([{ kind: 'former-log', path: `${path}.1` }]);
  await writer.close();
  await reader.close();
  expect(await mine()).toEqual([]);
});

const NGINX: LogWriter = { pid: 7, command: 'nginx', kind: 'log', path: '/e.log' };

test.each([
  { name: 'nginx alone', writers: [NGINX], nginxCount: 2, denied: 0, status: 'ok' },
  {
    name: 'nginx at the old file',
    writers: [NGINX, { ...NGINX, kind: 'former-log', path: '/e.log.1' } as const],
    nginxCount: 2,
    denied: 0,
    status: 'warn',
  },
  {
    name: 'another one too',
    writers: [NGINX, { ...NGINX, command: 'rsyslogd' }],
    nginxCount: 2,
    denied: 0,
    status: 'warn',
  },
  { name: 'nginx runs and writes elsewhere', writers: [], nginxCount: 2, denied: 0, status: 'warn' },
  { name: 'no nginx in sight', writers: [], nginxCount: 0, denied: 0, status: 'skipped' },
  { name: 'no right to look', writers: [], nginxCount: 2, denied: 1, status: 'skipped' },
])('$name: $status', ({ writers, nginxCount, denied, status }) => {
  expect(checkLogWriters('/e.log', { writers, nginxCount, deniedNginxCount: denied })).toMatchObject({
    id: 'error-log-writer',
    status,
  });
});
