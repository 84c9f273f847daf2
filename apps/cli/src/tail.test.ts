/** The command as built, between a real log and a real pipe. */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  hasProgram,
  makeTempDir,
  nginxConfig,
  repositoryRoot,
  startNginx,
  type TempDir,
  waitUntil,
} from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { CLI, resetscope } from './testing/run-cli.ts';

const isBuilt = existsSync(join(repositoryRoot(), 'apps', 'cli', 'dist', 'tail.js'));
const built = describeIf(isBuilt, 'apps/cli is not built (npm run build)');

function resetLine(number: number): string {
  const what = 'recv() failed (104: Connection reset by peer) while reading response header from upstream';
  return `2026/11/22 06:35:12 [error] 7#7: *${number} ${what}, client: 10.0.0.1, server: , host: "a"\n`;
}

interface Printed {
  readonly id: string;
  readonly offset: number;
  readonly file: string;
  readonly raw: string;
  readonly entry: { readonly connectionNumber: number };
}

class Tail {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  stdout = '';
  stderr = '';
  /** Lines printed so far. */
  count = 0;

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, [CLI, 'tail', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk;
    });
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
  }

  read(): this {
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk;
      for (const byte of chunk) if (byte === 0x0a) this.count++;
    });
    return this;
  }

  async following(): Promise<this> {
    const failed = this.ended.then(() => this.stderr);
    await waitUntil(() => this.stderr.includes('following'), { what: 'the tail', failed });
    return this;
  }

  /** Whole lines only: a kill may tear the last. */
  printed(): readonly Printed[] {
    return this.stdout
      .slice(0, this.stdout.lastIndexOf('\n') + 1)
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Printed);
  }

  numbers(): readonly number[] {
    return this.printed().map(({ entry }) => entry.connectionNumber);
  }

  async until(count: number): Promise<void> {
    await waitUntil(() => this.count >= count, { what: `${count} lines` });
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }
}

