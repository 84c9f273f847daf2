/** `resetscope tailer ...`: one app alone, with its own flags, as a child that shares this terminal. */
import { fork } from 'node:child_process';
import { ExitCode } from '@resetscope/telemetry';
import { type AppName, appMain } from './apps.ts';

/** Resolves with the app's exit code. Signals are passed on; when this process is killed the app stops by itself. */
export function runSingleApp(name: AppName, argv: readonly string[]): Promise<number> {
  const child = fork(appMain(name), [...argv], { stdio: 'inherit', detached: true });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? ExitCode.failed));
  });
}
