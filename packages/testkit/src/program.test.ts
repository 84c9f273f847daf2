import { spawn } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { testIf } from './jest.ts';
import { findProgram, hasProgram, startProgram } from './program.ts';
import { repositoryRoot } from './repository.ts';
import { waitUntil } from './wait-until.ts';

/** Is there a process with this id? A zombie counts as gone: it waits for its reaper only. */
async function isAlive(pid: number): Promise<boolean> {
  const { readFile } = await import('node:fs/promises');
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  return stat !== '' && !/\) Z /.test(stat);
}

test('finds programs, also those outside of PATH', () => {
  expect(findProgram('sh')).toMatch(/^\/.*\/sh$/);
  expect(hasProgram('no-such-program-anywhere')).toBe(false);
});

test('refuses what is not installed', async () => {
  await expect(startProgram('no-such-program-anywhere', [])).rejects.toThrow(
    'no-such-program-anywhere is not installed',
  );
});

test('tells how a program ended, with its last words', async () => {
  const program = await startProgram('sh', ['-c', 'echo oops >&2; exit 3']);
  expect(await program.ended).toBe('sh ended with code 3: oops');
});

test('stop ends it, twice is once', async () => {
  const program = await startProgram('sleep', ['60']);
  await Promise.all([program.stop(), program.stop()]);
  expect(await program.ended).toBe('sleep ended with SIGTERM');
});

testIf(hasProgram('setpriv'), 'setpriv is not installed')('a program dies with a killed owner', async () => {
  const index = new URL('packages/testkit/dist/index.js', `file://${repositoryRoot()}`).href;
  const code = `const { startProgram } = await import(${JSON.stringify(index)});
    console.log((await startProgram('sleep', ['60'])).pid); setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = await new Promise<number>((resolve) => owner.stdout.once('data', (text) => resolve(Number(text))));
  expect(await isAlive(pid)).toBe(true);
  owner.kill('SIGKILL');
  await waitUntil(async () => !(await isAlive(pid)), { what: 'the orphan to end' });
});
