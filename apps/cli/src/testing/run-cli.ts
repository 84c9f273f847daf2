/** The command line as a user meets it: spawned, with its exit code and what it printed. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from '@resetscope/testkit';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Standard input; none when left out. */
  readonly input?: string | Uint8Array;
}

export const CLI: string = join(repositoryRoot(), 'apps', 'cli', 'bin', 'resetscope.js');

export function run(command: string, argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = spawn(command, argv, {
    // jest sets FORCE_COLOR for its workers when it is run on a terminal.
    env: { ...process.env, REDIS_URL: '', FORCE_COLOR: '', ...options.env },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdin?.end(options.input);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

export function resetscope(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return run(process.execPath, [CLI, ...argv], options);
}
