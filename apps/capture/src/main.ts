/** `resetscope capture`: packets from the kernel, or a file, into the ring. Wiring only. */
import { hostname } from 'node:os';
import { ANY_INTERFACE, dropPrivileges, type PacketSource, restartBare } from '@resetscope/capture';
import { BlockBuilder, Mask, RingHeldError, RingWriter, WRITER_CONNECTION } from '@resetscope/ring';
import {
  ClearError,
  connectRedis,
  createLogger,
  Heartbeat,
  type Logger,
  type RunningApp,
  runApp,
  startOpsServer,
} from '@resetscope/telemetry';
import { CaptureLoop } from './capture-loop.ts';
import { CaptureMetrics } from './capture-metrics.ts';
import { watchConnections } from './connection-metrics.ts';
import { FileReplay } from './file-replay.ts';
import { FlushQueue } from './flush-queue.ts';
import { clearly, openLiveSources } from './open-sources.ts';
import { type CaptureOptions, HELP, type LiveInput, resolveOptions } from './options.ts';

/** What is left at the end may take this long to reach Redis. */
const STOP_TIMEOUT_MS = 2000;
/** A file is read on while less than this waits for Redis: nothing of it is given up. */
const REPLAY_QUEUE_BYTES = 4 * 1024 * 1024;
const REPLAY_LOOK_MS = 50;

interface Input {
  readonly sources: readonly PacketSource[];
  /** null: live. */
  readonly replay: FileReplay | null;
  /** When the capture began. */
  readonly startUs: number;
}

/** Opens the sockets as the user that started us, then becomes another without any rights. @throws ClearError */
async function openInput({ input, user }: CaptureOptions, log: Logger, metrics: CaptureMetrics): Promise<Input> {
  const descriptors = usesAfPacket(input) ? await restartBare(input.interfaces.length, user) : [];
  const replay = input.kind === 'file' ? await clearly(async () => new FileReplay(input.path)) : null;
  const sources = input.kind === 'file' ? [] : await openLiveSources(input, descriptors, log, metrics);
  metrics.rightsDropped(await clearly(() => dropPrivileges(user)));
  return { sources: replay === null ? sources : [replay], replay, startUs: replay?.startUs ?? Date.now() * 1000 };
}

function usesAfPacket(input: CaptureOptions['input']): input is LiveInput {
  return input.kind === 'live' && input.source !== 'cap';
}

function seesSeveralInterfaces(input: CaptureOptions['input']): boolean {
  return input.kind === 'live' && (input.interfaces.length > 1 || input.interfaces.includes(ANY_INTERFACE));
}

/** @throws ClearError when another capture keeps the ring of this node. */
async function openRing(writer: RingWriter): Promise<void> {
  await writer.open().catch((error: unknown) => {
    throw error instanceof RingHeldError ? new ClearError('RS_RING_HELD', error.message, error.fix, error) : error;
  });
}

/** Ends the process, as a signal would, once all of the file is in the ring. */
function endWithFile(replay: FileReplay, queue: FlushQueue): void {
  replay.hasRoom = () => queue.waitingBytes < REPLAY_QUEUE_BYTES;
  const timer = setInterval(() => {
    if (!replay.isAtEnd || queue.waitingBytes > 0) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, REPLAY_LOOK_MS);
}

async function start(): Promise<RunningApp> {
  const options = resolveOptions(process.argv.slice(2), {
    env: process.env,
    hostname: hostname(),
    isRoot: process.getuid?.() === 0,
  });
  const log = createLogger('capture');
  const metrics: CaptureMetrics = new CaptureMetrics(log, options.ringBytes, () => queue.waitingBytes);
  const { sources, replay, startUs } = await openInput(options, log, metrics);
  // Connected as the user we stay: a socket that this user may not open is found out now, not after the first hiccup.
  const redis = await connectRedis(options.redis, WRITER_CONNECTION);
  const limits = { maxBytes: options.ringBytes, maxAgeUs: options.ringAgeUs };
  const writer = new RingWriter(redis, options.node, limits, startUs);
  await openRing(writer);
  const queue = new FlushQueue(writer, metrics);
  const mask = new Mask({ headers: options.maskHeaders, parameters: options.maskParameters });
  const builder = new BlockBuilder({ mask, severalInterfaces: seesSeveralInterfaces(options.input) });
  watchConnections(metrics.registry, builder);
  const loop = new CaptureLoop(sources, builder, (flush) => queue.offer(flush), metrics);
  for (const source of sources) metrics.opened(source);
  const notReady = (): string | null => (redis.status === 'ready' ? null : 'Redis is away');
  const ops = await startOpsServer({ listen: options.metricsListen, registry: metrics.registry, notReady });
  const heartbeat = new Heartbeat(redis, { app: 'capture', node: options.node, notReady });
  loop.start();
  if (replay !== null) endWithFile(replay, queue);
  log.info({ sources: sources.map(({ subject }) => subject), node: options.node, ops: ops.address }, 'capturing');
  return {
    ready: { ops: ops.address },
    stop: async () => {
      loop.stop();
      await queue.close(STOP_TIMEOUT_MS);
      await writer.release().catch(() => undefined);
      await heartbeat.stop();
      await ops.close();
      redis.disconnect();
    },
  };
}

if (process.argv.includes('--help')) process.stdout.write(HELP);
else await runApp('capture', start);
