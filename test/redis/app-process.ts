/** One app as it is deployed: the built program as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, waitUntil } from '@resetscope/testkit';

export type AppName = 'capture' | 'tailer' | 'correlator' | 'web';

export function appMain(name: AppName): string {
  return join(repositoryRoot(), 'apps', name, 'dist', 'main.js');
}

export const areAppsBuilt: boolean = (['capture', 'tailer', 'correlator', 'web'] as const).every((name) =>
  existsSync(appMain(name)),
);

export class AppProcess {
  readonly name: AppName;
  /** Address of /metrics. */
  ops = '';
  /** Settles with the exit code. */
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;
  private said = '';

  private constructor(name: AppName, args: readonly string[], env: Readonly<Record<string, string>>) {
    this.name = name;
    this.child = spawn(process.execPath, [appMain(name), ...args], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, ...env },
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.said += chunk.toString();
    });
    this.child.on('message', (message: { readonly kind: string; readonly ops: string }) => {
      if (message.kind === 'ready') this.ops = message.ops;
    });
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
  }

  /** Resolves when it works. @throws Error with its output when it ends instead. */
  static async start(
    name: AppName,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<AppProcess> {
    const app = new AppProcess(name, args, env);
    const failed = app.ended.then((code) => `${name} ended with ${code}: ${app.said}`);
    await waitUntil(() => app.ops !== '', { what: `${name} to be ready`, failed });
    return app;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** What it has logged. */
  get log(): string {
    return this.said;
  }

  /** Sum of the samples of a metric whose labels hold this text. */
  async metric(name: string, labels = ''): Promise<number> {
    const text = await (await fetch(`http://${this.ops}/metrics`)).text();
    const samples = text.split('\n').filter((line) => new RegExp(`^${name}[{ ]`).test(line) && line.includes(labels));
    return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  /** Idempotent. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }
}
