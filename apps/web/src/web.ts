/** The web app put together: Redis, metrics, routes, one listening server. */
import type { AddressInfo } from 'node:net';
import { IncidentStore } from '@resetscope/incidents';
import {
  connectRedis,
  describeListenError,
  formatListenAddress,
  type Logger,
  maskRedisUrl,
  Registry,
} from '@resetscope/telemetry';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Cluster, Redis } from 'ioredis';
import { loadAssets } from './assets.ts';
import type { WebConfig } from './config.ts';
import { EventStreams } from './event-streams.ts';
import { answerProblems } from './problems.ts';
import { addAssetRoutes } from './routes/assets.ts';
import { addDownloadRoutes } from './routes/downloads.ts';
import { addEventRoute } from './routes/events.ts';
import { addIncidentApi } from './routes/incident-api.ts';
import { addOpsRoutes } from './routes/ops.ts';
import { addPageRoutes } from './routes/pages.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { countRequests, WebMetrics } from './web-metrics.ts';

/** A page waits this long for Redis before it says that Redis is away. */
const REDIS_TIMEOUT_MS = 3000;

export interface RunningWeb {
  /** `host:port` it listens on. */
  readonly address: string;
  readonly url: string;
  close(): Promise<void>;
}

/** Throws a ClearError when Redis does not answer or the address cannot be had. */
export async function startWeb(config: WebConfig, logger: Logger): Promise<RunningWeb> {
  const redis = await connectRedis(config.redis, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: REDIS_TIMEOUT_MS,
  });
  const store = new IncidentStore(redis);
  const registry = new Registry();
  const metrics = new WebMetrics(registry);
  const streams = new EventStreams(metrics);
  const unsubscribe = await store.subscribe((id) => streams.send(id));
  const server = Fastify({ logger: false, routerOptions: { maxParamLength: 200 }, forceCloseConnections: true });
  const assets = await loadAssets();
  addSecurityHeaders(server);
  countRequests(server, metrics);
  answerProblems(server, {
    assets,
    logger,
    redisUrl: maskRedisUrl(config.redis.url),
    isRedisReady: () => isReady(redis),
  });
  addPageRoutes(server, store, assets);
  addDownloadRoutes(server, store);
  addIncidentApi(server, store);
  addEventRoute(server, streams);
  addAssetRoutes(server, assets);
  addOpsRoutes(server, registry, () => (isReady(redis) ? null : 'Redis is away'));
  const close = async (): Promise<void> => {
    streams.close();
    await server.close();
    await unsubscribe();
    redis.disconnect();
  };
  const address = await listen(server, config, close);
  logger.info({ address, redis: maskRedisUrl(config.redis.url) }, 'listening');
  return { address, url: `http://${address}`, close };
}

function isReady(redis: Redis | Cluster): boolean {
  return redis.status === 'ready';
}

async function listen(server: FastifyInstance, config: WebConfig, close: () => Promise<void>): Promise<string> {
  try {
    await server.listen({ host: config.listen.host, port: config.listen.port });
  } catch (error) {
    await close();
    throw describeListenError(error, config.listen, 'pages');
  }
  const bound = server.server.address() as AddressInfo;
  return formatListenAddress({ host: config.listen.host, port: bound.port });
}
