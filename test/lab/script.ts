/** An actor in a process of its own, for what only the end of a process shows. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** Runs JavaScript (CommonJS) that dies with us (setpriv(1) --pdeathsig); what it prints is on stdout. */
export function spawnScript(script: string): ChildProcessByStdio<null, Readable, null> {
  const command = ['--pdeathsig', 'KILL', process.execPath, '-e', script];
  return spawn('setpriv', command, { stdio: ['ignore', 'pipe', 'inherit'] });
}
