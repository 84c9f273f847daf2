/** `resetscope tailer`: nginx error logs into the queue. Wiring only. */
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { openResetQueue, type ResetQueue } from '@resetscope/jobs';
import { checkLogs, LogSet, type LogSource, SyslogSource } from '@resetscope/log-source';
import { connectRedis, createLogger, Heartbeat, type RunningApp, runApp, startOpsServer } from '@resetscope/telemetry';
import { followAccessLogs } from './access-logs.ts';
import type { AccessTail } from './access-tail.ts';
import { LineWatch } from './line-watch.ts';
import { LogTail } from './log-tail.ts';
import { TailerMetrics } from './metrics.ts';
import { HELP, resolveOptions, type TailerOptions } from './options.ts';

/** At the end, Redis has this long to answer for the batch under way; unanswered, it is read again at the next start. */
const FINISH_MS = 500;

interface Tails {
  readonly sources: { readonly logs: LogSet; readonly syslog: readonly SyslogSource[] };
  stop(): Promise<void>;
}

async function start(): Promise<RunningApp> {
  const options = resolveOptions(process.argv.slice(2), { env: process.env, hostname: hostname() });
  await checkLogs(options.errorLogs, options.waitForLogs);
  const log = createLogger('tailer');
  const metrics = new TailerMetrics(log);
  const redis = await connectRedis(options.redis);
  const redisClosed = (): void => metrics.redisAway(new Error('connection closed'));
  redis.on('close', redisClosed);
  redis.on('ready', () => metrics.redisBack());
  const queue = openResetQueue(redis, (error) => metrics.redisAway(error));
  const access = await followAccessLogs(options, redis, metrics.registry, log);
  const tails = await startTails(options, queue, { metrics, access: access?.tail ?? null });
  const { logs, syslog } = tails.sources;
  metrics.observe({
    logs: () =>
      Promise.all([...logs.logs, ...syslog].map(async (one) => ({ name: one.name, status: await one.status() }))),
    syslog: () => Promise.all(syslog.map(async (one) => ({ name: one.name, kernelDrops: await one.kernelDrops() }))),
  });
  const notReady = (): string | null => (metrics.isRedisUp ? null : 'Redis is away');
  const ops = await startOpsServer({ listen: options.metricsListen, registry: metrics.registry, notReady });
  const heartbeat = new Heartbeat(redis, { app: 'tailer', node: options.node, notReady });
  log.info({ node: options.node, ops: ops.address }, 'ready');
  return {
    ready: { ops: ops.address },
    stop: async () => {
      const stopped = tails.stop().then(() => access?.stop());
      await Promise.race([stopped, pause(FINISH_MS, undefined, { ref: false })]);
      await heartbeat.stop();
      redis.off('close', redisClosed);
      redis.disconnect();
      await ops.close();
    },
  };
}

/** Every log and every syslog socket into the queue. */
async function startTails(
  options: TailerOptions,
  queue: ResetQueue,
  { metrics, access }: { readonly metrics: TailerMetrics; readonly access: AccessTail | null },
): Promise<Tails> {
  const { node, kinds, stormLinesPerSecond, syslog } = options;
  const ending = new AbortController();
  const stopped = ending.signal;
  const tail = (source: LogSource, watch: LineWatch): Promise<void> =>
    new LogTail({ source, watch, queue, node, kinds, stormLinesPerSecond, metrics, access, stopped }).run();
  const consumer = () => {
    const watch = new LineWatch();
    return { events: metrics, wanted: watch.wanted, run: (source: LogSource) => tail(source, watch) };
  };
  const logs = new LogSet({ ...options, logs: options.errorLogs, events: metrics, consumer });
  await logs.start();
  const sockets: { readonly source: SyslogSource; readonly running: Promise<void> }[] = [];
  for (const spec of syslog) {
    const { wanted, run } = consumer();
    const received = metrics.datagramReceived.bind(metrics);
    const source = new SyslogSource({ spec, wanted, received });
    await source.start();
    metrics.logFound(source.name);
    sockets.push({ source, running: run(source) });
  }
  const sources = { logs, syslog: sockets.map(({ source }) => source) };
  const stop = async (): Promise<void> => {
    ending.abort();
    await Promise.all([logs.stop(), ...sockets.map(({ source, running }) => source.stop().then(() => running))]);
  };
  return { sources, stop };
}

if (process.argv.includes('--help')) process.stdout.write(HELP);
else await runApp('tailer', start);
