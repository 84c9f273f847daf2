/** What a Redis server says of itself: INFO, and of its configuration what decides about snapshots. */
import type { RedisClient } from '@resetscope/telemetry';

export interface RedisServerInfo {
  /** `host:port` of a cluster's node; null: the only server. */
  readonly address: string | null;
  readonly version: string;
  readonly policy: string;
  /** Bytes; 0: no limit. */
  readonly maxMemory: number;
  readonly usedMemory: number;
  /** Of the host. */
  readonly systemMemory: number;
  readonly writesAppendOnlyFile: boolean;
  /** Did the last snapshot, or the last write to the append-only file, succeed? */
  readonly persistenceWorks: boolean;
  /** `save` of redis.conf, empty: no snapshots; null: this user may not ask. */
  readonly save: string | null;
}

/** Of a cluster: its masters. */
export async function readServerInfos(redis: RedisClient): Promise<readonly RedisServerInfo[]> {
  if (!('nodes' in redis)) return [await readInfo(redis, null)];
  const masters = redis.nodes('master');
  return Promise.all(masters.map((node) => readInfo(node, `${node.options.host}:${node.options.port}`)));
}

/** One server: of a cluster each is asked apart. */
type Server = Exclude<RedisClient, { nodes(role?: string): unknown }>;

async function readInfo(redis: Server, address: string | null): Promise<RedisServerInfo> {
  const [info, save] = await Promise.all([redis.info(), readSave(redis)]);
  return { ...parseInfo(info), address, save };
}

/** info: reply of INFO. */
export function parseInfo(info: string): Omit<RedisServerInfo, 'address' | 'save'> {
  const field = (name: string): string => new RegExp(`^${name}:([^\\r\\n]*)`, 'm').exec(info)?.[1] ?? '';
  return {
    version: field('redis_version'),
    policy: field('maxmemory_policy'),
    maxMemory: Number(field('maxmemory')),
    usedMemory: Number(field('used_memory')),
    systemMemory: Number(field('total_system_memory')),
    writesAppendOnlyFile: field('aof_enabled') === '1',
    persistenceWorks: field('rdb_last_bgsave_status') !== 'err' && field('aof_last_write_status') !== 'err',
  };
}

/** The users of docs/redis.md may not configure, nor ask for it. */
async function readSave(redis: Server): Promise<string | null> {
  try {
    const [, save = ''] = (await redis.config('GET', 'save')) as readonly string[];
    return save;
  } catch {
    return null;
  }
}
