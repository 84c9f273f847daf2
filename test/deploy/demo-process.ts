/** `resetscope demo` as a child: real nginx, real apps, traffic with resets, until it is stopped. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot, waitUntil } from '@resetscope/testkit';

const CLI = join(repositoryRoot(), 'apps', 'cli', 'bin', 'resetscope.js');

export interface DemoProcess {
  /** Address of each app's /metrics, by its name. */
  readonly metrics: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** @throws Error with what it said when it does not start */
export async function startDemoProcess(env: Readonly<Record<string, string>>): Promise<DemoProcess> {
  const child = spawn(process.execPath, [CLI, 'demo', '--listen', '127.0.0.1:0', '--json'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise<string>((resolve) => child.once('close', () => resolve(said)));
  const announced = (): string | undefined => /metrics: (.*)$/m.exec(said)?.[1];
  await waitUntil(() => announced() !== undefined, { what: 'the demo to be set up', timeoutMs: 30_000, failed: ended });
  const metrics = Object.fromEntries(
    (announced() ?? '').split(', ').map((part) => part.split(' ') as [string, string]),
  );
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  return { metrics, stop };
}
