export { Counter, Gauge, Histogram, Registry } from 'prom-client';
export { type AppMessage, type FailedMessage, type ReadyMessage, type RunningApp, runApp } from './app.ts';
export { watchApp } from './app-metrics.ts';
export { ClearError, type ClearErrorCode, describeFailure, ExitCode } from './clear-error.ts';
export { exemplarRegistry } from './exemplar-registry.ts';
export { type FlagSpec, type Flags, parseFlags } from './flags.ts';
export { type AppBeat, Heartbeat, type HeartbeatOptions, readHeartbeats, SILENT_AFTER_MS } from './heartbeat.ts';
export {
  describeListenError,
  formatListenAddress,
  type ListenAddress,
  parseListenAddress,
} from './listen-address.ts';
export { createLogger, type Logger } from './logger.ts';
export { type OpsOptions, type OpsServer, startOpsServer } from './ops-server.ts';
export {
  REDIS_FLAGS,
  REDIS_HELP,
  type RedisAccess,
  type RedisFlagName,
  RING_REDIS_FLAGS,
  RING_REDIS_HELP,
  type RingRedisFlagName,
  redisAccessFrom,
  redisEnvironment,
  ringRedisAccessFrom,
} from './redis-access.ts';
export { type ConnectionOptions, connectRedis, type RedisClient } from './redis-connection.ts';
export { maskRedisUrl, parseRedisUrl, type RedisPlace, type RedisUrl } from './redis-place.ts';
