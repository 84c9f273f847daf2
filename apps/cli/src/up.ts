/** `resetscope up`: all apps on this host, with a private Redis when none is given, until Ctrl-C or the first failure. */
import { join } from 'node:path';
import { ClearError, ExitCode, redisAccessFrom } from '@resetscope/telemetry';
import { Cleanup } from './cleanup.ts';
import { checkErrorLogLevel } from './doctor/error-log-level.ts';
import { findingLines } from './doctor/findings-text.ts';
import { checkErrorLog } from './error-log-check.ts';
import { requireNoFailure } from './finding.ts';
import { checkCapture, checkInterface, checkRedis } from './host-checks.ts';
import { startPrivateRedis } from './private-redis.ts';
import { metricsAddresses, type StackReady, startStack } from './stack.ts';
import { stopSignal } from './stop-signal.ts';
import { Supervisor } from './supervisor.ts';
import { Terminal } from './terminal.ts';
import { resolveUpOptions, type UpOptions } from './up-options.ts';

/** Ports beside the page's default 9150, so that Prometheus finds them again after a restart. */
const METRICS_LISTEN = { tailer: '127.0.0.1:9151', capture: '127.0.0.1:9152', correlator: '127.0.0.1:9153' };

export async function runUp(argv: readonly string[]): Promise<number> {
  const options = resolveUpOptions(argv, process.env);
  const stopped = stopSignal();
  const cleanup = new Cleanup();
  try {
    await Promise.race([up(options, cleanup), stopped]);
  } finally {
    await cleanup.run();
  }
  return ExitCode.ok;
}

/** Never resolves; rejects when something could not start or ended. */
async function up(options: UpOptions, cleanup: Cleanup): Promise<never> {
  await checkHost(options);
  const redis = options.redisUrl === undefined ? await startOwnRedis(options, cleanup) : null;
  const supervisor = new Supervisor({ onLogLine: (_name, line) => process.stderr.write(`${line}\n`) });
  await cleanup.defer(() => supervisor.stop());
  const ready = await startStack(supervisor, {
    ...options,
    redis: redis ?? redisAccessFrom({ redis: options.redisUrl }, process.env),
    checkpointDir: join(options.dataDir, 'checkpoint'),
    from: 'end',
    metricsListen: METRICS_LISTEN,
  });
  announce(options, ready);
  const redisEnded = redis?.ended.then((how) => new ClearError('RS_REDIS_UNAVAILABLE', `private ${how}`));
  throw await Promise.race([supervisor.failed, ...(redisEnded === undefined ? [] : [redisEnded])]);
}

/** Fails before anything is started; what else is not well is printed. */
async function checkHost(options: UpOptions): Promise<void> {
  const logs = await Promise.all(options.namedLogs.map(checkErrorLog));
  const redis = await checkRedis(options.redisUrl);
  const findings = [...logs, ...options.interfaces.map(checkInterface), checkCapture(options.user), ...redis];
  requireNoFailure(findings);
  const levels = await Promise.all(options.namedLogs.map((path) => checkErrorLogLevel(path, null)));
  const terminal = new Terminal(process.stderr, process.env);
  for (const finding of [...findings, ...levels]) {
    if (finding.status !== 'warn' && finding.status !== 'fail') continue;
    for (const line of findingLines(finding, terminal)) terminal.writeLine(line);
  }
}

async function startOwnRedis({ dataDir, user }: UpOptions, cleanup: Cleanup): ReturnType<typeof startPrivateRedis> {
  const redis = await startPrivateRedis({ kind: 'kept', dataDir }, user);
  await cleanup.defer(redis.stop);
  return redis;
}

function announce(options: UpOptions, ready: StackReady): void {
  console.log(
    `following  ${[...options.errorLogs, ...options.syslog.map((address) => `syslog ${address}`)].join(', ')}`,
  );
  console.log(`capturing  ${options.interfaces.join(', ')}`);
  console.log(`page       ${ready.web.url ?? `http://${options.listen}`}`);
  console.log(`metrics    ${metricsAddresses(ready)}`);
  console.log('Ctrl-C stops everything.');
}
