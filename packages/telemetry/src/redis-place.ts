/** Where a Redis is: the forms of its URL. Nothing is connected or looked up here. */
import { ClearError } from './clear-error.ts';

/**
 * `redis://host:port/db` and `rediss://` (TLS); `redis+sentinel://host:26379,host2/master-name/db`;
 * `redis+cluster://host:7000,host2:7001`; both also as `rediss+…`; `unix:/path/to.sock` (a plain path works too).
 * `user:password@` stands before the first host.
 */
export type RedisUrl = string;

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** How the hosts of a URL are to be understood. */
export type RedisPlace = Credentials &
  (
    | { readonly kind: 'socket'; readonly path: string }
    | { readonly kind: 'server'; readonly node: RedisNode; readonly db: number; readonly tls: boolean }
    | {
        readonly kind: 'sentinel';
        readonly sentinels: readonly RedisNode[];
        /** What the sentinels call the group of master and replicas. */
        readonly masterName: string;
        readonly db: number;
        readonly tls: boolean;
      }
    | { readonly kind: 'cluster'; readonly nodes: readonly RedisNode[]; readonly tls: boolean }
  );

/** undefined: the server's default user, no password. */
interface Credentials {
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** redis.conf `port`; sentinel.conf `port`. */
const DEFAULT_PORT = 6379;
const DEFAULT_SENTINEL_PORT = 26379;

/** @throws ClearError RS_USAGE, without the password. */
export function parseRedisUrl(url: RedisUrl): RedisPlace {
  const path = /^(?:unix:(?:\/\/)?)?(\/.*)$/.exec(url)?.[1];
  if (path !== undefined) return { kind: 'socket', path, user: undefined, password: undefined };
  const match = /^redis(s?)(\+sentinel|\+cluster)?:\/\/(?:([^@]*)@)?([^/?#]*)(?:\/([^?#]*))?$/.exec(url);
  if (match === null)
    throw wrongUrl(url, 'redis://host:port, rediss://, redis+sentinel://, redis+cluster:// or unix:/path');
  const [, s = '', form = '', credentials, hosts = '', rest = ''] = match;
  const common = { ...parseCredentials(url, credentials), tls: s === 's' };
  const [first = '', second = ''] = rest.split('/');
  if (form === '+sentinel') {
    if (first === '') throw wrongUrl(url, 'redis+sentinel://host:26379,host2/master-name');
    const sentinels = parseNodes(url, hosts, DEFAULT_SENTINEL_PORT);
    return { kind: 'sentinel', sentinels, masterName: decoded(url, first), db: parseDb(url, second), ...common };
  }
  if (form === '+cluster') {
    if (first !== '' && first !== '0') throw wrongUrl(url, 'no database: a cluster has only 0');
    return { kind: 'cluster', nodes: parseNodes(url, hosts, DEFAULT_PORT), ...common };
  }
  const [node, another] = parseNodes(url, hosts === '' ? '127.0.0.1' : hosts, DEFAULT_PORT);
  if (node === undefined || another !== undefined) {
    throw wrongUrl(url, 'one host; several are written as redis+cluster:// or redis+sentinel://');
  }
  return { kind: 'server', node, db: parseDb(url, first), ...common };
}

/** For messages: the same URL with its password masked. */
export function maskRedisUrl(url: RedisUrl): string {
  return url.replace(/(\/\/[^:@/]*):.*@/, '$1:***@');
}

function parseCredentials(url: RedisUrl, text: string | undefined): Credentials {
  const [, user = '', password] = /^([^:]*)(?::(.*))?$/.exec(text ?? '') ?? [];
  return {
    user: user === '' ? undefined : decoded(url, user),
    password: password === undefined || password === '' ? undefined : decoded(url, password),
  };
}

function parseNodes(url: RedisUrl, text: string, defaultPort: number): readonly RedisNode[] {
  return text.split(',').map((part) => {
    const [, bracketed, plain = '', digits] = /^(?:\[([^\]]+)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(part) ?? [];
    const host = bracketed ?? plain;
    const port = digits === undefined ? defaultPort : Number(digits);
    if (host === '' || port < 1 || port > 65535) {
      throw wrongUrl(url, `a host and a port from 1 to 65535 in ${JSON.stringify(part)}`);
    }
    return { host, port };
  });
}

function parseDb(url: RedisUrl, text: string): number {
  if (!/^\d{0,5}$/.test(text)) throw wrongUrl(url, `the number of a database at its end, got ${JSON.stringify(text)}`);
  return Number(text);
}

/** Percent-encoding, which a password with `@` or `/` needs. */
function decoded(url: RedisUrl, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrongUrl(url, 'valid percent-encoding (% itself is %25)');
  }
}

function wrongUrl(url: RedisUrl, expected: string): ClearError {
  return new ClearError('RS_USAGE', `Redis URL ${JSON.stringify(maskRedisUrl(url))}: expected ${expected}`);
}
