/** Everything the demo runs on: private Redis, upstreams, nginx, the apps. */
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ClearError, type ListenAddress, parseListenAddress } from '@resetscope/telemetry';
import { freePort, hasProgram, makeTempDir, type NginxServer } from '@resetscope/testkit';
import type { Cleanup } from '../cleanup.ts';
import { requireNoFailure } from '../finding.ts';
import { checkCapture } from '../host-checks.ts';
import { startPrivateRedis } from '../private-redis.ts';
import { metricsAddresses, type StackReady, startStack } from '../stack.ts';
import { Supervisor } from '../supervisor.ts';
import { type DemoUpstreams, startDemoNginx, startUpstreams } from './demo-nginx.ts';
import type { Progress } from './progress.ts';
import { Truth } from './truth.ts';

/** nginx and its upstreams talk over loopback. */
const INTERFACE = 'lo';

export interface Stage {
  readonly redisUrl: string;
  readonly nginx: NginxServer;
  readonly nginxAddress: ListenAddress;
  readonly upstreams: DemoUpstreams;
  readonly truth: Truth;
  readonly ready: StackReady;
  /** Settles with the failure of whatever ended first. */
  readonly failed: Promise<ClearError>;
}

/** Throws a ClearError before anything is started when the host lacks something. */
export function requireDemoHost(): void {
  requireNoFailure([checkCapture()]);
  for (const program of ['nginx', 'redis-server']) {
    if (hasProgram(program)) continue;
    const fix = `run npm run demo, which installs it, or apt-get install ${program}`;
    throw new ClearError('RS_PROGRAM_MISSING', `${program}: expected it to be installed`, fix);
  }
}

/** listen: of the page. Each thing started is left to `cleanup`. */
export async function setStage(listen: string, cleanup: Cleanup, progress: Progress): Promise<Stage> {
  const temp = await makeTempDir('resetscope-demo-');
  await cleanup.defer(temp.remove);
  const truth = new Truth();
  const redis = await progress.step('private Redis', () => startPrivateRedis({ kind: 'temporary' }));
  await cleanup.defer(redis.stop);
  const upstreams = await progress.step(
    'two upstreams',
    () => startUpstreams(truth),
    ({ addresses }) => `: ${addresses.join(', ')}`,
  );
  await cleanup.defer(upstreams.close);
  const nginx = await progress.step(
    'nginx',
    () => startDemoNginx(upstreams),
    ({ ports }) => `: 127.0.0.1:${ports[0]}`,
  );
  await cleanup.defer(nginx.stop);
  const supervisor = new Supervisor({ onLogLine: printLogLine, env: { LOG_LEVEL: 'warn', ...process.env } });
  await cleanup.defer(() => supervisor.stop());
  const address = await listenAddress(listen);
  const ready = await progress.step('capture, correlator, web, tailer', () =>
    startStack(supervisor, {
      redis,
      node: 'demo',
      errorLogs: [nginx.errorLog],
      accessLogs: [nginx.accessLog],
      checkpointDir: join(temp.path, 'checkpoint'),
      from: 'beginning',
      interfaces: [INTERFACE],
      ports: [...nginx.ports, ...[...upstreams.addresses, upstreams.deadAddress].map(portOf)],
      ringBytes: undefined,
      ringAge: undefined,
      user: undefined,
      timezone: undefined,
      listen: address,
      metricsListen: { tailer: '127.0.0.1:0', capture: '127.0.0.1:0', correlator: '127.0.0.1:0' },
    }),
  );
  progress.done(`page: ${ready.web.url}${address === listen ? '' : ` (${listen} is in use)`}`);
  progress.done(`metrics: ${metricsAddresses(ready)}`);
  const ended = [redis.ended, nginx.ended].map(async (end) => new ClearError('RS_APP_FAILED', await end));
  const failed = Promise.race([supervisor.failed, ...ended]);
  const nginxAddress = { host: '127.0.0.1', port: nginx.ports[0] ?? 0 };
  return { redisUrl: redis.url, nginx, nginxAddress, upstreams, truth, ready, failed };
}

/** The apps' logs are shown to whoever asks for a level. */
function printLogLine(_name: string, line: string): void {
  if (process.env['LOG_LEVEL'] !== undefined) process.stderr.write(`${line}\n`);
}

function portOf(address: string): number {
  return Number(address.split(':').at(-1));
}

/** The address asked for, or another port of the same host when that one is in use. */
async function listenAddress(text: string): Promise<string> {
  const { host, port } = parseListenAddress(text);
  const isFree = await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
  return isFree ? text : `${host.includes(':') ? `[${host}]` : host}:${await freePort(host)}`;
}
