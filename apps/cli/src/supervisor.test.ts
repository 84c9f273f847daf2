import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeTempDir, type TempDir, waitUntil } from '@resetscope/testkit';
import type { AppName } from './apps.ts';
import { Supervisor } from './supervisor.ts';

/** Apps small enough to read: what each does over IPC, on stderr, and in the end. */
const APPS: Readonly<Record<string, string>> = {
  works: `process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000); console.error('{"level":30}');
    process.send({ kind: 'ready', app: 'web', ops: '127.0.0.1:1', url: 'http://127.0.0.1:1' });`,
  refuses: `process.send({ kind: 'failed', app: 'web', message: 'resetscope web: 127.0.0.1:80 is in use' });
    console.error('resetscope web: 127.0.0.1:80 is in use'); process.exit(1);`,
  'only prints': "console.error('resetscope web: no IPC here'); process.exit(1);",
  vanishes: 'process.exit(7);',
  'ends later': `process.send({ kind: 'ready', app: 'web', ops: '127.0.0.1:1' });
    process.on('message', () => {}); process.stdin; setTimeout(() => process.exit(5), 50);`,
};

let dir: TempDir;

beforeAll(async () => {
  dir = await makeTempDir('resetscope-test-');
  for (const [name, code] of Object.entries(APPS)) await writeFile(join(dir.path, `${name}.mjs`), code);
});
afterAll(() => dir.remove());

function supervise(app: string): { supervisor: Supervisor; logLines: string[] } {
  const logLines: string[] = [];
  const supervisor = new Supervisor({
    mainOf: () => join(dir.path, `${app}.mjs`),
    onLogLine: (name: AppName, line) => logLines.push(`${name} ${line}`),
  });
  return { supervisor, logLines };
}

test('resolves with what the app says of itself, and passes its log on', async () => {
  const { supervisor, logLines } = supervise('works');
  expect(await supervisor.start('web', [])).toMatchObject({ app: 'web', url: 'http://127.0.0.1:1' });
  await waitUntil(() => logLines.length === 1, { what: 'the log line' });
  expect(logLines).toEqual(['web {"level":30}']);
  await supervisor.stop();
  await supervisor.stop();
});

test.each([
  { app: 'refuses', says: 'web: 127.0.0.1:80 is in use' },
  { app: 'only prints', says: 'web: no IPC here' },
  { app: 'vanishes', says: 'web: ended with code 7 and said nothing' },
])('an app that $app fails with one clear line, told once', async ({ app, says }) => {
  const { supervisor, logLines } = supervise(app);
  await expect(supervisor.start('web', [])).rejects.toMatchObject({ code: 'RS_APP_FAILED', message: says });
  expect((await supervisor.failed).message).toBe(says);
  expect(logLines).toEqual([]);
  await supervisor.stop();
});

test('an app that ends after it was ready is a failure', async () => {
  const { supervisor } = supervise('ends later');
  await supervisor.start('web', []);
  expect((await supervisor.failed).message).toBe('web: ended with code 5 and said nothing');
});

test('an app stopped on purpose is none', async () => {
  const { supervisor } = supervise('works');
  await supervisor.start('web', []);
  await supervisor.stop();
  expect(await Promise.race([supervisor.failed, Promise.resolve('no failure')])).toBe('no failure');
});
