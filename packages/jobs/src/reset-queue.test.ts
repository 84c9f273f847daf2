import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { hasProgram, type RedisServer, startRedis } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { deadLetters, retryDeadLetters } from './dead-letters.ts';
import { countLines, openJobs } from './open-jobs.ts';
import { createResetJob, groupResetJobs, type ResetJob } from './reset-job.ts';
import { addResetJobs, openResetQueue, queueDepth, type ResetQueue } from './reset-queue.ts';
import { type ResetHandler, type ResetWorker, startResetWorker, type WorkerEvents } from './reset-worker.ts';

const inRedis = describeIf(hasProgram('redis-server'), 'redis-server is not installed');

function resetJob(offset: number): ResetJob {
  const bytes = new TextEncoder().encode(`line at ${offset}`);
  return createResetJob({
    node: 'n',
    file: '/error.log',
    fileId: '1:2:3',
    offset,
    bytes,
    readAtUs: 1,
    unwrittenAtUs: null,
    kind: 'reset-recv',
  });
}

/** Events as a list, and a way to wait for the next of a kind. */
class Diary implements WorkerEvents {
  readonly entries: string[] = [];
  #wake: () => void = () => undefined;

  jobDone(): void {
    this.#note('done');
  }

  jobPostponed(): void {
    this.#note('postponed');
  }

  jobRetried(_id: string, error: Error): void {
    this.#note(`retried: ${error.message}`);
  }

  jobDead(_id: string, reason: string): void {
    this.#note(`dead: ${reason}`);
  }

  lockLost(): void {
    this.#note('lock lost');
  }

  connectionFailed(error: Error): void {
    this.#note(`connection: ${error.message}`);
  }

  /** Resolves once an entry of this beginning has come `count` times. */
  async saw(beginning: string, count = 1): Promise<void> {
    while (this.entries.filter((entry) => entry.startsWith(beginning)).length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #note(entry: string): void {
    this.entries.push(entry);
    this.#wake();
  }
}

inRedis('with a real Redis', () => {
  let server: RedisServer;
  let redis: Redis;
  let queue: ResetQueue;
  let workers: ResetWorker[] = [];

  beforeAll(async () => {
    server = await startRedis();
  });

  beforeEach(async () => {
    redis = new Redis({ path: server.url.slice('unix:'.length), maxRetriesPerRequest: null });
    await redis.flushall();
    queue = openResetQueue(redis, () => undefined);
  });

  afterEach(async () => {
    for (const worker of workers) await worker.close();
    workers = [];
    await queue.close();
    redis.disconnect();
  });

  afterAll(() => server.stop());

  async function work(handler: ResetHandler): Promise<Diary> {
    const diary = new Diary();
    workers.push(await startResetWorker(redis, handler, { concurrency: 4, events: diary }));
    return diary;
  }

  describe('addResetJobs', () => {
    test('adds in bulk, in order, under keys of one hash slot', async () => {
      const jobs = Array.from({ length: 1000 }, (_, offset) => resetJob(offset));
      await addResetJobs(queue, jobs);
      expect(await queueDepth(queue)).toMatchObject({ waiting: 1000, active: 0, delayed: 0, failed: 0 });
      const seen: number[] = [];
      const diary = await work(async (job) => {
        seen.push(job.offset);
        return 'done';
      });
      await diary.saw('done', 1000);
      expect(seen).toEqual(jobs.map((job) => job.offset));
      const keys = await redis.keys('*');
      expect(keys.filter((key) => !key.startsWith('{resetscope:queue}:'))).toEqual([]);
    });

    test('a replay makes no second job, before and after the first one ran', async () => {
      await addResetJobs(queue, [resetJob(1), resetJob(2)]);
      await addResetJobs(queue, [resetJob(1), resetJob(2), resetJob(3)]);
      expect((await queueDepth(queue)).waiting).toBe(3);
      const diary = await work(async () => 'done');
      await diary.saw('done', 3);
      await addResetJobs(queue, [resetJob(1), resetJob(3)]);
      expect((await queueDepth(queue)).waiting).toBe(0);
    });

    test('refuses a job that breaks the schema', async () => {
      await expect(addResetJobs(queue, [{ ...resetJob(1), node: '' }])).rejects.toThrow('node');
      expect((await queueDepth(queue)).waiting).toBe(0);
    });

    test('nothing is nothing', async () => {
      await addResetJobs(queue, []);
      expect(await queueDepth(queue)).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0, oldestWaitingMs: 0 });
    });
  });

  test('queueDepth tells the age of the oldest waiting job', async () => {
    await addResetJobs(queue, [resetJob(1)]);
    const added = (await queue.getJobs('waiting'))[0];
    await redis.hset(`{resetscope:queue}:resets:${added?.id}`, 'timestamp', Date.now() - 60_000);
    await addResetJobs(queue, [resetJob(2)]);
    const { oldestWaitingMs } = await queueDepth(queue);
    expect(oldestWaitingMs).toBeGreaterThanOrEqual(60_000);
    expect(oldestWaitingMs).toBeLessThan(120_000);
  });

  test('openJobs are those that have not ended well, and countLines the lines they stand for', async () => {
    const diary = await work(async (job) => {
      if (job.offset === 1) return 'done';
      return job.offset === 2 ? { kind: 'dead', reason: 'no' } : { kind: 'again', afterMs: 60_000 };
    });
    await addResetJobs(queue, [resetJob(1), groupResetJobs(resetJob(2), 6), groupResetJobs(resetJob(3), 41)]);
    await diary.saw('postponed');
    await diary.saw('dead');
    await diary.saw('done');
    const open = await openJobs(queue);
    expect(open).toEqual({ pending: [resetJob(3).id], dead: [resetJob(2).id] });
    expect(await countLines(redis, open.pending)).toBe(42);
    expect(await countLines(redis, [...open.dead, 'gone'])).toBe(8);
    expect(await countLines(redis, [])).toBe(0);
  });

