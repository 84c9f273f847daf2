/** What `doctor` was asked to look at: the flags of `up`, and some of its own. */
import { ClearError } from '@resetscope/telemetry';
import { parseCount, parseFlags } from '../flags.ts';
import { UP_FLAGS, type UpOptions, upOptionsFrom } from '../up-options.ts';

const FLAGS = {
  ...UP_FLAGS,
  'nginx-config': { type: 'string' },
  'tailer-user': { type: 'string' },
  ops: { type: 'string', multiple: true },
  watch: { type: 'string' },
  stack: { type: 'boolean' },
  'ring-redis': { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** Two requests of a busy site, or one of a load balancer's health checks, fall into it. */
const DEFAULT_WATCH_SECONDS = 2;

export interface DoctorOptions extends UpOptions {
  /** `nginx`, which is asked for it, or a file. */
  readonly nginxConfig: string;
  /** Was nginx's configuration named, so that it must be readable? */
  readonly isConfigNamed: boolean;
  /** Who runs the tailer; undefined: whoever runs the doctor. */
  readonly tailerUser: string | undefined;
  /** Addresses of the apps, `http://host:port`. */
  readonly opsUrls: readonly string[];
  /** How long the interface is listened to. */
  readonly watchSeconds: number;
  /** Was a log of this host named? Was anything of it? */
  readonly namesLogs: boolean;
  readonly namesHost: boolean;
  /** Where the captures keep the ring; undefined: where everything else is. */
  readonly ringRedisUrl: string | undefined;
  /** Look at Redis and the apps alone. */
  readonly stackOnly: boolean;
  readonly json: boolean;
}

/** Throws a usage ClearError. */
export function resolveDoctorOptions(argv: readonly string[], env: NodeJS.ProcessEnv): DoctorOptions {
  const flags = parseFlags('doctor', argv, FLAGS);
  const namesLogs = flags['error-log'] !== undefined || flags.syslog !== undefined;
  const config = flags['nginx-config'] ?? flags['ports-from'];
  return {
    ...upOptionsFrom(flags, env),
    nginxConfig: config ?? 'nginx',
    isConfigNamed: config !== undefined,
    tailerUser: flags['tailer-user'],
    opsUrls: (flags.ops ?? []).map(parseOpsUrl),
    watchSeconds:
      flags.watch === undefined ? DEFAULT_WATCH_SECONDS : parseCount('watch', flags.watch, { min: 1, max: 600 }),
    namesLogs,
    namesHost: namesLogs || config !== undefined || flags.interface !== undefined,
    ringRedisUrl: flags['ring-redis'] ?? (env['RESETSCOPE_RING_REDIS'] || undefined),
    stackOnly: flags.stack === true,
    json: flags.json === true,
  };
}

/** `host:port` is enough. */
function parseOpsUrl(text: string): string {
  const whole = /^https?:\/\//.test(text) ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : null;
  if (url !== null && url.pathname === '/' && url.search === '') return url.origin;
  throw new ClearError(
    'RS_USAGE',
    `expected --ops to be an address like http://tailer:9151, got ${JSON.stringify(text)}`,
  );
}
