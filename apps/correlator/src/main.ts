/** `resetscope correlator`: jobs and the ring into incidents. Wiring only. */
import { hostname } from 'node:os';
import { IncidentStore, knownIncidents } from '@resetscope/incidents';
import { type LineAnswers, openResetQueue, queueDepth, readLineLedger, startResetWorker } from '@resetscope/jobs';
import { connectRedis, createLogger, Heartbeat, type RunningApp, runApp, startOpsServer } from '@resetscope/telemetry';
import { CorrelatorMetrics } from './correlator-metrics.ts';
import { JobHandler } from './job-handler.ts';
import { LedgerGauge } from './ledger-gauge.ts';
import { HELP, resolveOptions } from './options.ts';
import { ToldByLines } from './unlogged-told.ts';
import { UnloggedWatcher } from './unlogged-watcher.ts';
import { startWebhook } from './webhook.ts';
import { WebhookMetrics } from './webhook-metrics.ts';
import { newsOptions } from './webhook-options.ts';

/** Queue depth is asked for this often. */
const DEPTH_EVERY_MS = 5000;
/** The ledger reads every open job. */
const LEDGER_EVERY_MS = 15_000;
/** On a quiet day no new incident pushes the old ones out. */
const PRUNE_EVERY_MS = 300_000;

async function start(): Promise<RunningApp> {
  const options = resolveOptions(process.argv.slice(2), process.env);
  const log = createLogger('correlator');
  const redis = await connectRedis(options.redis);
  const ringRedis = options.ringRedis === null ? redis : await connectRedis(options.ringRedis);
  const metrics = new CorrelatorMetrics(log);
  const { webhook } = options;
  const store = new IncidentStore(redis, { news: newsOptions(webhook) });
  const telling =
    webhook &&
    (await startWebhook({ redis, store, options: webhook, events: new WebhookMetrics(metrics.registry, log) }));
  const told = new ToldByLines(redis);
  const handler = new JobHandler({ redis, ringRedis, store, timezone: options.timezone, metrics, told });
  const notReady = (): string | null =>
    redis.status === 'ready' && ringRedis.status === 'ready' ? null : 'Redis is away';
  const ops = await startOpsServer({ listen: options.metricsListen, registry: metrics.registry, notReady });
  const heartbeat = new Heartbeat(redis, { app: 'correlator', node: hostname(), notReady });
  const worker = await startResetWorker(redis, handler.handle, { concurrency: options.concurrency, events: metrics });
  const queue = openResetQueue(redis, (error) => metrics.connectionFailed(error));
  const every = (ms: number, run: () => Promise<unknown>) =>
    setInterval(() => void run().catch((error: Error) => metrics.connectionFailed(error)), ms);
  const showDepth = async (): Promise<void> => metrics.queueDepth(await queueDepth(queue));
  const answers: LineAnswers = { counts: () => store.counts(), answered: (ids) => knownIncidents(redis, ids) };
  const ledgerGauge = new LedgerGauge(metrics.registry);
  const timers = [
    every(DEPTH_EVERY_MS, showDepth),
    every(LEDGER_EVERY_MS, async () => ledgerGauge.show(await readLineLedger(redis, queue, answers))),
    every(PRUNE_EVERY_MS, () => store.prune()),
  ];
  const watcher = new UnloggedWatcher({
    redis,
    ringRedis,
    store,
    told,
    events: metrics.unlogged,
    queueAgeUs: async () => (await queueDepth(queue)).oldestWaitingMs * 1000,
    listenPorts: options.listenPorts,
  });
  watcher.start();
  log.info({ ops: ops.address, timezone: options.timezone }, 'correlating');
  return {
    ready: { ops: ops.address },
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      await telling?.close();
      await watcher.close();
      await worker.close();
      await handler.close();
      await queue.close();
      await ops.close();
      await heartbeat.stop();
      ringRedis.disconnect();
      redis.disconnect();
    },
  };
}

if (process.argv.includes('--help')) process.stdout.write(HELP);
else await runApp('correlator', start);
