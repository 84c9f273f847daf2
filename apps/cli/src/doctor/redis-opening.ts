/** A connection to Redis for as long as the doctor looks, or the finding that there is none. */
import {
  ClearError,
  connectRedis,
  maskRedisUrl,
  type RedisClient,
  type RedisUrl,
  redisAccessFrom,
} from '@resetscope/telemetry';
import { type Finding, fail } from '../finding.ts';

/** A person waits. */
const CONNECT_TIMEOUT_MS = 3000;

export type OpenedRedis =
  | { readonly kind: 'open'; readonly redis: RedisClient }
  | { readonly kind: 'closed'; readonly finding: Finding };

/** Password and certificates come from the environment, as the apps have them. Nothing is tried twice. */
export async function openRedis(url: RedisUrl): Promise<OpenedRedis> {
  const access = redisAccessFrom({ redis: url }, process.env);
  try {
    const once = { connectTimeout: CONNECT_TIMEOUT_MS, retryStrategy: () => null, maxRetriesPerRequest: 1 };
    return { kind: 'open', redis: await connectRedis(access, once) };
  } catch (error) {
    if (!(error instanceof ClearError)) throw error;
    const { message, fix } = splitFix(error.message);
    return { kind: 'closed', finding: fail('redis', `Redis ${maskRedisUrl(url)}`, message, fix, error.code) };
  }
}

/** A ClearError of connectRedis: `Redis: expected a server at URL, got: REASON; FIX`. The subject names the URL already. */
function splitFix(text: string): { readonly message: string; readonly fix: string } {
  const at = text.lastIndexOf('; ');
  const message = (at === -1 ? text : text.slice(0, at)).replace(
    /^Redis: expected (.*?) at \S+, got/,
    'expected $1 there, got',
  );
  return { message, fix: at === -1 ? 'see docs/redis.md' : text.slice(at + 2) };
}
