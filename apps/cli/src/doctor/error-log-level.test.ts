import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeTempDir, type TempDir } from '@resetscope/testkit';
import { checkConfiguredLog, checkErrorLogLevel } from './error-log-level.ts';
import type { NginxFacts } from './nginx-facts.ts';

let dir: TempDir;
let log: string;

beforeAll(async () => {
  dir = await makeTempDir('resetscope-test-');
  log = join(dir.path, 'error.log');
});
afterAll(() => dir.remove());

function configured(...errorLogs: NginxFacts['errorLogs']): NginxFacts {
  return { errorLogs, accessLogs: [], formats: new Map(), ports: [], unixSockets: [] };
}

const LINE = '2026/11/22 06:35:12 [error] 1#1: *1 x\n';

test('without a configuration the lines tell', async () => {
  await writeFile(log, '');
  expect(await checkErrorLogLevel(log, null)).toMatchObject({ id: 'error-log-level', status: 'skipped' });
  await writeFile(log, LINE);
  expect(await checkErrorLogLevel(log, null)).toMatchObject({
    status: 'warn',
    message: expect.stringContaining('none of 1 lines is [info]: resets by clients may not be logged'),
    fix: `in nginx.conf: error_log ${log} info; then nginx -s reload`,
  });
  await appendFile(log, LINE.repeat(30));
  expect(await checkErrorLogLevel(log, null)).toHaveProperty('message', expect.stringContaining('are not logged'));
  await appendFile(log, LINE.replace('error', 'info'));
  expect(await checkErrorLogLevel(log, null)).toMatchObject({ status: 'ok' });
});

test.each([
  { level: 'info', status: 'ok' },
  { level: 'debug_http', status: 'ok' },
  { level: 'notice', status: 'warn' },
  { level: 'error', status: 'warn' },
])('configured at $level: $status, whatever the lines are', async ({ level, status }) => {
  await writeFile(log, LINE);
  expect(await checkErrorLogLevel(log, configured({ target: log, level }))).toMatchObject({ status });
});

test('one server that hides clients is enough', async () => {
  const facts = configured({ target: log, level: 'info' }, { target: log, level: 'crit' });
  expect(await checkErrorLogLevel(log, facts)).toMatchObject({
    status: 'warn',
    message: expect.stringMatching(/^crit,/),
  });
});

test('a log that nginx does not know', () => {
  expect(checkConfiguredLog('/a.log', configured({ target: '/a.log', level: 'info' }))).toBeNull();
  expect(checkConfiguredLog('/a.log', configured({ target: '/b.log', level: 'info' }))).toMatchObject({
    id: 'error-log',
    status: 'warn',
    fix: 'follow --error-log /b.log',
  });
  expect(checkConfiguredLog('/a.log', configured({ target: 'stderr', level: 'info' }))).toMatchObject({
    fix: 'in nginx.conf: error_log /a.log info;',
  });
});
