/** The pages over a real Redis, as a test needs them: with users or without, and a store to put incidents into. */

import { IncidentStore, type NewIncident } from '@resetscope/incidents';
import { createLogger } from '@resetscope/telemetry';
import { type RedisServer, startRedis } from '@resetscope/testkit';
import { Redis } from 'ioredis';
import type { WebConfig } from '../../apps/web/src/config.ts';
import { type RunningWeb, startWeb } from '../../apps/web/src/web.ts';

export class WebStage {
  readonly store: IncidentStore;
  readonly web: RunningWeb;
  readonly redis: Redis;
  readonly #server: RedisServer;

  private constructor(server: RedisServer, redis: Redis, web: RunningWeb) {
    this.#server = server;
    this.redis = redis;
    this.store = new IncidentStore(redis);
    this.web = web;
  }

  /** config: besides Redis and a free port of loopback. */
  static async open(config: Partial<WebConfig> = {}): Promise<WebStage> {
    process.env['LOG_LEVEL'] = 'silent';
    const server = await startRedis();
    const listen = { host: '127.0.0.1', port: 0 };
    const web = await startWeb({ redis: { url: server.url }, listen, ...config }, createLogger('web'));
    return new WebStage(server, new Redis(server.url.replace('unix:', '')), web);
  }

  async put(incident: Pick<NewIncident, 'id' | 'incident'> & Partial<NewIncident>): Promise<void> {
    await this.store.put({
      node: 'web-1',
      createdAtUs: Date.now() * 1000,
      resetTsUs: null,
      evidence: null,
      ...incident,
    });
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(`${this.web.url}${path}`, { headers, redirect: 'manual' });
  }

  async close(): Promise<void> {
    await this.web.close();
    this.redis.disconnect();
    await this.#server.stop();
  }
}
