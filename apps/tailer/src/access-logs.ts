/** The access logs that the tailer was given, each followed into the AccessTail. */
import { join } from 'node:path';
import { AccessLines } from '@resetscope/jobs';
import { isPattern, LogSet, lookAtLog } from '@resetscope/log-source';
import { ClearError, type Logger, type Registry } from '@resetscope/telemetry';
import { AccessMetrics } from './access-metrics.ts';
import { AccessTail } from './access-tail.ts';
import type { TailerOptions } from './options.ts';

/** Beside those of the error logs: a container's log is both, and has a checkpoint as each. */
const CHECKPOINTS = 'access';

export interface FollowedAccess {
  readonly tail: AccessTail;
  /** Waits for what is on its way to Redis. */
  stop(): Promise<void>;
}

/** Null: none was given. redis: that of the queue. @throws ClearError RS_FILE_UNREADABLE */
export async function followAccessLogs(
  options: TailerOptions,
  redis: ConstructorParameters<typeof AccessLines>[0],
  registry: Registry,
  log: Logger,
): Promise<FollowedAccess | null> {
  const { accessLogs, accessLogFormat, checkpointDir, from, format, maxLogs, node, waitForLogs } = options;
  if (accessLogs.length === 0) return null;
  if (!waitForLogs) await Promise.all(accessLogs.map(({ path }) => requireLog(path)));
  const metrics = new AccessMetrics(registry, log);
  const stopped = new AbortController();
  const lines = new AccessLines(redis, node);
  const tail = new AccessTail({ lines, format: accessLogFormat, metrics, stopped: stopped.signal });
  const logs = new LogSet({
    logs: accessLogs,
    checkpointDir: join(checkpointDir, CHECKPOINTS),
    from,
    // nothing depends on it: an access log that a pattern finds later is followed then
    waitForLogs: true,
    format,
    maxLogs,
    events: metrics,
    consumer: () => tail.consumer(metrics),
  });
  await logs.start();
  const stop = async (): Promise<void> => {
    stopped.abort();
    await logs.stop();
    await tail.settled();
  };
  return { tail, stop };
}

async function requireLog(path: string): Promise<void> {
  const found = isPattern(path) ? null : await lookAtLog(path);
  if (found === null || found.kind === 'readable') return;
  const fix = found.kind === 'missing' ? 'compare with access_log in nginx.conf, or give --wait' : found.fix;
  const message = `access log: expected a file at ${path}, got ${found.got}`;
  throw new ClearError('RS_FILE_UNREADABLE', message, fix, found.cause);
}
