/** The web app put together: Redis, metrics, routes, one listening server. */
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { IncidentStore } from '@resetscope/incidents';
import {
  connectRedis,
  describeListenError,
  formatListenAddress,
  Heartbeat,
  type Logger,
  maskRedisUrl,
  Registry,
} from '@resetscope/telemetry';
import type { FastifyInstance } from 'fastify';
import type { Cluster, Redis } from 'ioredis';
import { addAccess } from './access/add-access.ts';
import { openAccess } from './access/open-access.ts';
import { addApi } from './api/api.ts';
import { loadAssets } from './assets.ts';
import { DEFAULT_REQUESTS_PER_SECOND, type WebConfig } from './config.ts';
import { EventStreams } from './event-streams.ts';
import { GroupBoard } from './group-board.ts';
import { answerProblems } from './problems.ts';
import { addAssetRoutes } from './routes/assets.ts';
import { addDownloadRoutes } from './routes/downloads.ts';
import { addEventRoute } from './routes/events.ts';
import { addGroupRoutes } from './routes/groups.ts';
import { addIncidentRoute } from './routes/incident.ts';
import { addIncidentApi } from './routes/incident-api.ts';
import { addIncidentsRoute } from './routes/incidents.ts';
import { addNowRoute } from './routes/now.ts';
import { addOpsRoutes } from './routes/ops.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { type DeclaredRoute, declaredRoutes, makeServer } from './server.ts';
import { Watcher } from './watcher-state.ts';
import { countRequests, WebMetrics } from './web-metrics.ts';

/** A page waits this long for Redis, in milliseconds, before it says that Redis is away. */
const CONNECTION = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: 3000,
  enableAutoPipelining: true,
} as const;

export interface RunningWeb {
  /** `host:port` it listens on. */
  readonly address: string;
  readonly url: string;
  /** All that it answers. */
  readonly routes: readonly DeclaredRoute[];
  close(): Promise<void>;
}

/** Throws a ClearError when Redis does not answer or the address cannot be had. */
export async function startWeb(config: WebConfig, logger: Logger): Promise<RunningWeb> {
  const access = await openAccess(config, logger);
  const redis = await connectRedis(config.redis, CONNECTION);
  const ringRedis = config.ringRedis === undefined ? redis : await connectRedis(config.ringRedis, CONNECTION);
  const store = new IncidentStore(redis);
  const registry = new Registry();
  const metrics = new WebMetrics(registry);
  const streams = new EventStreams(metrics);
  const board = new GroupBoard(store);
  const watcher = new Watcher({ redis, ringRedis, store });
  const unsubscribe = await store.subscribe((id) => {
    board.changed();
    streams.send(id);
  });
  const server = makeServer(config.trustedProxies);
  const routes = declaredRoutes(server);
  const assets = await loadAssets();
  addSecurityHeaders(server);
  countRequests(server, metrics);
  answerProblems(server, {
    assets,
    logger,
    metrics,
    redisUrl: maskRedisUrl(config.redis.url),
    isRedisReady: () => isReady(redis),
  });
  const requestsPerSecond = config.requestsPerSecond ?? DEFAULT_REQUESTS_PER_SECOND;
  await addAccess(server, { access, assets, logger, metrics, requestsPerSecond });
  addGroupRoutes(server, store, board, assets);
  addIncidentsRoute(server, store, assets);
  addNowRoute(server, watcher, assets);
  addIncidentRoute(server, store, assets, config.pageUrl ?? null);
  addDownloadRoutes(server, store);
  addIncidentApi(server, store);
  await addApi(server, { store, board, watcher, logger, needsToken: access.users !== null });
  addEventRoute(server, streams);
  addAssetRoutes(server, assets);
  addOpsRoutes(server, registry, () => (isReady(redis) ? null : 'Redis is away'));
  const heartbeat = new Heartbeat(redis, { app: 'web', node: hostname(), notReady: () => null });
  const close = async (): Promise<void> => {
    streams.close();
    board.close();
    await server.close();
    await watcher.close();
    await unsubscribe();
    await heartbeat.stop();
    ringRedis.disconnect();
    redis.disconnect();
  };
  const address = await listen(server, config, close);
  logger.info({ address, redis: maskRedisUrl(config.redis.url) }, 'listening');
  return { address, url: `http://${address}`, routes, close };
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
