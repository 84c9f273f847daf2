/** `resetscope tail`, killed again and again while the log is written and rotated: every line comes, under one id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { makeTempDir, repositoryRoot, type TempDir, waitUntil } from '@resetscope/testkit';

const CLI = join(repositoryRoot(), 'apps', 'cli', 'bin', 'resetscope.js');
const KILLS = 3;
const LINES_PER_FILE = 2000;
const TIMEOUT_MS = 60_000;

interface Printed {
  readonly id: string;
  readonly raw: string;
}

/** One run of the program. */
class TailRun {
  /** Whole lines only: the last one of a killed program may be torn, and was not delivered. */
  readonly lines: Printed[] = [];
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;

  constructor(path: string, checkpointDir: string) {
    const args = [CLI, 'tail', '--error-log', path, '--checkpoint', checkpointDir, '--ndjson', '--from-beginning'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#child = child;
    this.#closed = new Promise((resolve) => child.once('close', resolve));
    let torn = '';
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      const lines = (torn + text).split('\n');
      torn = lines.pop() ?? '';
      for (const line of lines) this.lines.push(JSON.parse(line));
    });
  }

  get last(): Printed | undefined {
    return this.lines.at(-1);
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<readonly Printed[]> {
    this.#child.kill(signal);
    await this.#closed;
    return this.lines;
  }
}

let temp: TempDir;
let path: string;
let running: TailRun | undefined;

beforeEach(async () => {
  temp = await makeTempDir('resetscope-tail-');
  path = join(temp.path, 'error.log');
});

afterEach(async () => {
  await running?.end('SIGKILL');
  await temp.remove();
});

const line = (number: number): string =>
  `2026/11/22 06:35:12 [info] 7#7: *${number} recv() failed (104: Connection reset by peer) while sending to client, client: 10.0.0.1, server: shop.test`;
const numberOf = ({ raw }: Printed): number => Number(/: \*(\d+) /.exec(raw)?.[1]);

function makeRoom(): void {
  let count = 1;
  while (existsSync(`${path}.${count}`)) count++;
  for (let number = count - 1; number >= 1; number--) renameSync(`${path}.${number}`, `${path}.${number + 1}`);
}

const ROTATE = {
  rename: () => {
    makeRoom();
    renameSync(path, `${path}.1`);
    writeFileSync(path, '');
  },
  copytruncate: () => {
    makeRoom();
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
  },
};

test.each(['rename', 'copytruncate'] as const)(
  'kill -9 over rotations by %s',
  async (kind) => {
    let written = 0;
    const write = (count: number): void => {
      const lines = Array.from({ length: count }, () => `${line(++written)}\n`);
      appendFileSync(path, lines.join(''));
      if (written % LINES_PER_FILE < count) ROTATE[kind]();
    };
    const printed: Printed[] = [];
    for (let kill = 1; kill <= KILLS; kill++) {
      write(1000);
      const run = new TailRun(path, join(temp.path, 'state'));
      running = run;
      // the first start takes rotated files for read
      if (kill === 1) await waitUntil(() => run.last !== undefined, { what: 'a line', timeoutMs: TIMEOUT_MS });
      const writing = setInterval(write, 5, 50);
      // in the middle of catching up, and later and later in the midst of what is being written
      const killAt = written - 500 + 1000 * kill;
      const isThere = (): boolean => run.last !== undefined && numberOf(run.last) >= killAt;
      await waitUntil(isThere, { what: `line ${killAt}`, timeoutMs: TIMEOUT_MS });
      printed.push(...(await run.end('SIGKILL')));
      clearInterval(writing);
    }
    write(1);
    const last = new TailRun(path, join(temp.path, 'state'));
    running = last;
    const isDone = (): boolean => last.last !== undefined && numberOf(last.last) === written;
    await waitUntil(isDone, { what: 'the last line', timeoutMs: TIMEOUT_MS });
    printed.push(...(await last.end('SIGTERM')));
    expect(new Set(printed.map(numberOf)).size).toBe(written);
    expect(new Set(printed.map(({ id }) => id)).size).toBe(written);
  },
  TIMEOUT_MS,
);
