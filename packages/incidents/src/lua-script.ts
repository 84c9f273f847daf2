/** A Lua script that is sent once per server and called by its hash afterwards. */
import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

export type ScriptArgument = string | number | Buffer;

/** One server (or what Sentinel says is the master), or a cluster: all keys of the store are in one slot. */
export type RedisClient = Redis | Cluster;

export class LuaScript {
  readonly #source: string;
  readonly #sha: string;

  constructor(source: string) {
    this.#source = source;
    this.#sha = createHash('sha1').update(source).digest('hex');
  }

  async run(redis: RedisClient, keys: readonly string[], args: readonly ScriptArgument[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.#sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!String(error).includes('NOSCRIPT')) throw error;
      return await redis.eval(this.#source, keys.length, ...keys, ...args);
    }
  }
}
