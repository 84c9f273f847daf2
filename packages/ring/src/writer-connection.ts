/** How the connection of a RingWriter must be made. */
import type { RedisOptions } from 'ioredis';

/**
 * As connectRedis of @resetscope/telemetry takes it. ioredis would otherwise keep every append of an outage in a queue of its
 * own, wait for ever for a Redis that does not answer, and stay with a master that has become a replica.
 */
export const WRITER_CONNECTION: Readonly<
  Pick<RedisOptions, 'enableOfflineQueue' | 'maxRetriesPerRequest' | 'socketTimeout' | 'reconnectOnError'>
> = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  /** Milliseconds without an answer: far longer than a busy Redis takes, and not for ever. */
  socketTimeout: 10_000,
  reconnectOnError: (error) => error.message.includes('READONLY'),
};
