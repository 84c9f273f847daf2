/** Measures again what a document says and rewrites it: the tests that hold the document to it run with UPDATE_GOLDEN=1. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './bootstrap.mjs';

/** tests: a folder below test/. Returns the exit code. */
export function rewriteGolden(tests) {
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const flags = ['--no-warnings', '--experimental-vm-modules', jest, join('test', tests)];
  const env = { ...process.env, UPDATE_GOLDEN: '1' };
  return spawnSync(process.execPath, flags, { cwd: root, env, stdio: 'inherit' }).status ?? 1;
}
