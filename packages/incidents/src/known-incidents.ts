/** Which of many ids have an incident, without reading any. */
import { KEYS } from './keys.ts';
import type { RedisClient } from './lua-script.ts';

/** Ids asked about in one round trip. */
const IDS_AT_ONCE = 1000;

/** Those of the ids that have one now. */
export async function knownIncidents(redis: RedisClient, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
    const some = ids.slice(at, at + IDS_AT_ONCE);
    const pipeline = redis.pipeline();
    for (const id of some) pipeline.hexists(KEYS.records, id);
    const replies = (await pipeline.exec()) ?? [];
    some.forEach((id, i) => {
      const [error, isThere] = replies[i] ?? [new Error('no reply'), 0];
      if (error !== null) throw error;
      if (isThere === 1) known.add(id);
    });
  }
  return known;
}
