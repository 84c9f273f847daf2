/** Temporary directories that are removed also when their owner is killed. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TempDir {
  readonly path: string;
  /** Removes the directory and what is in it. Idempotent. */
  remove(): Promise<void>;
}

/** Reads until its owner is gone, gives programs that die with it a moment, then removes the directory. */
const GUARD_SCRIPT = 'cat >/dev/null; [ -d "$1" ] || exit 0; sleep 1; rm -rf -- "$1"';

/** Makes `<tmp>/<prefix>XXXXXX`, readable by its owner only. A shell outside our process group waits to remove it. */
export async function makeTempDir(prefix: string): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), prefix));
  const guard = spawn('/bin/sh', ['-c', GUARD_SCRIPT, 'sh', path], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => undefined);
  guard.unref();
  const pipe = guard.stdin;
  // The pipe must not keep this process alive, and the guard may have been killed before it is closed.
  (pipe as unknown as { unref(): void }).unref();
  pipe.on('error', () => undefined);
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true });
      pipe.end();
    },
  };
}
