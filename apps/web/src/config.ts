/** Flags and environment of the web app. */
import { isIP } from 'node:net';
import {
  ClearError,
  formatListenAddress,
  type ListenAddress,
  parseFlags,
  parseListenAddress,
  REDIS_FLAGS,
  REDIS_HELP,
  type RedisAccess,
  RING_REDIS_FLAGS,
  RING_REDIS_HELP,
  redisAccessFrom,
  ringRedisAccessFrom,
} from '@resetscope/telemetry';
import { isLoopback } from './access/allowed-hosts.ts';

export interface WebConfig {
  readonly redis: RedisAccess;
  /** Where the captures keep the ring, when that is another Redis. */
  readonly ringRedis?: RedisAccess;
  readonly listen: ListenAddress;
  /** Default: nobody needs to sign in. */
  readonly users?: UsersPlace;
  /** Origin under which browsers reach the page: `https://resetscope.example.com`. Default: as it listens. */
  readonly pageUrl?: string;
  /** Host names besides those of `listen` and `pageUrl`. */
  readonly allowedHosts?: readonly string[];
  /** Proxies whose X-Forwarded-* headers are believed: addresses and networks. Default: nobody's. */
  readonly trustedProxies?: readonly string[];
  /** Of one client; 0: no limit. Default: DEFAULT_REQUESTS_PER_SECOND. */
  readonly requestsPerSecond?: number;
}

/** Where the lines about users are (access/users.ts). */
export type UsersPlace =
  | { readonly kind: 'file'; readonly path: string }
  /** Lines in an environment variable. */
  | { readonly kind: 'text'; readonly text: string };

/** A person who clicks and a page that follows a storm ask for less than ten (measured). */
export const DEFAULT_REQUESTS_PER_SECOND = 50;

export const HELP: string = `resetscope web: incident pages

Usage: resetscope web [--redis URL] [--listen HOST:PORT] [--users-file FILE]
       resetscope web --new-user NAME  [--roles ROLES]    a line for the users file, with a password
       resetscope web --new-token NAME [--roles ROLES]    the same for a program, with a token

  --redis URL            where the incidents are (REDIS_URL, default redis://127.0.0.1:6379);
${REDIS_HELP}${RING_REDIS_HELP}  --listen HOST:PORT     address of the pages, /metrics, /healthz and /readyz
                         (RESETSCOPE_LISTEN; default 127.0.0.1:9150; port 0 takes a free one)
  --users-file FILE      who may sign in, a line each: NAME:ROLES:HASH (RESETSCOPE_USERS_FILE;
                         or the lines themselves in RESETSCOPE_USERS); without it nobody needs to
  --insecure-no-sign-in  listen on an address that others reach although nobody needs to sign in
                         (RESETSCOPE_INSECURE_NO_SIGN_IN=1)
  --page-url URL         where browsers reach the page, behind a proxy: https://resetscope.example.com
                         (RESETSCOPE_PAGE_URL)
  --allow-host NAME      another host name that this server may be asked for; may be given several times
  --trust-proxy LIST     proxies that say who the client is: 10.0.0.0/8,127.0.0.1 (RESETSCOPE_TRUST_PROXY)
  --rate-limit N         requests a second of one client, averaged over ten; 0: no limit (default ${DEFAULT_REQUESTS_PER_SECOND})
  --new-user NAME        reads a password from standard input, prints the line, and ends
  --new-token NAME       makes a token, prints it on standard error and its line on standard output
  --roles ROLES          viewer (default), packets (captures too), editor (decides about groups),
                         metrics (only /metrics and /readyz); several with commas
  --help                 this text

The pages show addresses and URLs of your users. Without --users-file they are served on loopback only.
`;

const FLAGS = {
  ...REDIS_FLAGS,
  ...RING_REDIS_FLAGS,
  listen: { type: 'string' },
  'users-file': { type: 'string' },
  'insecure-no-sign-in': { type: 'boolean' },
  'page-url': { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
  'trust-proxy': { type: 'string' },
  'rate-limit': { type: 'string' },
} as const;

const DEFAULT_LISTEN = '127.0.0.1:9150';

type Environment = Readonly<Record<string, string | undefined>>;

/** `--help`, `--new-user` and `--new-token` are the caller's. Throws a ClearError for an unknown flag or a bad value. */
export function readConfig(args: readonly string[], env: Environment): WebConfig {
  const flags = parseFlags(args, FLAGS, 'see resetscope web --help');
  const listen = parseListenAddress(flags.listen ?? (env['RESETSCOPE_LISTEN'] || DEFAULT_LISTEN));
  const users = usersPlace(flags['users-file'] ?? env['RESETSCOPE_USERS_FILE'], env['RESETSCOPE_USERS']);
  const isInsecure = flags['insecure-no-sign-in'] ?? env['RESETSCOPE_INSECURE_NO_SIGN_IN'] === '1';
  if (users === undefined && !isLoopback(listen.host) && !isInsecure) throw openToOthers(listen);
  const pageUrl = flags['page-url'] ?? (env['RESETSCOPE_PAGE_URL'] || undefined);
  const proxies = flags['trust-proxy'] ?? (env['RESETSCOPE_TRUST_PROXY'] || undefined);
  const rate = flags['rate-limit'];
  const ringRedis = ringRedisAccessFrom(flags, env);
  return {
    redis: redisAccessFrom(flags, env),
    ...(ringRedis === null ? {} : { ringRedis }),
    listen,
    ...(users === undefined ? {} : { users }),
    ...(pageUrl === undefined ? {} : { pageUrl: parseOrigin(pageUrl) }),
    ...(flags['allow-host'] === undefined ? {} : { allowedHosts: flags['allow-host'] }),
    ...(proxies === undefined ? {} : { trustedProxies: proxies.split(',').map(parseProxy) }),
    ...(rate === undefined ? {} : { requestsPerSecond: parseRate(rate) }),
  };
}

function usersPlace(path: string | undefined, text: string | undefined): UsersPlace | undefined {
  if (path !== undefined && path !== '') return { kind: 'file', path };
  return text === undefined || text === '' ? undefined : { kind: 'text', text };
}

function openToOthers(listen: ListenAddress): ClearError {
  const where = formatListenAddress(listen);
  return new ClearError(
    'RS_USAGE',
    `--listen ${where}: expected --users-file, because others reach that address and the pages show addresses and URLs of your users, got none`,
    'make one with resetscope web --new-user, listen on 127.0.0.1, or say --insecure-no-sign-in (RESETSCOPE_INSECURE_NO_SIGN_IN=1)',
  );
}

/** Paths in our pages begin at the root, so a proxy has to give us a name of our own. */
function parseOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href;
  if (!isOrigin) throw usageError('--page-url', 'http://host or https://host without a path', text);
  return url.origin;
}

/** An address or a network (CIDR). */
function parseProxy(text: string): string {
  const [, address = '', length] = /^([\da-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? [];
  const version = isIP(address);
  if (version === 0 || Number(length ?? 0) > (version === 4 ? 32 : 128)) {
    throw usageError('--trust-proxy', 'addresses and networks like 10.0.0.0/8,127.0.0.1', text);
  }
  return text.trim();
}

function parseRate(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw usageError('--rate-limit', 'a whole number of requests a second', text);
  return Number(text);
}

function usageError(flag: string, expected: string, got: string): ClearError {
  const message = `expected ${flag} to be ${expected}, got ${JSON.stringify(got)}`;
  return new ClearError('RS_USAGE', message, 'see resetscope web --help');
}
