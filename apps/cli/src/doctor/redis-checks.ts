/** The servers of a Redis: version, policy, and what of them survives a restart. Memory is memory-check.ts. */
import { maskRedisUrl, type RedisClient, type RedisUrl } from '@resetscope/telemetry';
import { type Finding, fail, ok, skipped, warn } from '../finding.ts';
import { type RedisServerInfo, readServerInfos } from './redis-server-info.ts';

/** DESIGN.md section 6: commands and options that our scripts use. */
const OLDEST_VERSION = [6, 2] as const;

/** What every command that uses a Redis needs of it. url: for the report. */
export async function examineServers(redis: RedisClient, url: RedisUrl): Promise<readonly Finding[]> {
  try {
    const servers = await readServerInfos(redis);
    return servers.flatMap((server) => {
      const subject = `Redis ${server.address ?? maskRedisUrl(url)}`;
      return [checkVersion(subject, server), checkPolicy(subject, server)];
    });
  } catch (error) {
    return [skipped('redis-policy', `Redis ${maskRedisUrl(url)}`, `does not tell: ${(error as Error).message}`)];
  }
}

export function checkVersion(subject: string, { version }: RedisServerInfo): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNew = major > OLDEST_VERSION[0] || (major === OLDEST_VERSION[0] && minor >= OLDEST_VERSION[1]);
  if (isNew) return ok('redis', subject, `answers, version ${version}`);
  const expected = OLDEST_VERSION.join('.');
  const message = `expected version ${expected} or newer, got ${version}`;
  return fail('redis', subject, message, `run Redis ${expected} or newer, or Valkey`, 'RS_REDIS_UNAVAILABLE');
}

export function checkPolicy(subject: string, { policy }: RedisServerInfo): Finding {
  const message = `maxmemory-policy is ${policy}`;
  if (policy === 'noeviction') return ok('redis-policy', subject, message);
  const fix = 'redis-cli CONFIG SET maxmemory-policy noeviction, and the same in redis.conf';
  return fail('redis-policy', subject, message, fix);
}

export function checkPersistence(subject: string, server: RedisServerInfo): Finding {
  const { writesAppendOnlyFile, persistenceWorks, save } = server;
  if (!persistenceWorks) {
    const fix = 'look at the disk and at the log of Redis: by default it refuses writes until a snapshot succeeds';
    return fail('redis-persistence', subject, 'its last snapshot or append to the file failed', fix);
  }
  if (writesAppendOnlyFile) return ok('redis-persistence', subject, 'an append-only file');
  if (save === null) return skipped('redis-persistence', subject, 'this user may not ask for snapshots (CONFIG GET)');
  if (save !== '') return ok('redis-persistence', subject, `snapshots, "save ${save}"`);
  const fix = 'redis-cli CONFIG SET save "300 1", and the same in redis.conf, on a disk that stays';
  return warn('redis-persistence', subject, 'neither snapshots nor an append-only file', fix);
}