built('resetscope tail', () => {
  let dir: TempDir;
  let log: string;
  let tails: Tail[] = [];

  beforeEach(async () => {
    dir = await makeTempDir('resetscope-tail-');
    log = join(dir.path, 'error.log');
    writeFileSync(log, '');
  });

  afterEach(async () => {
    for (const tail of tails) await tail.end('SIGKILL');
    tails = [];
    await dir.remove();
  });

  function start(...more: string[]): Tail {
    const tail = new Tail(['--error-log', log, '--checkpoint', join(dir.path, 'state'), '--ndjson', ...more]);
    tails.push(tail);
    return tail;
  }

  /** By the checkpoint; 0 before there is one. */
  function committedOffset(): number {
    const folder = join(dir.path, 'state');
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const name = names.find((name) => /^error\.log.*\.json$/.test(name));
    return name === undefined ? 0 : JSON.parse(readFileSync(join(folder, name), 'utf8')).files[0].offset;
  }

  const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, n) => from + n);
  const write = (from: number, to: number): void => appendFileSync(log, range(from, to).map(resetLine).join(''));

  test('prints lines of the family and no others, and goes on where it left off', async () => {
    write(0, 2);
    const first = await start('--from-beginning').read().following();
    appendFileSync(log, '2026/11/22 06:35:12 [notice] 7#7: exiting\nrest\n');
    write(2, 3);
    await first.until(3);
    expect(await first.end('SIGTERM')).toBe(0);
    expect(first.numbers()).toEqual([0, 1, 2]);
    write(3, 4);
    renameSync(log, `${log}.1`);
    write(4, 5);
    const second = await start().read().following();
    await second.until(2);
    expect(second.numbers()).toEqual([3, 4]);
    expect(second.printed()[0]?.file).toBe(log);
    expect(await second.end('SIGINT')).toBe(0);
  });

  test('killed, it repeats only what was not committed, under the same ids, and loses nothing', async () => {
    const count = 10_000;
    write(0, count);
    const offsets = new Map<string, number>();
    for (const killedAfter of [1, 4000, Number.POSITIVE_INFINITY]) {
      const committed = committedOffset();
      const tail = start('--from-beginning').read();
      const isEnough = (): boolean => tail.count >= killedAfter || tail.stdout.slice(-2000).includes(`*${count - 1} `);
      await waitUntil(isEnough, { what: 'lines' });
      await tail.end('SIGKILL');
      expect(tail.printed()[0]?.offset).toBe(committed);
      for (const { id, offset } of tail.printed()) {
        expect(offsets.get(id) ?? offset).toBe(offset);
        offsets.set(id, offset);
      }
    }
    expect(offsets.size).toBe(count);
  }, 30_000);

  test('waits for a slow reader and commits nothing that was not taken', async () => {
    write(0, 20_000);
    const stalled = await start('--from-beginning').following();
    expect(await stalled.end('SIGTERM')).toBe(0);
    const next = start('--from-beginning').read();
    await next.until(1);
    expect(next.numbers()[0]).toBe(0);
  });

  test('ends quietly when nobody reads on, and repeats the line', async () => {
    const tail = await start().following();
    tail.child.stdout?.destroy();
    write(0, 1);
    expect(await tail.ended).toBe(0);
    expect(tail.stderr).not.toMatch(/Error|EPIPE/);
    const next = await start().read().following();
    await next.until(1);
    expect(next.numbers()).toEqual([0]);
  });

  test('ends also while a unix socket waits for datagrams', async () => {
    const tail = await start('--syslog', `unix:${join(dir.path, 'log.sock')}`).following();
    await waitUntil(() => tail.stderr.includes('log.sock'), { what: 'the socket' });
    tail.child.stdout?.destroy();
    write(0, 1);
    expect(await tail.ended).toBe(0);
  });

  describeIf(hasProgram('nginx'), 'nginx is not installed')('with nginx', () => {
    test('follows the logs of its servers by a pattern', async () => {
      const nginx = await startNginx({
        portCount: 2,
        config: (layout) =>
          nginxConfig(layout, {
            http: layout.ports
              .map(
                (port, n) => `server { listen 127.0.0.1:${port}; error_log ${layout.dir}/s${n}.error.log info;
                  location / { proxy_pass http://127.0.0.1:1; } }`,
              )
              .join('\n'),
          }),
      });
      const logs = ['--error-log', `${join(nginx.dir, '*.error.log')}`, '--from-beginning'];
      const tail = await start(...logs)
        .read()
        .following();
      for (const port of nginx.ports) expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(502);
      await tail.until(2);
      expect(
        tail
          .printed()
          .map(({ file, raw }) => [file.slice(-12), raw.includes('connect() failed (111')])
          .sort(),
      ).toEqual([
        ['s0.error.log', true],
        ['s1.error.log', true],
      ]);
      for (const { file, offset, raw } of tail.printed()) {
        expect(readFileSync(file, 'latin1').slice(offset, offset + raw.length)).toBe(raw);
      }
      await nginx.stop();
    });
  });
});

describe('resetscope tail is refused in one line', () => {
  test.each([
    { argv: ['--error-log', '/nowhere/error.log', '--checkpoint', '/nowhere'], code: 1, line: /got nothing there/ },
    { argv: ['--error-log', '/nowhere/*.log', '--checkpoint', '/nowhere'], code: 1, line: /to find a log, got none/ },
    { argv: ['--error-log', '/', '--checkpoint', '/nowhere'], code: 1, line: /got a folder/ },
    { argv: ['--error-log', CLI, '--checkpoint', `${CLI}/x`], code: 1, line: /expected a folder to write at/ },
    { argv: ['--syslog', 'unix:/nowhere/x.sock'], code: 1, line: /expected to make a socket at \/nowhere\/x\.sock/ },
    { argv: ['--frobnicate'], code: 2, line: /unknown flag "--frobnicate"/ },
  ])('$argv', async ({ argv, code, line }) => {
    const finished = await resetscope(['tail', ...argv]);
    expect(finished).toMatchObject({ code, stdout: '' });
    expect(
      finished.stderr
        .trimEnd()
        .split('\n')
        .filter((text) => !text.includes('following')),
    ).toEqual([expect.stringMatching(line)]);
  });
});
