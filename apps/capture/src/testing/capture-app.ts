/** The built app as a child process, for tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@resetscope/testkit';

export const MAIN: string = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
export const isBuilt: boolean = existsSync(MAIN);
export const NOT_BUILT = 'apps/capture is not built';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartedCapture {
  readonly pid: number;
  /** Address of /metrics. */
  readonly ops: string;
  /** What it has logged so far, a JSON object a line. */
  log(): string;
  /** Waits for the `count`th line that holds this text. */
  logs(text: string, count?: number): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** wrapper: a command that execs what follows it, such as `ip netns exec NAME`. */
function spawnCapture(args: readonly string[], wrapper: readonly string[]): ChildProcess {
  const [program = '', ...rest] = [...wrapper, process.execPath, MAIN, ...args];
  return spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
}

/** Starts the app and waits until it captures. @throws Error with its output when it ends instead. */
export async function startCapture(args: readonly string[], wrapper: readonly string[] = []): Promise<StartedCapture> {
  const child = spawnCapture([...args, '--metrics-listen', '127.0.0.1:0'], wrapper);
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  let ended: string | null = null;
  const end = once(child, 'close').then(([code]) => {
    ended = `resetscope capture ended with ${code}: ${text}`;
    return code as number | null;
  });
  let ops = '';
  child.on('message', (message: { readonly kind: string; readonly ops: string }) => {
    if (message.kind === 'ready') ops = message.ops;
  });
  const failed = end.then(() => ended ?? '');
  await waitUntil(() => ops !== '', { what: 'the capture to be ready', failed });
  const logs = (wanted: string, count = 1): Promise<void> =>
    waitUntil(() => text.split(wanted).length > count, { what: `${count} times ${wanted} in the log`, failed });
  const stop = (): Promise<number | null> => {
    child.kill('SIGTERM');
    return end;
  };
  return { pid: child.pid ?? 0, ops, log: () => text, logs, stop };
}

/** Runs the app to its end. */
export async function runCapture(args: readonly string[], wrapper: readonly string[] = []): Promise<Ended> {
  const child = spawnCapture(args, wrapper);
  const text = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => {
    text.stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    text.stderr += chunk.toString();
  });
  await once(child, 'close');
  return { code: child.exitCode, ...text };
}
