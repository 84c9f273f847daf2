/** Reads groups and trends from Redis: any number of them with a fixed number of commands. */
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

/** In the order of the ids, without those that are no groups. */
export async function readGroups(
  redis: RedisClient,
  ids: readonly string[],
  nowUs: number,
): Promise<readonly IncidentGroup[]> {
  if (ids.length === 0) return [];
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
  if (groupIds.length === 0) return [];
  const windows = groupIds.map((id) => new TrendWindow(id, resolution, buckets, nowUs));
  const values = await redis.hmget(KEYS.groupTrends, ...windows.flatMap(({ fields }) => fields));
  return windows.map((window, at) => window.read(slice(values, at, window.fields.length)));
}

function fieldsOf(ids: readonly string[], names: readonly string[]): readonly string[] {
  return ids.flatMap((id) => names.map((name) => `${id}:${name}`));
}

function slice<T>(values: readonly T[], at: number, len: number): readonly T[] {
  return values.slice(at * len, (at + 1) * len);
}
