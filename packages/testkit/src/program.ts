/**
 * Real programs as children: find them, start them so that they die with this process, wait for their end. Nothing here
 * knows nginx or Redis.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Directories searched after PATH: Debian keeps nginx, logrotate and ip out of an ordinary user's PATH. */
const SYSTEM_DIRS: readonly string[] = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin'];

/** Bytes of a program's output kept for the message of its failure. */
const OUTPUT_TAIL_LEN = 2048;

/** SIGTERM is followed by SIGKILL after this long. */
const STOP_TIMEOUT_MS = 5000;

/** Absolute path of an executable, or null. */
export function findProgram(name: string): string | null {
  const dirs = [...(process.env['PATH'] ?? '').split(delimiter).filter((dir) => dir !== ''), ...SYSTEM_DIRS];
  for (const dir of dirs) {
    const path = join(dir, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this directory
    }
  }
  return null;
}

export function hasProgram(name: string): boolean {
  return findProgram(name) !== null;
}

export interface StartedProgram {
  readonly pid: number;
  /** Settles when the program ended, however; the value says how, with the end of its output. Never rejects. */
  readonly ended: Promise<string>;
  /** SIGTERM, then SIGKILL; resolves when the program is gone. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts a program that gets SIGTERM from the kernel when this process dies, even by SIGKILL (prctl(2)
 * PR_SET_PDEATHSIG through setpriv(1); without setpriv it may outlive a killed parent). Ctrl-C of the terminal does not
 * reach it: it is stopped by stop(). Throws when the program is not installed.
 */
export async function startProgram(name: string, args: readonly string[]): Promise<StartedProgram> {
  const path = findProgram(name);
  if (path === null) throw new Error(`${name} is not installed`);
  const setpriv = findProgram('setpriv');
  const command = setpriv === null ? [path, ...args] : [setpriv, '--pdeathsig', 'TERM', '--', path, ...args];
  const child = spawn(command[0] ?? path, command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const ended = describeEnd(name, child);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  return { pid: child.pid ?? 0, ended, stop: () => stopChild(child, ended) };
}

function describeEnd(name: string, child: ChildProcess): Promise<string> {
  let tail = '';
  const keep = (chunk: Buffer): void => {
    tail = (tail + chunk.toString('latin1')).slice(-OUTPUT_TAIL_LEN);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`${name} did not start: ${error.message}`));
    child.once('close', (code, signal) => {
      const output = tail.trim() === '' ? '' : `: ${tail.trim()}`;
      resolve(`${name} ended with ${signal ?? `code ${code}`}${output}`);
    });
  });
}

async function stopChild(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(kill);
}
