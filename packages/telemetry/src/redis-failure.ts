/** Why a first connection to Redis failed, for a person: nobody there, not let in, TLS, or a cluster that does not serve. */
import { ClearError, type ClearErrorCode } from './clear-error.ts';
import { maskRedisUrl, type RedisPlace, type RedisUrl } from './redis-place.ts';

interface Reading {
  readonly pattern: RegExp;
  readonly code: ClearErrorCode;
  readonly fix: string;
}

/** First match wins. Replies: acl.c, networking.c and cluster.c of Redis 7.0; TLS: Node's `code` and OpenSSL's texts. */
const READINGS: readonly Reading[] = [
  {
    pattern: /WRONGPASS|invalid password|invalid username-password/,
    code: 'RS_REDIS_DENIED',
    fix: 'check user and password',
  },
  { pattern: /NOAUTH/, code: 'RS_REDIS_DENIED', fix: 'give user:password@ in the URL, or --redis-password-file' },
  { pattern: /NOPERM/, code: 'RS_REDIS_DENIED', fix: 'give this user what docs/redis.md lists (ACL SETUSER)' },
  {
    pattern: /SELF_SIGNED|UNABLE_TO_|self.signed|unable to verify|unable to get/,
    code: 'RS_REDIS_TLS',
    fix: 'name the file of who signed its certificate with --redis-ca',
  },
  {
    pattern: /ALTNAME|does not match certificate/,
    code: 'RS_REDIS_TLS',
    fix: 'use a host name that the certificate carries',
  },
  {
    pattern: /certificate required|bad certificate|unknown ca|handshake failure/i,
    code: 'RS_REDIS_TLS',
    fix: 'give a certificate that it accepts with --redis-cert and --redis-key',
  },
  {
    pattern: /CERT_|certificate/i,
    code: 'RS_REDIS_TLS',
    fix: 'check the certificate of the server and the clock of this host',
  },
  {
    pattern: /wrong version number|EPROTO|packet length too long/i,
    code: 'RS_REDIS_TLS',
    fix: 'it does not speak TLS there: use redis:// or its TLS port',
  },
  {
    pattern: /cluster support disabled/,
    code: 'RS_REDIS_UNAVAILABLE',
    fix: 'it is one server: use redis:// instead of redis+cluster://',
  },
  {
    pattern: /CLUSTERDOWN|hash slots/,
    code: 'RS_REDIS_UNAVAILABLE',
    fix: 'see redis-cli --cluster check',
  },
  {
    pattern: /No such master|invalid reply: null/,
    code: 'RS_REDIS_UNAVAILABLE',
    fix: 'no master of that name: see redis-cli -p 26379 sentinel masters',
  },
];

/** What ioredis and the kernel say when the other end says nothing: it hangs up, or waits for the end of a line. */
const SILENCE = /closed|ECONNRESET|disconnected|ETIMEDOUT/;

export function redisFailure(url: RedisUrl, place: RedisPlace, error: unknown): ClearError {
  const reason = reasonOf(error);
  const known = READINGS.find(({ pattern }) => pattern.test(reason));
  const otherwise = SILENCE.test(reason) ? silenceFix(place) : START;
  const message = `Redis: expected ${WHAT[place.kind]} at ${maskRedisUrl(url)}, got: ${reason}`;
  return new ClearError(known?.code ?? 'RS_REDIS_UNAVAILABLE', message, known?.fix ?? otherwise, error);
}

const START = 'start it or set REDIS_URL';

const WHAT: Readonly<Record<RedisPlace['kind'], string>> = {
  socket: 'a server',
  server: 'a server',
  sentinel: 'a master',
  cluster: 'a cluster',
};

/** A server that hangs up without a word often speaks the other language. */
function silenceFix(place: RedisPlace): string {
  if (place.kind === 'socket') return START;
  if (!place.tls) return 'is it a TLS port? Then use rediss://';
  return 'is it a TLS port, and does it want a certificate (--redis-cert)?';
}

/** A cluster wraps what its last node said; Node's errors carry a code that its texts leave out. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, lastNodeError } = error as { code?: string; lastNodeError?: unknown };
  if (lastNodeError instanceof Error) return reasonOf(lastNodeError);
  const [line = ''] = error.message.split('\n');
  if (line === '') return code ?? error.name;
  return code === undefined || line.includes(code) ? line : `${line} (${code})`;
}
