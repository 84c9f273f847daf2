/** The whole system on real nginx, real packets and a real Redis: every provoked reset is explained rightly. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { canCapture, hasProgram, makeTempDir, repositoryRoot, type TempDir, waitUntil } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';

const CLI = join(repositoryRoot(), 'apps', 'cli', 'bin', 'resetscope.js');
const TRAFFIC_SECONDS = 10;
/** Set-up, traffic, up to ten seconds for the last incidents, and room for a busy machine. */
const TIMEOUT_MS = 90_000;

interface Summary {
  readonly provoked: number;
  readonly logged: number;
  readonly matched: number;
  readonly right: number;
  readonly causes: readonly { readonly cause: string; readonly provoked: number; readonly right: number }[];
  readonly causesSeen: readonly string[];
  readonly healthyRequests: number;
  readonly healthProbes: number;
  readonly lines: Readonly<Record<'total' | 'matched' | 'ambiguous' | 'unmatched' | 'pending', number>>;
  readonly unexpected: readonly string[];
  readonly wrong: readonly unknown[];
}

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** tmp: where it makes its directories. */
function startDemo(
  tmp: string,
  argv: readonly string[],
): {
  readonly finished: Promise<Finished>;
  kill(signal: NodeJS.Signals): void;
  stderr(): string;
} {
  const child = spawn(process.execPath, [CLI, 'demo', '--listen', '127.0.0.1:0', ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: tmp },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const finished = new Promise<Finished>((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
  return { finished, kill: (signal) => child.kill(signal), stderr: () => stderr };
}

const canRun = canCapture() && hasProgram('nginx') && hasProgram('redis-server');

describeIf(canRun, 'the demo needs CAP_NET_RAW, nginx and redis-server')('resetscope demo', () => {
  let temp: TempDir;

  beforeEach(async () => {
    temp = await makeTempDir('resetscope-e2e-');
    // nginx's workers run as another user and must reach their directory in it
    await chmod(temp.path, 0o711);
  });
  afterEach(() => temp.remove());

  test(
    'explains every provoked reset that nginx logged',
    async () => {
      const { code, stdout, stderr } = await startDemo(temp.path, ['--seconds', String(TRAFFIC_SECONDS), '--json'])
        .finished;
      expect(stderr).toContain('✓ capture, correlator, web, tailer');
      const summary = JSON.parse(stdout) as Summary;
      expect(summary.wrong).toEqual([]);
      expect(summary.unexpected).toEqual([]);
      expect(summary.right).toBe(summary.logged);
      expect(summary.logged).toBe(summary.provoked);
      expect(summary.lines).toEqual({
        total: summary.logged,
        matched: summary.logged,
        ambiguous: 0,
        unmatched: 0,
        pending: 0,
      });
      expect(summary.causes.map(({ cause }) => cause)).toEqual(summary.causesSeen);
      expect(summary.causes).toHaveLength(10);
      expect(summary.healthProbes).toBeGreaterThan(100);
      expect(summary.healthyRequests).toBeGreaterThan(1000);
      expect(code).toBe(0);
      expect(await readdir(temp.path)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    '%s leaves no process and no directory behind',
    async (signal) => {
      const demo = startDemo(temp.path, ['--json']);
      await waitUntil(() => /matched/.test(demo.stderr()), { what: 'the first incident', timeoutMs: TIMEOUT_MS / 2 });
      // redis-server, nginx, four apps, and the guards of the directories.
      expect(processesNaming(`${temp.path}/`).length).toBeGreaterThanOrEqual(6);
      demo.kill(signal);
      await demo.finished;
      await waitUntil(async () => (await readdir(temp.path)).length === 0, { what: 'the directories to go' });
      await waitUntil(() => processesNaming(`${temp.path}/`).length === 0, { what: 'the processes to end' });
    },
    TIMEOUT_MS,
  );
});

/** Command lines of the processes that name something. */
function processesNaming(text: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandLine)
    .filter((line) => line.includes(text));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    // It has just ended.
    return '';
  }
}
