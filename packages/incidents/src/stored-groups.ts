/** Reads groups and trends from Redis: a share of them with a fixed number of commands, so that no answer holds up all else. */
import { GROUP_NUMBERS, type IncidentGroup, readGroup } from './group.ts';
import { TOP_KINDS } from './group-top.ts';
import { type GroupTrend, type TrendResolution, TrendWindow } from './group-trend.ts';
import { KEYS } from './keys.ts';
import type { RedisClient } from './lua-script.ts';

export interface TrendQuery {
  readonly groupIds: readonly string[];
  readonly resolution: TrendResolution;
  /** Newest buckets wanted: at most 61 minutes, 145 times ten minutes or 169 hours. */
  readonly buckets: number;
}

/** Groups read at once: some 10 ms of either side's time (measured; 500 at once took 60). */
const GROUPS_AT_ONCE = 64;
/** Fields of trends asked for at once. */
const TREND_FIELDS_AT_ONCE = 8192;

/** In the order of the ids, without those that are no groups. */
export async function readGroups(
  redis: RedisClient,
  ids: readonly string[],
  nowUs: number,
): Promise<readonly IncidentGroup[]> {
  const found: IncidentGroup[] = [];
  for (const share of sharesOf(ids, GROUPS_AT_ONCE)) found.push(...(await readShare(redis, share, nowUs)));
  return found;
}

async function readShare(redis: RedisClient, ids: readonly string[], nowUs: number): Promise<readonly IncidentGroup[]> {
  const [abouts, times, states, numbers, tops] = await Promise.all([
    redis.hmget(KEYS.groups, ...ids),
    redis.zmscore(KEYS.groupsByTime, ...ids),
    redis.hmget(KEYS.groupStates, ...ids),
    redis.hmget(KEYS.groupNumbers, ...fieldsOf(ids, GROUP_NUMBERS)),
    redis.hmget(KEYS.groupTops, ...fieldsOf(ids, TOP_KINDS)),
  ]);
  const groups = ids.map((id, at) => {
    const parts = {
      about: abouts[at] ?? null,
      lastSeenUs: times[at] ?? null,
      state: states[at] ?? null,
      numbers: slice(numbers, at, GROUP_NUMBERS.length),
      tops: slice(tops, at, TOP_KINDS.length),
    };
    return readGroup({ id, ...parts }, nowUs);
  });
  return groups.filter((group) => group !== null);
}

export async function readTrends(
  redis: RedisClient,
  { groupIds, resolution, buckets }: TrendQuery,
  nowUs: number,
): Promise<readonly GroupTrend[]> {
  const trends: GroupTrend[] = [];
  for (const share of sharesOf(groupIds, Math.ceil(TREND_FIELDS_AT_ONCE / buckets))) {
    const windows = share.map((id) => new TrendWindow(id, resolution, buckets, nowUs));
    const values = await redis.hmget(KEYS.groupTrends, ...windows.flatMap(({ fields }) => fields));
    for (const [at, window] of windows.entries()) trends.push(window.read(slice(values, at, window.fields.length)));
  }
  return trends;
}

function sharesOf<T>(all: readonly T[], len: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / len) }, (_, at) => slice(all, at, len));
}

function fieldsOf(ids: readonly string[], names: readonly string[]): readonly string[] {
  return ids.flatMap((id) => names.map((name) => `${id}:${name}`));
}

function slice<T>(values: readonly T[], at: number, len: number): readonly T[] {
  return values.slice(at * len, (at + 1) * len);
}
