/** All apps of one host, wired to one Redis: the flags that each is started with, and the order. */
import { mkdir } from 'node:fs/promises';
import { type ReadyMessage, type RedisAccess, redisEnvironment } from '@resetscope/telemetry';
import type { AppName } from './apps.ts';
import type { Supervisor } from './supervisor.ts';

export interface StackSettings {
  readonly redis: RedisAccess;
  readonly node: string;
  readonly errorLogs: readonly string[];
  readonly syslog?: readonly string[];
  readonly accessLogs?: readonly string[];
  readonly accessLogFormat?: string | undefined;
  readonly stormLinesPerSecond?: string | undefined;
  readonly checkpointDir: string;
  /** Where the tailer begins in a log it has no checkpoint of. */
  readonly from: 'beginning' | 'end';
  readonly interfaces: readonly string[];
  /** TCP ports to capture, of nginx and its upstreams; undefined: all. */
  readonly ports: readonly number[] | undefined;
  /** As the capture reads them. */
  readonly portsFrom?: string | undefined;
  readonly filter?: string | undefined;
  readonly source?: string | undefined;
  /** TCP ports on which only nginx listens. */
  readonly listenPorts?: readonly number[] | undefined;
  /** Memory and age of the ring as the capture reads them; undefined: its defaults. */
  readonly ringBytes: string | undefined;
  readonly ringAge: string | undefined;
  /** The capture becomes this user; undefined: its default. */
  readonly user: string | undefined;
  readonly timezone: string | undefined;
  /** Of the page. */
  readonly listen: string;
  readonly usersFile?: string | undefined;
  readonly pageUrl?: string | undefined;
  readonly insecureNoSignIn?: boolean;
  /** Where each app serves /metrics; port 0 lets the kernel choose. */
  readonly metricsListen: Readonly<Record<Exclude<AppName, 'web'>, string>>;
}

export type StackReady = Readonly<Record<AppName, ReadyMessage>>;

/** `tailer 127.0.0.1:9151, capture ...`: where each serves /metrics. */
export function metricsAddresses({ tailer, capture, correlator, web }: StackReady): string {
  return [tailer, capture, correlator, web].map(({ app, ops }) => `${app} ${ops}`).join(', ');
}

/** Resolves when all work. The tailer comes last: packets must be in the ring before lines ask for them. */
export async function startStack(supervisor: Supervisor, settings: StackSettings): Promise<StackReady> {
  await mkdir(settings.checkpointDir, { recursive: true, mode: 0o700 });
  const flags = stackFlags(settings);
  // Not as flags: a URL may hold a password, and flags are seen by every user.
  const redis = redisEnvironment(settings.redis);
  const start = (name: AppName): Promise<ReadyMessage> => supervisor.start(name, flags[name], redis);
  const [capture, correlator, web] = await Promise.all([start('capture'), start('correlator'), start('web')]);
  return { capture, correlator, web, tailer: await start('tailer') };
}

/** The command line of each app. */
export function stackFlags(settings: StackSettings): Readonly<Record<AppName, readonly string[]>> {
  const node = ['--node', settings.node];
  const metrics = (name: Exclude<AppName, 'web'>): string[] => ['--metrics-listen', settings.metricsListen[name]];
  return {
    capture: [
      ...settings.interfaces.flatMap((name) => ['--interface', name]),
      ...[...node, ...metrics('capture')],
      ...optional('--ports', settings.ports?.join(',')),
      ...optional('--ports-from', settings.portsFrom),
      ...optional('--filter', settings.filter),
      ...optional('--source', settings.source),
      ...optional('--ring-bytes', settings.ringBytes),
      ...optional('--ring-age', settings.ringAge),
      ...optional('--user', settings.user),
    ],
    correlator: [
      ...[...node, ...metrics('correlator')],
      ...optional('--timezone', settings.timezone),
      ...optional('--listen-ports', settings.listenPorts?.join(',')),
    ],
    tailer: [
      ...settings.errorLogs.flatMap((path) => ['--error-log', path]),
      ...(settings.syslog ?? []).flatMap((address) => ['--syslog', address]),
      ...(settings.accessLogs ?? []).flatMap((path) => ['--access-log', path]),
      ...optional('--log-format', settings.accessLogFormat),
      ...optional('--storm-lines-per-second', settings.stormLinesPerSecond),
      ...['--checkpoint-dir', settings.checkpointDir, '--from', settings.from],
      ...[...node, ...metrics('tailer')],
    ],
    web: [
      ...['--listen', settings.listen],
      ...optional('--users-file', settings.usersFile),
      ...optional('--page-url', settings.pageUrl),
      ...(settings.insecureNoSignIn === true ? ['--insecure-no-sign-in'] : []),
    ],
  };
}

function optional(flag: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [flag, value];
}
