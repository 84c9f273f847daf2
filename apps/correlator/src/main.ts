/** `resetscope correlator`: jobs and the ring into incidents. Wiring only. */
import { IncidentStore } from '@resetscope/incidents';
import { openResetQueue, queueDepth, startResetWorker } from '@resetscope/jobs';
import { connectRedis, createLogger, type RunningApp, runApp, startOpsServer } from '@resetscope/telemetry';
import { CorrelatorMetrics } from './correlator-metrics.ts';
import { JobHandler } from './job-handler.ts';
import { HELP, resolveOptions } from './options.ts';

/** Queue depth is asked for this often. */
const DEPTH_EVERY_MS = 5000;
/** On a quiet day no new incident pushes the old ones out. */
const PRUNE_EVERY_MS = 300_000;

async function start(): Promise<RunningApp> {
  const options = resolveOptions(process.argv.slice(2), process.env);
  const log = createLogger('correlator');
  const redis = await connectRedis(options.redisUrl);
  const metrics = new CorrelatorMetrics(log);
  const store = new IncidentStore(redis);
  const handler = new JobHandler({ redis, store, timezone: options.timezone, metrics });
  const ops = await startOpsServer({
    listen: options.metricsListen,
    registry: metrics.registry,
    notReady: () => (redis.status === 'ready' ? null : 'Redis is away'),
  });
  const worker = await startResetWorker(redis, handler.handle, { concurrency: options.concurrency, events: metrics });
  const queue = openResetQueue(redis, (error) => metrics.connectionFailed(error));
  const depth = setInterval(() => {
    queueDepth(queue).then(
      ({ waiting, active, delayed, failed }) => metrics.queueDepth({ waiting, active, delayed, failed }),
      (error: Error) => metrics.connectionFailed(error),
    );
  }, DEPTH_EVERY_MS);
  const pruning = setInterval(() => {
    store.prune().catch((error: Error) => metrics.connectionFailed(error));
  }, PRUNE_EVERY_MS);
  log.info({ ops: ops.address, timezone: options.timezone }, 'correlating');
  return {
    ready: { ops: ops.address },
    stop: async () => {
      clearInterval(depth);
      clearInterval(pruning);
      await worker.close();
      await handler.close();
      await queue.close();
      await ops.close();
      redis.disconnect();
    },
  };
}

if (process.argv.includes('--help')) process.stdout.write(HELP);
else await runApp('correlator', start);
