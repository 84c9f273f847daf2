import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  addResetJobs,
  createResetJob,
  openResetQueue,
  type ResetQueue,
  type ResetWorker,
  startResetWorker,
} from '@resetscope/jobs';
import { connectRedis, type RedisClient } from '@resetscope/telemetry';
import { hasProgram, type RedisServer, startRedis, waitUntil } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { readDeadOptions } from './jobs/options.ts';
import { CLI, resetscope } from './testing/run-cli.ts';

const MAIN = join(dirname(CLI), '..', 'dist', 'main.js');

const NO_EVENTS = {
  jobDone: () => undefined,
  jobPostponed: () => undefined,
  jobRetried: () => undefined,
  jobDead: () => undefined,
  lockLost: () => undefined,
  connectionFailed: () => undefined,
};

test.each([
  { args: ['--retry', 'all', '--retry', 'x'], message: /--retry all alone/ },
  { args: ['--limit', '0'], message: /--limit/ },
  { args: ['--speed', '1'], message: /unknown flag/ },
])('$args is refused', ({ args, message }) => {
  expect(() => readDeadOptions(args)).toThrow(message);
});

describeIf(hasProgram('redis-server') && existsSync(MAIN), 'needs redis-server and a built command line')(
  'resetscope jobs',
  () => {
    let server: RedisServer;
    let redis: RedisClient;
    let queue: ResetQueue;
    let worker: ResetWorker;
    let isMended = false;

    const jobAt = (offset: number, text: string) =>
      createResetJob({
        node: 'web-1',
        file: '/var/log/nginx/error.log',
        fileId: '1:2:3',
        offset,
        bytes: new TextEncoder().encode(text),
        readAtUs: 1,
        unwrittenAtUs: null,
        kind: 'reset-recv',
      });
    const jobs = [jobAt(0, 'fine'), jobAt(100, '\x1b[31mred'), jobAt(200, `long ${'x'.repeat(500)}`)];

    beforeAll(async () => {
      server = await startRedis();
      redis = await connectRedis(server.url);
      queue = openResetQueue(redis, () => undefined);
      worker = await startResetWorker(
        redis,
        async ({ offset }) => (offset === 0 || isMended ? 'done' : { kind: 'dead', reason: `not at ${offset}` }),
        { concurrency: 1, events: NO_EVENTS },
      );
      await addResetJobs(queue, jobs);
      await waitUntil(async () => (await queue.getFailedCount()) === 2, { what: 'two dead letters' });
    });
    afterAll(async () => {
      await worker.close();
      await queue.close();
      redis.disconnect();
      await server.stop();
    });

    const run = (...args: readonly string[]) => resetscope(['jobs', ...args, '--redis', server.url]);

    test('dead lists them with their reason, and nothing that a terminal obeys', async () => {
      const { code, stdout } = await run('dead');
      expect(code).toBe(0);
      expect(stdout).toContain('  not at 100\n  /var/log/nginx/error.log at 100\n  \\x1b[31mred\n');
      expect(stdout).toMatch(/x…\n\n/);
      expect(stdout).toMatch(/2 dead jobs\n$/);
      expect(stdout).not.toContain('\x1b');
      expect((await run('dead', '--limit', '1')).stdout).toMatch(/\n1 of 2 dead jobs\n$/);
    });

    test('as JSON', async () => {
      const { stdout } = await run('dead', '--json');
      expect(JSON.parse(stdout)).toMatchObject({ dead: 2, letters: [{ reason: 'not at 200' }, { id: jobs[1]?.id }] });
      expect(JSON.parse((await run('stat', '--json')).stdout)).toEqual({
        matched: 0,
        ambiguous: 0,
        unmatched: 0,
        pending: 0,
        dead: 2,
        lines: 2,
      });
      const words = '2 lines accepted: 0 matched, 0 ambiguous, 0 unmatched, 0 pending, 2 dead\n';
      expect((await run('stat')).stdout).toBe(words);
    });

    test('retry puts them back; what is not there is an error', async () => {
      isMended = true;
      const missing = await run('dead', '--retry', 'f'.repeat(32));
      expect(missing).toMatchObject({ code: 1, stdout: '0 run again\n' });
      expect(missing.stderr).toContain(`not among the dead jobs: "${'f'.repeat(32)}"`);
      expect(await run('dead', '--retry', jobs[1]?.id ?? '')).toMatchObject({ code: 0, stdout: '1 run again\n' });
      const all = await run('dead', '--retry', 'all', '--json');
      expect(JSON.parse(all.stdout)).toEqual({ retried: [jobs[2]?.id], missing: [] });
      await waitUntil(async () => (await queue.getCompletedCount()) === 3, { what: 'all jobs to be done' });
      expect((await run('dead')).stdout).toBe('0 dead jobs\n');
    });

    test.each([
      { args: ['jobs'], code: 2, stderr: /expected stat or dead after jobs, got nothing/ },
      { args: ['jobs', 'alive'], code: 2, stderr: /got "alive"/ },
      {
        args: ['jobs', 'dead', '--redis', 'redis://127.0.0.1:1'],
        code: 1,
        stderr: /^resetscope jobs: Redis: expected/,
      },
      { args: ['jobs', 'dead', '--redis', 'http://x'], code: 2, stderr: /expected redis:/ },
    ])('$args fails clearly', async ({ args, code, stderr }) => {
      const outcome = await resetscope(args);
      expect([outcome.code, outcome.stdout]).toEqual([code, '']);
      expect(outcome.stderr).toMatch(stderr);
    });
  },
);
