/** What a ring is kept in: one server, alone or behind sentinels, or a cluster, where all keys of a node lie on one shard. */
import type { Cluster, Redis } from 'ioredis';

export type RingRedis = Redis | Cluster;
