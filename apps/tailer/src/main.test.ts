/** The program itself, as built, between a real log and a real Redis. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openResetQueue, type ResetQueue } from '@resetscope/jobs';
import {
  freePort,
  hasProgram,
  makeTempDir,
  type RedisServer,
  repositoryRoot,
  startRedis,
  type TempDir,
  waitUntil,
} from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { HELP } from './options.ts';

const MAIN = join(repositoryRoot(), 'apps', 'tailer', 'dist', 'main.js');
const built = describeIf(existsSync(MAIN), 'apps/tailer is not built (npm run build)');
const inRedis = describeIf(hasProgram('redis-server'), 'redis-server is not installed');

function resetLine(number: number): string {
  const client = 'client: 10.0.0.1, server: , request: "GET / HTTP/1.1", upstream: "http://10.0.0.2:80/", host: "a"';
  const what = 'recv() failed (104: Connection reset by peer) while reading response header from upstream';
  return `2026/11/22 06:35:12 [error] 7#7: *${number} ${what}, ${client}\n`;
}

class Tailer {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  output = '';
  ops = '';

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
    this.child.on('message', (message: { kind: string; ops: string }) => {
      if (message.kind === 'ready') this.ops = message.ops;
    });
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
  }

  async ready(): Promise<this> {
    const failed = this.ended.then(() => this.output);
    await waitUntil(() => this.ops !== '', { what: 'the tailer', failed });
    return this;
  }

  async metrics(): Promise<string> {
    return (await fetch(`http://${this.ops}/metrics`)).text();
  }

  /** Resolves once all these are among the metrics: a job is in the queue before the tailer hears of it. */
  async shows(...lines: readonly string[]): Promise<void> {
    let metrics = '';
    const areThere = async (): Promise<boolean> => {
      metrics = await this.metrics();
      return lines.every((line) => metrics.includes(`resetscope_tail_${line}\n`));
    };
    await waitUntil(areThere, { what: `the metrics ${lines.join(', ')}` });
  }

  async stop(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }
}

