/** The followers that are measured, each started so that what it has seen can be asked for: the numbers of the resets. */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../apps/cli/bin/resetscope.js', import.meta.url));
const PEER = fileURLToPath(new URL('./peer-tail.mjs', import.meta.url));

/** Labelled by line, so that a repeated one is seen. */
const MTAIL_BY_LINE = String.raw`counter resets by number
/: \*(?P<number>\d+) .*reset by peer/ {
  resets[$number]++
}
`;

/** A program that prints a line for each reset. */
class PrintingTool {
  #child;
  #numberOf;
  #idOf;
  /** By number: the ids it came under. */
  #seen = new Map();
  count = 0;
  /** Of the first and the last line, performance.now(). */
  firstAtMs;
  lastAtMs = 0;

  constructor(command, args, { numberOf, idOf = () => '' }) {
    this.#numberOf = numberOf;
    this.#idOf = idOf;
    this.#child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#line(line));
  }

  get pid() {
    return this.#child.pid;
  }

  #line(line) {
    this.count++;
    this.lastAtMs = performance.now();
    this.firstAtMs ??= this.lastAtMs;
    const number = this.#numberOf(line);
    const ids = this.#seen.get(number) ?? [];
    const id = this.#idOf(line);
    // the queue takes an id once; without ids every line counts
    if (id === '' || !ids.includes(id)) this.#seen.set(number, [...ids, id]);
  }

  /** How often each reset came, as the queue behind counts it. */
  async seen() {
    return new Map([...this.#seen].map(([number, ids]) => [number, ids.length]));
  }

  async stop() {
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGTERM');
    await closed;
  }
}

/** Has its numbers behind HTTP. */
class Mtail {
  #child;
  #url;

  constructor(args, port) {
    this.#url = `http://127.0.0.1:${port}/json`;
    this.#child = spawn('mtail', [...args, '--port', String(port), '--address', '127.0.0.1'], { stdio: 'ignore' });
  }

  get pid() {
    return this.#child.pid;
  }

  async seen() {
    const metrics = await fetch(this.#url).then(
      (answer) => answer.json(),
      () => [],
    );
    const resets = metrics.find((metric) => metric.Name === 'resets')?.LabelValues ?? [];
    return new Map(resets.map(({ Labels, Value }) => [Number(Labels[0]), Value.Value]));
  }

  async stop() {
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGTERM');
    await closed;
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** program: of mtail. dir: the tool's own; the log is not in it. */
function mtailArgs(program, dir, path) {
  const file = join(dir, 'resets.mtail');
  writeFileSync(file, program);
  return ['--progs', file, '--logs', path, '--log_dir', dir];
}

/** For reading a whole file and printing what was counted. */
export function mtailOnceArgs(dir, path) {
  return ['--one_shot', ...mtailArgs('counter resets\n/reset by peer/ {\n  resets++\n}\n', dir, path)];
}

export function mtailTotal(stdout) {
  return Number(/"Value": \{\s*"Value": (\d+)/.exec(stdout)?.[1]);
}

const peer = (name) => (_, path) => new PrintingTool(process.execPath, [PEER, name, path], { numberOf: Number });

export const TOOLS = {
  resetscope: (dir, path) =>
    new PrintingTool(
      process.execPath,
      [CLI, 'tail', '--error-log', path, '--checkpoint', dir, '--ndjson', '--from-beginning'],
      {
        numberOf: (line) => Number(/: \*(\d+) /.exec(line)?.[1]),
        idOf: (line) => /"id":"([^"]+)"/.exec(line)?.[1],
      },
    ),
  tail: peer('tail'),
  'tail-file': peer('tail-file'),
  mtail: async (dir, path) => new Mtail(mtailArgs(MTAIL_BY_LINE, dir, path), await freePort()),
};

/** The follower without parser and JSON: what the others do, and no more. */
export const FOLLOWER_ALONE = { 'resetscope follower alone': peer('follow') };

/** @returns the tool, started; its folder is made */
export async function startTool(name, dir, path) {
  mkdirSync(dir, { recursive: true });
  return { ...TOOLS, ...FOLLOWER_ALONE }[name](dir, path);
}

/** Nanoseconds of CPU that all threads of a process have had (Linux, /proc). */
export function cpuNs(pid) {
  const tasks = `/proc/${pid}/task`;
  const ofTask = (task) => Number(readFileSync(join(tasks, task, 'schedstat'), 'latin1').split(' ')[0]);
  return readdirSync(tasks).reduce((sum, task) => sum + ofTask(task), 0);
}
