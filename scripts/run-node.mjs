/** Runs a Node program in the place of this one: the same terminal, the same signals, the same exit code. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './bootstrap.mjs';

/**
 * Resolves with the exit code. Ctrl-C reaches the child from the terminal by itself; a SIGTERM is passed on. ipc: gives it
 * a channel that closes when this process is killed. onLine: gets its standard output by lines, which is otherwise ours.
 */
export function runNode(args, { cwd, env = process.env, ipc = false, onLine } = {}) {
  const stdio = ['inherit', onLine === undefined ? 'inherit' : 'pipe', 'inherit', ...(ipc ? ['ipc'] : [])];
  const child = spawn(process.execPath, args, { cwd, env, stdio });
  if (onLine !== undefined) createInterface({ input: child.stdout }).on('line', onLine);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}

/** options: as runNode. */
export function runJest(args, options = {}) {
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  return runNode(['--no-warnings', '--experimental-vm-modules', jest, ...args], { cwd: root, ...options });
}

/** Runs TypeScript as it stands, on the sources of the packages. hook: compiles it; main: below test/. */
export function runSources(hook, main, args) {
  const [hookFile, mainFile] = [hook, main].map((path) => join(root, 'test', path));
  return runNode(['--conditions=@resetscope/source', '--import', hookFile, mainFile, ...args]);
}
