/** A container of deploy/kubernetes as a process here: its command and arguments, with the rights that its securityContext leaves. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '@resetscope/testkit';
import type { Container } from './kubernetes-manifests.ts';

/** An app stops by itself within 5 s (telemetry's runApp); a busy machine takes longer. */
const GRACE_MS = 30_000;

export interface Sidecar {
  /** What it has written. */
  readonly said: () => string;
  /** Settles with the exit code. */
  readonly ended: Promise<number | null>;
  /** As Kubernetes ends a container: SIGTERM to its first process, SIGKILL to all of them (null then) after a while. */
  stop(): Promise<number | null>;
}

/** Programs that a container finds in its PATH; a pause of the shell is no time to wait in a test. */
export async function makePath(dir: string): Promise<string> {
  await symlink(join(repositoryRoot(), 'apps', 'cli', 'bin', 'resetscope.js'), join(dir, 'resetscope'));
  await writeFile(join(dir, 'sleep'), '#!/bin/sh\nexec /bin/sleep 0.1\n');
  await chmod(join(dir, 'sleep'), 0o755);
  return `${dir}:${process.env['PATH'] ?? ''}`;
}

/** args: of the container, with places of this host. Root with its capabilities and no others. */
export function startSidecar(
  { command = ['resetscope'], securityContext }: Container,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Sidecar {
  const { add = [] } = securityContext['capabilities'] as { readonly add?: readonly string[] };
  const kept = add.map((name) => `+${name.toLowerCase()}`);
  const rights = [`--bounding-set=${['-all', ...kept].join(',')}`, '--inh-caps=-all', '--no-new-privs', '--'];
  const child = spawn('setpriv', [...rights, ...command, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, to be killed as a whole.
    detached: true,
  });
  return follow(child);
}

function follow(child: ChildProcess): Sidecar {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const stop = async (): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return ended;
    child.kill('SIGTERM');
    const kill = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), GRACE_MS);
    const code = await ended;
    clearTimeout(kill);
    return code;
  };
  return { said: () => text, ended, stop };
}
