/** The Redis of `resetscope up` or of the apps, for as long as a command takes. */
import { join } from 'node:path';
import { RingUnavailableError } from '@resetscope/ring';
import { ClearError, connectRedis, type RedisClient, redisAccessFrom } from '@resetscope/telemetry';
import { answersPing } from '@resetscope/testkit';
import { defaultDataDir } from './up-options.ts';

/**
 * url: as given; without it and REDIS_URL the private Redis of `up` comes first, if it runs. Password and certificates come from
 * the environment, as the apps have them. @throws ClearError
 */
export async function withRedis(url: string | undefined, use: (redis: RedisClient) => Promise<void>): Promise<void> {
  const socket = join(defaultDataDir(process.env), 'redis', 'redis.sock');
  const isPrivate = url === undefined && !process.env['REDIS_URL'] && (await answersPing(socket));
  const redis = await connectRedis(isPrivate ? `unix:${socket}` : redisAccessFrom({ redis: url }, process.env));
  try {
    await use(redis);
  } catch (error) {
    if (!(error instanceof RingUnavailableError)) throw error;
    throw new ClearError('RS_REDIS_UNAVAILABLE', error.message, 'try again when it is back', error);
  } finally {
    redis.disconnect();
  }
}
