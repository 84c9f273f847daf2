export { Counter, Gauge, Histogram, Registry } from 'prom-client';
export { type AppMessage, type FailedMessage, type ReadyMessage, type RunningApp, runApp } from './app.ts';
export { ClearError, type ClearErrorCode, describeFailure, ExitCode } from './clear-error.ts';
export { type FlagSpec, type Flags, parseFlags } from './flags.ts';
export {
  describeListenError,
  formatListenAddress,
  type ListenAddress,
  parseListenAddress,
} from './listen-address.ts';
export { createLogger, type Logger } from './logger.ts';
export { type OpsOptions, type OpsServer, startOpsServer } from './ops-server.ts';
export { connectRedis, maskRedisUrl, type RedisUrl, redisUrlFrom } from './redis-connection.ts';