built('the tailer', () => {
  let dir: TempDir;
  let log: string;
  let tailers: Tailer[] = [];

  beforeEach(async () => {
    dir = await makeTempDir('resetscope-tailer-');
    log = join(dir.path, 'error.log');
    writeFileSync(log, resetLine(0));
  });

  afterEach(async () => {
    for (const tailer of tailers) await tailer.stop('SIGKILL');
    tailers = [];
    await dir.remove();
  });

  function run(args: readonly string[]): Tailer {
    const tailer = new Tailer(args);
    tailers.push(tailer);
    return tailer;
  }

  test('prints its help', async () => {
    const tailer = run(['--help']);
    expect(await tailer.ended).toBe(0);
    expect(tailer.output).toBe(HELP);
  });

  test.each([
    { name: 'an unknown flag', args: ['--nope'], code: 2, output: /^resetscope tailer: .*'--nope'.*--help"\n$/ },
    {
      name: 'a missing log',
      args: ['--error-log', '/nowhere/error.log'],
      code: 1,
      output: /^resetscope tailer: error log: expected a file at \/nowhere\/error\.log, got nothing there; .*\n$/,
    },
    {
      name: 'a Redis that is not there',
      args: ['--error-log', MAIN, '--redis', 'unix:/nowhere/redis.sock'],
      code: 1,
      output: /^resetscope tailer: Redis: expected a server at unix:\/nowhere\/redis\.sock.*\n$/,
    },
  ])('ends with one clear line: $name', async ({ args, code, output }) => {
    const tailer = run(args);
    expect(await tailer.ended).toBe(code);
    expect(tailer.output).toMatch(output);
  });

  inRedis('with Redis', () => {
    let server: RedisServer;
    let redis: Redis;
    let queue: ResetQueue;

    beforeEach(async () => {
      server = await startRedis({ dir: dir.path });
      redis = new Redis({ path: server.url.slice('unix:'.length), maxRetriesPerRequest: null });
      queue = openResetQueue(redis, () => undefined);
    });

    afterEach(async () => {
      await queue.close();
      redis.disconnect();
      await server.stop();
    });

    function follow(...more: string[]): Promise<Tailer> {
      const place = ['--error-log', log, '--checkpoint-dir', join(dir.path, 'state'), '--redis', server.url];
      return run([...place, '--node', 'web-1', '--metrics-listen', '127.0.0.1:0', ...more]).ready();
    }

    /** Connection numbers of the lines in the queue, in order. */
    async function queued(): Promise<readonly number[]> {
      const jobs = await queue.getJobs('waiting', 0, -1, true);
      return jobs.map((job) => Number(/\*(\d+) /.exec(job.data.raw)?.[1]));
    }

    /** Byte offset up to which the log is done with, by its checkpoint. */
    function committed(): number {
      const folder = join(dir.path, 'state');
      const [name = ''] = readdirSync(folder).filter((name) => /^error\.log.*\.json$/.test(name));
      return JSON.parse(readFileSync(join(folder, name), 'utf8')).files.at(-1).offset;
    }

    async function untilQueued(count: number): Promise<void> {
      await waitUntil(async () => (await queue.getWaitingCount()) >= count, { what: `${count} jobs` });
    }

    test('puts new lines of the family into the queue and nothing else', async () => {
      const tailer = await follow();
      appendFileSync(
        log,
        `2026/11/22 06:35:12 [notice] 7#7: signal process started\n${resetLine(1)}rest of a message\n`,
      );
      await untilQueued(1);
      const [job] = await queue.getJobs('waiting');
      expect(job?.data).toMatchObject({
        node: 'web-1',
        file: log,
        kind: 'reset-recv',
        raw: resetLine(1).trimEnd(),
      });
      expect(job?.id).toBe(job?.data.id);
      await tailer.shows('jobs_total{kind="reset-recv"} 1', 'lines_total{class="other"} 1', 'redis_up 1');
      expect(await tailer.stop('SIGTERM')).toBe(0);
    });

    test('of the family only the kinds that are asked for become jobs; the others are counted', async () => {
      const tailer = await follow('--kinds', 'upstream-timed-out');
      const timeout = resetLine(2).replace(
        'recv() failed (104: Connection reset by peer)',
        'upstream timed out (110: x)',
      );
      appendFileSync(log, resetLine(1) + timeout);
      await tailer.shows(
        'lines_total{class="left-out"} 1',
        'family_lines_total{kind="reset-recv"} 1',
        'family_lines_total{kind="upstream-timed-out"} 1',
        'jobs_total{kind="upstream-timed-out"} 1',
        'jobs_total{kind="reset-recv"} 0',
      );
      expect(await queued()).toEqual([2]);
    });

    test('killed and started again, over a rotation: every line once, in order', async () => {
      const first = await follow('--from', 'beginning');
      for (let number = 1; number < 500; number++) appendFileSync(log, resetLine(number));
      await untilQueued(1);
      await first.stop('SIGKILL');
      for (let number = 500; number < 600; number++) appendFileSync(log, resetLine(number));
      renameSync(log, `${log}.1`);
      for (let number = 600; number < 700; number++) appendFileSync(log, resetLine(number));
      const second = await follow('--from', 'beginning');
      await untilQueued(700);
      expect(await second.stop('SIGTERM')).toBe(0);
      const third = await follow('--from', 'beginning');
      appendFileSync(log, resetLine(700));
      await untilQueued(701);
      expect(await queued()).toEqual(Array.from({ length: 701 }, (_, number) => number));
      await third.shows('jobs_total{kind="reset-recv"} 1');
    });

    test('waits while Redis is away, says so once, and loses nothing', async () => {
      const tailer = await follow();
      await server.stop();
      for (let number = 1; number <= 50; number++) appendFileSync(log, resetLine(number));
      await tailer.shows('redis_up 0', `lag_bytes ${resetLine(1).length * 9 + resetLine(10).length * 41}`);
      server = await startRedis({ dir: dir.path });
      await untilQueued(50);
      expect(await queued()).toEqual(Array.from({ length: 50 }, (_, number) => number + 1));
      await tailer.shows('redis_up 1');
      await waitUntil(() => tailer.output.includes('Redis is back'), { what: 'the tailer to say so' });
      expect(tailer.output.match(/Redis is away/g)).toHaveLength(1);
      expect(tailer.output.match(/Redis is back/g)).toHaveLength(1);
    });

    test('sends again what Redis refused', async () => {
      const tailer = await follow();
      await redis.config('SET', 'maxmemory', '1');
      appendFileSync(log, resetLine(1));
      const isRefused = async (): Promise<boolean> => /queue_failures_total [1-9]/.test(await tailer.metrics());
      await waitUntil(isRefused, { what: 'the metric to count a refusal' });
      await redis.config('SET', 'maxmemory', '0');
      await untilQueued(1);
      expect(await queued()).toEqual([1]);
    });

    test('follows what a pattern finds, each log in its time zone', async () => {
      writeFileSync(log, '');
      const logs = ['--error-log', `${join(dir.path, 'shop*.log')}=Asia/Shanghai`, '--wait', '--from', 'beginning'];
      const tailer = await follow(...logs);
      const shop = join(dir.path, 'shop.log');
      appendFileSync(shop, resetLine(1));
      await untilQueued(1);
      renameSync(shop, `${shop}.1`);
      appendFileSync(shop, resetLine(2));
      appendFileSync(log, resetLine(3));
      await untilQueued(3);
      const jobs = await queue.getJobs('waiting');
      expect(new Set(jobs.map(({ data }) => `${data.file} ${data.timezone}`))).toEqual(
        new Set([`${shop} Asia/Shanghai`, `${log} undefined`]),
      );
      await tailer.shows('logs 2', `log_lag_bytes{log="${shop}"} 0`);
    });

    test('takes lines over syslog', async () => {
      const port = await freePort();
      const tailer = await follow('--syslog', `127.0.0.1:${port}=UTC`);
      const sender = createSocket('udp4');
      for (const text of [resetLine(1).trimEnd(), 'GET / 200', 'x']) {
        const datagram = text === 'x' ? 'no header' : `<187>Nov 22 06:35:12 web1 nginx: ${text}`;
        await new Promise((resolve) => sender.send(datagram, port, '127.0.0.1', resolve));
      }
      sender.close();
      await untilQueued(1);
      const [job] = await queue.getJobs('waiting');
      expect(job?.data).toMatchObject({ file: `syslog:127.0.0.1:${port}`, offset: 0, timezone: 'UTC' });
      expect(job?.data.raw).toBe(resetLine(1).trimEnd());
      const results = ['line', 'not-nginx', 'not-syslog'];
      await tailer.shows(...results.map((result) => `datagrams_total{result="${result}"} 1`));
      expect(await tailer.stop('SIGTERM')).toBe(0);
    });

    test('groups a storm when asked to: none of 10,000 lines is dropped, and a kill loses none', async () => {
      const storm = Array.from({ length: 10_000 }, (_, number) => resetLine(number + 1)).join('');
      const first = await follow('--storm-lines-per-second', '100');
      appendFileSync(log, storm);
      await untilQueued(100);
      await first.stop('SIGKILL');
      await follow('--storm-lines-per-second', '100');
      const counted = async (): Promise<number> => {
        const jobs = await queue.getJobs('waiting', 0, -1, true);
        return jobs.reduce((sum, { data }) => sum + 1 + (data.grouped ?? 0), 0);
      };
      await waitUntil(async () => (await counted()) >= 10_000, { what: 'every line to be counted' });
      expect(await queue.getWaitingCount()).toBeLessThan(300);
    });

    test('a storm that ends is in the queue a second later, and its checkpoint is saved', async () => {
      const tailer = await follow('--storm-lines-per-second', '1');
      appendFileSync(log, resetLine(1) + resetLine(2) + resetLine(3));
      await untilQueued(2);
      const jobs = await queue.getJobs('waiting', 0, -1, true);
      expect(jobs.map(({ data }) => [/\*(\d+) /.exec(data.raw)?.[1], data.grouped])).toEqual([
        ['1', undefined],
        ['2', 1],
      ]);
      await tailer.shows('grouped_lines_total{kind="reset-recv"} 1');
      await waitUntil(() => committed() === statSync(log).size, { what: 'the checkpoint' });
      await tailer.stop('SIGTERM');
      await redis.flushall();
      await follow('--storm-lines-per-second', '1');
      appendFileSync(log, resetLine(4));
      await untilQueued(1);
      expect(await queued()).toEqual([4]);
    });

    test('stops at once while Redis is away, and reads the lines again after that', async () => {
      const tailer = await follow();
      await server.stop();
      appendFileSync(log, resetLine(1));
      await waitUntil(() => tailer.output.includes('Redis is away'), { what: 'the tailer to notice' });
      expect(await tailer.stop('SIGTERM')).toBe(0);
      server = await startRedis({ dir: dir.path });
      await follow();
      await untilQueued(1);
      expect(await queued()).toEqual([1]);
    });
  });
});
