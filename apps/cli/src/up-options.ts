/** What `up` was asked to do, from flags and environment. `doctor` takes the same flags and some of its own. */
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { ANY_INTERFACE } from '@resetscope/capture';
import { isPattern, parseLogSpec, parseSyslogSpec } from '@resetscope/log-source';
import { isTimeZone } from '@resetscope/nginx-log';
import { ClearError, type Flags, parseListenAddress } from '@resetscope/telemetry';
import { parseFlags, parsePorts } from './flags.ts';

/** Debian's place (its nginx.conf). */
export const DEFAULT_ERROR_LOG = '/var/log/nginx/error.log';

export const UP_FLAGS = {
  'error-log': { type: 'string', multiple: true },
  syslog: { type: 'string', multiple: true },
  'access-log': { type: 'string', multiple: true },
  'log-format': { type: 'string' },
  'storm-lines-per-second': { type: 'string' },
  interface: { type: 'string', multiple: true },
  listen: { type: 'string' },
  'users-file': { type: 'string' },
  'page-url': { type: 'string' },
  'insecure-no-sign-in': { type: 'boolean' },
  ports: { type: 'string' },
  'ports-from': { type: 'string' },
  filter: { type: 'string' },
  source: { type: 'string' },
  'listen-ports': { type: 'string' },
  timezone: { type: 'string' },
  node: { type: 'string' },
  redis: { type: 'string' },
  'ring-bytes': { type: 'string' },
  'ring-age': { type: 'string' },
  'data-dir': { type: 'string' },
  user: { type: 'string' },
} as const;

export interface UpOptions {
  /** As given: paths or patterns, perhaps with a time zone. */
  readonly errorLogs: readonly string[];
  /** Of these, the files that are named: they must be there. */
  readonly namedLogs: readonly string[];
  /** As the tailer reads them: addresses to take syslog lines on. */
  readonly syslog: readonly string[];
  /** As given: paths or patterns. */
  readonly accessLogs: readonly string[];
  readonly accessLogFormat: string | undefined;
  readonly stormLinesPerSecond: string | undefined;
  readonly interfaces: readonly string[];
  /** Of the page, `host:port`. */
  readonly listen: string;
  /** As the page reads them: who may sign in, and where browsers reach it. */
  readonly usersFile: string | undefined;
  readonly pageUrl: string | undefined;
  /** The page may be served to others without a sign-in. */
  readonly insecureNoSignIn: boolean;
  /** TCP ports to capture, of nginx and its upstreams; undefined: all. */
  readonly ports: readonly number[] | undefined;
  /** As the capture reads them, each instead of `ports`: `nginx` or its configuration file, and a pcap-filter(7) expression. */
  readonly portsFrom: string | undefined;
  readonly filter: string | undefined;
  /** As the capture reads it: `af_packet` or `cap`. */
  readonly source: string | undefined;
  /** Ports on which only nginx listens, for losses without a line. */
  readonly listenPorts: readonly number[] | undefined;
  /** IANA name; undefined: this host's. */
  readonly timezone: string | undefined;
  /** Name of this host in keys and incidents. */
  readonly node: string;
  /** undefined: a private redis-server. */
  readonly redisUrl: string | undefined;
  readonly dataDir: string;
  /** As the capture reads them, `256m` and `15m`; undefined: its defaults. */
  readonly ringBytes: string | undefined;
  readonly ringAge: string | undefined;
  /** The capture becomes this user once its socket is open. */
  readonly user: string | undefined;
}

/** Throws a usage ClearError. */
export function resolveUpOptions(argv: readonly string[], env: NodeJS.ProcessEnv): UpOptions {
  return upOptionsFrom(parseFlags('up', argv, UP_FLAGS), env);
}

/** Throws a usage ClearError for a value. */
export function upOptionsFrom(flags: Flags<typeof UP_FLAGS>, env: NodeJS.ProcessEnv): UpOptions {
  const listen = flags.listen ?? '127.0.0.1:9150';
  parseListenAddress(listen);
  const syslog = flags.syslog ?? [];
  for (const text of syslog) parseSyslogSpec(text);
  const errorLogs = flags['error-log'] ?? (syslog.length > 0 ? [] : [DEFAULT_ERROR_LOG]);
  return {
    errorLogs,
    namedLogs: errorLogs.map((text) => parseLogSpec(text).path).filter((path) => !isPattern(path)),
    syslog,
    accessLogs: flags['access-log'] ?? [],
    accessLogFormat: flags['log-format'],
    stormLinesPerSecond: flags['storm-lines-per-second'],
    interfaces: flags.interface ?? [ANY_INTERFACE],
    listen,
    usersFile: flags['users-file'],
    pageUrl: flags['page-url'],
    insecureNoSignIn: flags['insecure-no-sign-in'] === true,
    ports: optionalPorts('ports', flags.ports),
    portsFrom: flags['ports-from'],
    filter: flags.filter,
    source: flags.source,
    listenPorts: optionalPorts('listen-ports', flags['listen-ports']),
    timezone: flags.timezone === undefined ? undefined : parseTimeZone(flags.timezone),
    node: flags.node ?? hostname(),
    redisUrl: flags.redis ?? (env['REDIS_URL'] || undefined),
    dataDir: flags['data-dir'] ?? defaultDataDir(env),
    ringBytes: flags['ring-bytes'],
    ringAge: flags['ring-age'],
    user: flags.user,
  };
}

function optionalPorts(flag: string, text: string | undefined): readonly number[] | undefined {
  return text === undefined ? undefined : parsePorts(flag, text);
}

function parseTimeZone(text: string): string {
  if (isTimeZone(text)) return text;
  const message = `expected --timezone to be a time zone like Europe/Berlin or UTC, got ${JSON.stringify(text)}`;
  throw new ClearError('RS_USAGE', message);
}

/** /var/lib/resetscope for root, otherwise below XDG_STATE_HOME (XDG Base Directory Specification). */
export function defaultDataDir(env: NodeJS.ProcessEnv): string {
  if (process.getuid?.() === 0) return '/var/lib/resetscope';
  return join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'resetscope');
}
