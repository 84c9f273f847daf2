/**
 * All groups at once, kept for a moment: the list filters and sorts them here, so that a request costs Redis nothing but the
 * trends that it shows, and the same request again nothing at all.
 */
import type { Harm } from '@resetscope/diagnosis';
import type { GroupTrend, IncidentGroup, IncidentStore } from '@resetscope/incidents';
import type { SafeHtml } from '@resetscope/report';
import { Kept } from './kept.ts';
import { fitsGroup, hasState, type ListFilter, STATES, type StateFilter } from './list-filter.ts';
import { type Bounds, boundsOf, trendShape } from './time-range.ts';

/** Groups looked at, the ones seen last: two are made a minute when all goes wrong, and nobody reads more. */
export const MAX_GROUPS = 1000;

const OPTIONS = { everyMs: 1000, maxAgeMs: 10_000 } as const;

/** Pages kept of one reading; a query string has no end of variants. */
const MAX_PAGES = 64;

export interface Snapshot {
  readonly groups: readonly IncidentGroup[];
  readonly nowUs: number;
  /** Pages made of it, by address. */
  readonly pages: Map<string, Promise<SafeHtml>>;
}

export interface ListedGroup {
  readonly group: IncidentGroup;
  readonly trend: GroupTrend;
  /** In the time asked about, as its buckets tell; of all time, all. */
  readonly count: number;
}

export interface GroupSelection {
  readonly listed: readonly ListedGroup[];
  /** That fit, on all pages. */
  readonly total: number;
  /** What else fits, by state. */
  readonly states: Readonly<Record<StateFilter, number>>;
  /** Of all that fit, by the worst they did. */
  readonly harms: Readonly<Record<Harm, number>>;
}

export class GroupBoard {
  readonly #store: IncidentStore;
  readonly #kept: Kept<Snapshot>;

  constructor(store: IncidentStore) {
    this.#store = store;
    this.#kept = new Kept(async () => {
      const nowUs = Date.now() * 1000;
      return { groups: await store.groups({ limit: MAX_GROUPS }), nowUs, pages: new Map() };
    }, OPTIONS);
  }

  snapshot(): Promise<Snapshot> {
    return this.#kept.get();
  }

  /** Incidents came or were amended. */
  changed(): void {
    this.#kept.changed();
  }

  /** Somebody decided about a group here, and is to see it. */
  forget(): void {
    this.#kept.forget();
  }

  close(): void {
    this.#kept.close();
  }

  /** The markup that `make` gives for an address, made once for a snapshot. */
  async page(address: string, make: (snapshot: Snapshot) => Promise<SafeHtml>): Promise<SafeHtml> {
    const snapshot = await this.snapshot();
    const { pages } = snapshot;
    const known = pages.get(address);
    if (known !== undefined) return known;
    const page = make(snapshot);
    if (pages.size < MAX_PAGES) {
      pages.set(address, page);
      page.catch(() => pages.delete(address));
    }
    return page;
  }

  /** page: from 0. */
  async select(
    { groups, nowUs }: Snapshot,
    filter: ListFilter,
    page: number,
    pageLen: number,
  ): Promise<GroupSelection> {
    const bounds = boundsOf(filter.range, nowUs);
    const inTime = groups.filter((group) => isSeen(group, bounds) && fitsGroup(group, filter));
    const states = Object.fromEntries(
      STATES.map((state) => [state, inTime.filter((group) => hasState(group.state, state)).length]),
    ) as Record<StateFilter, number>;
    const fitting = inTime.filter((group) => hasState(group.state, filter.state));
    const harms = { failed: 0, 'may-have-executed': 0, harmless: 0, unknown: 0 };
    for (const group of fitting) harms[worstHarm(group)]++;
    const sorted =
      filter.order === 'count'
        ? mostFirst(await this.#listed(fitting, filter, nowUs))
        : [...fitting].sort(ORDERINGS[filter.order]);
    const shown = sorted.slice(page * pageLen, (page + 1) * pageLen);
    return { listed: await this.#listed(shown, filter, nowUs), total: fitting.length, states, harms };
  }

  /** One group, for its own page. */
  async one(group: IncidentGroup, filter: ListFilter, nowUs: number): Promise<ListedGroup> {
    const [listed] = await this.#listed([group], filter, nowUs);
    if (listed === undefined) throw new Error('no trend came for a group');
    return listed;
  }

  async #listed(
    groups: readonly IncidentGroup[],
    { range }: ListFilter,
    nowUs: number,
  ): Promise<readonly ListedGroup[]> {
    const { resolution, buckets } = trendShape(range, nowUs);
    const trends = await this.#store.trends({ groupIds: groups.map(({ id }) => id), resolution, buckets });
    const bounds = range.kind === 'all' ? null : boundsOf(range, nowUs);
    return groups.flatMap((group, at) => {
      const trend = trends[at];
      if (trend === undefined) return [];
      return [{ group, trend, count: bounds === null ? group.count : countIn(trend, bounds) }];
    });
  }
}

/** From the worst to the best. */
const HARMS: readonly Harm[] = ['failed', 'may-have-executed', 'unknown', 'harmless'];

/** The worst that any of its incidents did. */
export function worstHarm({ harms }: Pick<IncidentGroup, 'harms'>): Harm {
  return HARMS.find((harm) => harms[harm] > 0) ?? 'unknown';
}

function byRecency(a: IncidentGroup, b: IncidentGroup): number {
  return b.lastSeenUs - a.lastSeenUs || (a.id < b.id ? -1 : 1);
}

const ORDERINGS: Readonly<
  Record<Exclude<ListFilter['order'], 'count'>, (a: IncidentGroup, b: IncidentGroup) => number>
> = {
  harm: (a, b) => HARMS.indexOf(worstHarm(a)) - HARMS.indexOf(worstHarm(b)) || byRecency(a, b),
  recent: byRecency,
  new: (a, b) => b.firstSeenUs - a.firstSeenUs || byRecency(a, b),
};

function mostFirst(listed: readonly ListedGroup[]): readonly IncidentGroup[] {
  return [...listed].sort((a, b) => b.count - a.count || byRecency(a.group, b.group)).map(({ group }) => group);
}

function isSeen({ firstSeenUs, lastSeenUs }: IncidentGroup, { fromUs, toUs }: Bounds): boolean {
  return lastSeenUs >= fromUs && (toUs === null || firstSeenUs < toUs);
}

/** Of the buckets that lie in the time, at least in part. */
export function countIn({ counts, fromUs, bucketUs }: GroupTrend, bounds: Bounds): number {
  return counts.reduce((sum, count, at) => {
    const beginUs = fromUs + at * bucketUs;
    const isIn = beginUs + bucketUs > bounds.fromUs && (bounds.toUs === null || beginUs < bounds.toUs);
    return isIn ? sum + count : sum;
  }, 0);
}
