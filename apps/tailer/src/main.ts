/** `resetscope tailer`: nginx error logs into the queue. Wiring only. */
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { FileCheckpointStore, Follower } from '@resetscope/follow';
import { openResetQueue } from '@resetscope/jobs';
import { ClearError, connectRedis, createLogger, type RunningApp, runApp, startOpsServer } from '@resetscope/telemetry';
import { checkErrorLog } from './log-check.ts';
import { LogTail } from './log-tail.ts';
import { TailerMetrics } from './metrics.ts';
import { HELP, resolveOptions, type TailerOptions } from './options.ts';

/** At the end, Redis has this long to answer for the batch under way; unanswered, it is read again at the next start. */
const FINISH_MS = 500;

/** Two logs of one name in different folders have checkpoints of different names. */
function checkpointFile(dir: string, path: string): string {
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 12);
  return join(dir, `${basename(path)}-${hash}.json`);
}

async function startFollower(path: string, options: TailerOptions, metrics: TailerMetrics): Promise<Follower> {
  const checkpoint = new FileCheckpointStore(checkpointFile(options.checkpointDir, path));
  const follower = new Follower({ path, checkpoint, events: metrics, from: options.from });
  try {
    await follower.start();
  } catch (error) {
    throw new ClearError(
      'RS_FILE_UNREADABLE',
      `checkpoints: expected a folder to write at ${options.checkpointDir}, got: ${(error as Error).message}`,
      'make it writable or give --checkpoint-dir',
      error,
    );
  }
  return follower;
}

async function start(): Promise<RunningApp> {
  const options = resolveOptions(process.argv.slice(2), { env: process.env, hostname: hostname() });
  for (const path of options.errorLogs) await checkErrorLog(path, options.waitForLogs);
  const log = createLogger('tailer');
  const metrics = new TailerMetrics(log);
  const redis = await connectRedis(options.redisUrl);
  const redisClosed = (): void => metrics.redisAway(new Error('connection closed'));
  redis.on('close', redisClosed);
  redis.on('ready', () => metrics.redisBack());
  const queue = openResetQueue(redis, (error) => metrics.redisAway(error));
  const followers: Follower[] = [];
  for (const path of options.errorLogs) followers.push(await startFollower(path, options, metrics));
  metrics.observe(() => Promise.all(followers.map((follower) => follower.status())));
  const ops = await startOpsServer({
    listen: options.metricsListen,
    registry: metrics.registry,
    notReady: () => (metrics.isRedisUp ? null : 'Redis is away'),
  });
  const tails = followers.map((follower) => new LogTail({ follower, queue, node: options.node, metrics }));
  const running = Promise.all(tails.map((tail) => tail.run()));
  log.info({ errorLogs: options.errorLogs, node: options.node, ops: ops.address }, 'following');
  return {
    ready: { ops: ops.address },
    stop: async () => {
      for (const tail of tails) await tail.stop();
      await Promise.race([running, pause(FINISH_MS, undefined, { ref: false })]);
      redis.off('close', redisClosed);
      redis.disconnect();
      await ops.close();
    },
  };
}

if (process.argv.includes('--help')) process.stdout.write(HELP);
else await runApp('tailer', start);
