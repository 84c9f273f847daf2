export { canCapture } from './capability.ts';
export { freePort, freePorts } from './free-port.ts';
export {
  type NginxConfigParts,
  type NginxLayout,
  type NginxOptions,
  type NginxServer,
  nginxConfig,
  startNginx,
} from './nginx-server.ts';
export { findProgram, hasProgram, type StartedProgram, startProgram } from './program.ts';
export { type RedisCluster, type RedisClusterOptions, startRedisCluster } from './redis-cluster.ts';
export type { RedisNode } from './redis-node.ts';
export { type RedisSentinel, startRedisSentinel } from './redis-sentinel.ts';
export { answersPing, type RedisServer, type RedisServerOptions, startRedis } from './redis-server.ts';
export { corpusDir, repositoryRoot } from './repository.ts';
export { type Oddity, StoryEnd, type StoryEndOptions, type StorySegment } from './story-end.ts';
export { TcpStory, type TcpStoryOptions } from './tcp-story.ts';
export { makeTempDir, type TempDir } from './temp-dir.ts';
export { startTlsRedis, type TlsRedis } from './tls-redis.ts';
export { type WaitOptions, waitUntil } from './wait-until.ts';
