/** Everything a Redis holds, byte for byte: names of keys, and values of whatever type. Nothing is assumed about what is stored. */
import type { Redis } from 'ioredis';

export async function storedValues(redis: Redis): Promise<readonly Buffer[]> {
  const names = await redis.keys('*');
  const values = await Promise.all(names.map((name) => valuesOf(redis, name)));
  return [...names.map((name) => Buffer.from(name)), ...values.flat()];
}

async function valuesOf(redis: Redis, name: string): Promise<readonly Buffer[]> {
  const type = await redis.type(name);
  switch (type) {
    case 'string':
      return [(await redis.getBuffer(name)) ?? Buffer.alloc(0)];
    case 'hash':
      return ((await redis.callBuffer('HGETALL', name)) as Buffer[]).flat();
    case 'list':
      return redis.lrangeBuffer(name, 0, -1);
    case 'set':
      return redis.smembersBuffer(name);
    case 'zset':
      return redis.zrangeBuffer(name, 0, '-1', 'WITHSCORES');
    default:
      throw new Error(`expected a type of Redis that is known here, got ${type} of ${name}`);
  }
}
