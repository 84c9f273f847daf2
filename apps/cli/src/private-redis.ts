/**
 * The Redis that `up` and `demo` bring along: `redis-server` on a unix socket for our apps alone, that is our own user
 * and, as root, the group of the user that the capture becomes. In a data directory it keeps incidents over restarts (a
 * dump every five minutes and at the end); in a temporary one nothing.
 */
import { chmod, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { userIds } from '@resetscope/capture';
import { ClearError } from '@resetscope/telemetry';
import { answersPing, hasProgram, type RedisServer, startRedis } from '@resetscope/testkit';

/** A dump after 300 s with at least one change, and at SIGTERM; a failing dump must not refuse writes (redis.conf). */
const KEEP: readonly string[] = ['--save', '300 1', '--stop-writes-on-bgsave-error', 'no'];

/** Who the capture becomes once its sockets are open, unless told otherwise (apps/capture, --user). */
const CAPTURE_USER = 'nobody';

export type PrivateRedisPlace = { readonly kind: 'temporary' } | { readonly kind: 'kept'; readonly dataDir: string };

/**
 * captureUser: who the capture becomes, undefined for its default. Throws a ClearError when redis-server is missing, does
 * not start, or already runs on the same data directory.
 */
export async function startPrivateRedis(place: PrivateRedisPlace, captureUser?: string): Promise<RedisServer> {
  if (!hasProgram('redis-server')) {
    const message = 'redis-server: expected it to be installed, because no Redis URL was given';
    throw new ClearError('RS_PROGRAM_MISSING', message, 'apt-get install redis-server, or set REDIS_URL');
  }
  const group = groupOf(captureUser ?? CAPTURE_USER);
  if (place.kind === 'temporary') return startRedis(group).catch(redisFailed);
  const dir = join(place.dataDir, 'redis');
  await makeDataDir(place.dataDir, dir).catch((error: Error) => {
    throw new ClearError('RS_FILE_UNREADABLE', `data directory ${dir}: ${error.message}`, 'choose another --data-dir');
  });
  if (await answersPing(join(dir, 'redis.sock'))) {
    const message = `data directory ${place.dataDir}: another resetscope already runs on it`;
    throw new ClearError('RS_REDIS_UNAVAILABLE', message, 'stop that one or choose another --data-dir');
  }
  return startRedis({ dir, args: KEEP, ...group }).catch(redisFailed);
}

/** Others may pass through the data directory to the socket, and read nothing. */
async function makeDataDir(dataDir: string, redisDir: string): Promise<void> {
  await mkdir(redisDir, { recursive: true, mode: 0o700 });
  if (process.getuid?.() === 0) await chmod(dataDir, (await stat(dataDir)).mode | 0o011);
}

/** Only root can share the socket; an unknown user is the capture's to refuse. */
function groupOf(user: string): { readonly gid?: number } {
  const ids = process.getuid?.() === 0 ? userIds(user) : undefined;
  return ids === undefined ? {} : { gid: ids.gid };
}

function redisFailed(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  throw new ClearError('RS_REDIS_UNAVAILABLE', `redis-server did not start: ${reason}`, undefined, error);
}
