import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { repositoryRoot } from './repository.ts';
import { makeTempDir } from './temp-dir.ts';
import { waitUntil } from './wait-until.ts';

test('remove takes the directory and what is in it', async () => {
  const dir = await makeTempDir('resetscope-test-');
  await writeFile(join(dir.path, 'file'), 'x');
  await dir.remove();
  await dir.remove();
  expect(existsSync(dir.path)).toBe(false);
});

test('a killed owner leaves nothing behind', async () => {
  const index = new URL('packages/testkit/dist/index.js', `file://${repositoryRoot()}`).href;
  const code = `const { makeTempDir } = await import(${JSON.stringify(index)});
    console.log((await makeTempDir('resetscope-test-')).path); setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  const path = await new Promise<string>((resolve) =>
    owner.stdout.once('data', (text) => resolve(String(text).trim())),
  );
  expect(existsSync(path)).toBe(true);
  owner.kill('SIGKILL');
  await waitUntil(() => !existsSync(path), { what: 'the directory to go' });
});
