/** `resetscope capture`: packets from the kernel into the ring. Wiring only. */
import { hostname } from 'node:os';
import { CaptureError, dropPrivileges, openAfPacket, type PacketSource } from '@resetscope/capture';
import { BlockBuilder, Mask, RingWriter } from '@resetscope/ring';
import { ClearError, connectRedis, createLogger, type RunningApp, runApp, startOpsServer } from '@resetscope/telemetry';
import { CaptureLoop } from './capture-loop.ts';
import { CaptureMetrics } from './capture-metrics.ts';
import { FlushQueue } from './flush-queue.ts';
import { type CaptureOptions, HELP, resolveOptions } from './options.ts';

/** What is left at the end may take this long to reach Redis. */
const STOP_TIMEOUT_MS = 2000;

/** Opens the sockets as the user that started us, then becomes another. @throws ClearError */
async function openSources(options: CaptureOptions): Promise<readonly PacketSource[]> {
  try {
    const sources: PacketSource[] = [];
    for (const name of options.interfaces) sources.push(await openAfPacket({ interface: name, ports: options.ports }));
    if (options.user !== null) dropPrivileges(options.user);
    return sources;
  } catch (error) {
    throw error instanceof CaptureError ? new ClearError(error.code, error.message, error.fix, error) : error;
  }
}

async function start(): Promise<RunningApp> {
  const options = resolveOptions(process.argv.slice(2), {
    env: process.env,
    hostname: hostname(),
    isRoot: process.getuid?.() === 0,
  });
  const log = createLogger('capture');
  const sources = await openSources(options);
  // Connected as the user we stay: a socket that this user may not open is found out now, not after the first hiccup.
  const redis = await connectRedis(options.redisUrl);
  const limits = { maxBytes: options.ringBytes, maxAgeUs: options.ringAgeUs };
  const writer = new RingWriter(redis, options.node, limits, Date.now() * 1000);
  const metrics: CaptureMetrics = new CaptureMetrics(log, options.ringBytes, () => queue.waitingBytes);
  const queue = new FlushQueue(writer, metrics);
  const mask = new Mask({ headers: options.maskHeaders, parameters: options.maskParameters });
  const loop = new CaptureLoop(sources, new BlockBuilder({ mask }), (flush) => queue.offer(flush), metrics);
  for (const source of sources) metrics.opened(source);
  const ops = await startOpsServer({
    listen: options.metricsListen,
    registry: metrics.registry,
    notReady: () => (redis.status === 'ready' ? null : 'Redis is away'),
  });
  loop.start();
  log.info({ interfaces: options.interfaces, node: options.node, ops: ops.address }, 'capturing');
  return {
    ready: { ops: ops.address },
    stop: async () => {
      loop.stop();
      await queue.close(STOP_TIMEOUT_MS);
      await ops.close();
      redis.disconnect();
    },
  };
}

if (process.argv.includes('--help')) process.stdout.write(HELP);
else await runApp('capture', start);
