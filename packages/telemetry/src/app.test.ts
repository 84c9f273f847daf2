import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect } from '@jest/globals';
import { testIf } from '@resetscope/testkit/jest';

const built = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'resetscope-app-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Runs an app whose start() has this body; sends the signal once it is ready. */
async function run(
  body: string,
  onReady: (child: ReturnType<typeof fork>) => void,
): Promise<{ code: number | null; messages: unknown[]; stderr: string }> {
  const file = join(dir, `${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(
    file,
    `import { ClearError, runApp } from ${JSON.stringify(built)};\nawait runApp('thing', async () => {${body}});\n`,
  );
  const child = fork(file, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const messages: unknown[] = [];
  let stderr = '';
  child.stderr?.on('data', (bytes) => {
    stderr += bytes;
  });
  child.on('message', (message) => {
    messages.push(message);
    onReady(child);
  });
  // an exit may be told before the last message and the last line
  const [[code]] = await Promise.all([
    once(child, 'exit') as Promise<[number | null]>,
    once(child, 'disconnect'),
    once(child.stderr as Readable, 'end'),
  ]);
  return { code, messages, stderr };
}

const RUNS =
  "setInterval(() => undefined, 1000); return { ready: { ops: '127.0.0.1:1' }, stop: async () => undefined };";

describe('runApp', () => {
  const whenBuilt = testIf(existsSync(built), 'needs the build');

  whenBuilt('announces itself and stops on SIGTERM', async () => {
    const { code, messages } = await run(RUNS, (child) => child.kill('SIGTERM'));
    expect(messages).toEqual([{ kind: 'ready', app: 'thing', ops: '127.0.0.1:1' }]);
    expect(code).toBe(0);
  });

  whenBuilt('stops when its supervisor is gone', async () => {
    expect((await run(RUNS, (child) => child.disconnect())).code).toBe(0);
  });

  whenBuilt('a start that fails clearly is one line and its exit code', async () => {
    const { code, messages, stderr } = await run("throw new ClearError('RS_USAGE', 'wrong flag');", () => undefined);
    expect(stderr).toBe('resetscope thing: wrong flag\n');
    expect(messages).toEqual([{ kind: 'failed', app: 'thing', message: 'resetscope thing: wrong flag' }]);
    expect(code).toBe(2);
  });

  whenBuilt('a bug keeps its stack', async () => {
    const { code, stderr } = await run("throw new TypeError('boom');", () => undefined);
    expect(stderr).toMatch(/internal error: TypeError: boom\n\s+at /);
    expect(code).toBe(1);
  });
});