  describe('a worker', () => {
    test('gives the handler the job as it was added', async () => {
      let got: unknown;
      const diary = await work(async (job, run) => {
        got = { job, run };
        return 'done';
      });
      await addResetJobs(queue, [resetJob(7)]);
      await diary.saw('done');
      expect(got).toMatchObject({ job: resetJob(7), run: { started: 1 } });
    });

    test('runs a job again when asked, more often than there are attempts, and then it is done', async () => {
      const started: number[] = [];
      const diary = await work(async (_job, run) => {
        started.push(run.started);
        return run.started < 9 ? { kind: 'again', afterMs: 1 } : 'done';
      });
      await addResetJobs(queue, [resetJob(1)]);
      await diary.saw('done');
      expect(started).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(diary.entries).toEqual([...Array(8).fill('postponed'), 'done']);
    });

    test('tries a job again after a failure', async () => {
      const diary = await work(async (_job, run) => {
        if (run.started === 1) throw new Error('the ring is away');
        return 'done';
      });
      await addResetJobs(queue, [resetJob(1)]);
      await diary.saw('done');
      expect(diary.entries).toEqual(['retried: the ring is away', 'done']);
    });

    test('makes a dead letter of a job whose attempts are used up, with the reason', async () => {
      const diary = await work(async () => {
        throw new Error('never works');
      });
      const { id } = resetJob(1);
      await queue.add('reset', resetJob(1), { jobId: id, attempts: 2, backoff: { type: 'fixed', delay: 1 } });
      await diary.saw('dead');
      expect(diary.entries).toEqual(['retried: never works', 'dead: never works']);
      expect((await queueDepth(queue)).failed).toBe(1);
      expect(await deadLetters(queue, 10)).toMatchObject([{ id, reason: 'never works', payload: resetJob(1) }]);
    });

    test.each([
      {
        name: 'another version',
        data: { ...resetJob(1), v: 9 },
        reason: /version 9, this program reads versions 1, 2, 3/,
      },
      { name: 'no job at all', data: { hello: 'world' }, reason: /invalid at v/ },
    ])('makes a dead letter of $name at once', async ({ data, reason }) => {
      let ran = false;
      const diary = await work(async () => {
        ran = true;
        return 'done';
      });
      await queue.add('reset', data as unknown as ResetJob, { jobId: 'odd' });
      await diary.saw('dead');
      expect(ran).toBe(false);
      expect(await deadLetters(queue, 10)).toMatchObject([
        { id: 'odd', reason: expect.stringMatching(reason), payload: data },
      ]);
    });

    test('makes a dead letter at once of a job that its handler gives up', async () => {
      const diary = await work(async () => ({ kind: 'dead', reason: 'no log entry' }));
      await addResetJobs(queue, [resetJob(1)]);
      await diary.saw('dead');
      expect(diary.entries).toEqual(['dead: no log entry']);
      expect(await deadLetters(queue, 10)).toMatchObject([{ id: resetJob(1).id, reason: 'no log entry' }]);
      expect(await deadLetters(queue, 0)).toEqual([]);
    });

    test('runs dead letters again when asked, one or all, with all their attempts', async () => {
      let isMended = false;
      const started: number[] = [];
      const diary = await work(async (_job, run) => {
        started.push(run.started);
        return isMended ? 'done' : { kind: 'dead', reason: 'not mended' };
      });
      const jobs = [resetJob(1), resetJob(2), resetJob(3)];
      await addResetJobs(queue, jobs);
      await diary.saw('dead', 3);
      isMended = true;
      const [first, second, third] = jobs.map(({ id }) => id);
      const never = 'f'.repeat(32);
      expect(await retryDeadLetters(queue, [first as string, never])).toEqual({ retried: [first], missing: [never] });
      await diary.saw('done');
      expect(await retryDeadLetters(queue, [first as string])).toEqual({ retried: [], missing: [first] });
      const { retried, missing } = await retryDeadLetters(queue, 'all');
      expect([[...retried].sort(), missing]).toEqual([[second, third].sort(), []]);
      await diary.saw('done', 3);
      expect(started).toEqual([1, 1, 1, 1, 1, 1]);
      expect((await queueDepth(queue)).failed).toBe(0);
    });

    test('says when a job is no longer its own', async () => {
      await addResetJobs(queue, [resetJob(1)]);
      let release = (): void => undefined;
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const diary = await work(async ({ id }) => {
        await redis.del(`{resetscope:queue}:resets:${id}:lock`);
        await released;
        return 'done';
      });
      await diary.saw('lock lost');
      release();
      expect(diary.entries.filter((entry) => entry.startsWith('connection'))).toEqual([]);
    });

    test('goes on after Redis dropped its connection', async () => {
      const own = await startRedis();
      const path = own.url.slice('unix:'.length);
      const connection = new Redis({ path, maxRetriesPerRequest: null, retryStrategy: () => 20 });
      const ownQueue = openResetQueue(connection, () => undefined);
      const diary = new Diary();
      const worker = await startResetWorker(connection, async () => 'done', { concurrency: 1, events: diary });
      await addResetJobs(ownQueue, [resetJob(1)]);
      await diary.saw('done');
      await connection.call('CLIENT', 'KILL', 'TYPE', 'normal');
      await addResetJobs(ownQueue, [resetJob(2)]);
      await diary.saw('done', 2);
      await worker.close();
      await ownQueue.close();
      connection.disconnect();
      await own.stop();
    });
  });
});
