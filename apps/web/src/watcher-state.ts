/**
 * The state of the watcher itself, read from Redis alone: its apps, the lines and what became of them, the rings, the queue, the
 * webhook's outbox. Each part is read on its own: one that cannot be read says so and hides no other.
 */
import { CAUSES, type UnmatchedReason } from '@resetscope/diagnosis';
import { type IncidentStore, knownIncidents, Outbox, type OutboxCounts } from '@resetscope/incidents';
import {
  type LineLedger,
  openResetQueue,
  type QueueDepth,
  queueDepth,
  type ResetQueue,
  readLineLedger,
} from '@resetscope/jobs';
import { type Coverage, RingReader } from '@resetscope/ring';
import { type AppBeat, type RedisClient, readHeartbeats } from '@resetscope/telemetry';
import { Kept } from './kept.ts';
import { MINUTE_US } from './time-range.ts';

/** Everybody who looks gets the same; the page asks every 5 s. */
const STATE_MS = 2000;
/** It reads every open job. */
const LEDGER_MS = 15_000;

/** Groups whose trends are added up by cause: as many as the list of groups knows. */
const MAX_GROUPS = 1000;

const HOUR_MINUTES = 60;

/** Rings looked at: each costs a question. */
const MAX_NODES = 100;

export interface CauseRate {
  readonly cause: string;
  readonly title: string;
  /** Incidents in each of the last 60 minutes, the one that is now last. */
  readonly minutes: readonly number[];
}

export interface RingState extends Coverage {
  readonly node: string;
}

export interface ReasonCount {
  readonly reason: UnmatchedReason | 'other';
  /** Lines since the store began. */
  readonly lines: number;
  /** Incidents of the last hour. */
  readonly lastHour: number;
}

export interface WatcherState {
  readonly nowUs: number;
  readonly apps: readonly AppBeat[];
  /** Most frequent in the last hour first. */
  readonly causes: readonly CauseRate[];
  readonly ledger: LineLedger;
  readonly unlogged: number;
  readonly reasons: readonly ReasonCount[];
  readonly rings: readonly RingState[];
  readonly queue: QueueDepth;
  readonly outbox: OutboxCounts;
}

/** Each part, or null where it could not be read. */
export type SeenState = { readonly [Part in Exclude<keyof WatcherState, 'nowUs'>]: WatcherState[Part] | null } & {
  readonly nowUs: number;
};

export interface WatcherPlaces {
  readonly redis: RedisClient;
  /** Where the captures keep their rings and say that they are there. */
  readonly ringRedis: RedisClient;
  readonly store: IncidentStore;
}

export class Watcher {
  readonly #places: WatcherPlaces;
  readonly #queue: ResetQueue;
  readonly #outbox: Outbox;
  readonly #state: Kept<SeenState>;
  readonly #ledger: Kept<LineLedger>;

  constructor(places: WatcherPlaces) {
    const { redis, store } = places;
    this.#places = places;
    this.#queue = openResetQueue(redis, () => undefined);
    // Only counted here, so no lease is ever taken.
    this.#outbox = new Outbox(redis, 0);
    this.#state = new Kept(() => this.#read(), { everyMs: STATE_MS, maxAgeMs: STATE_MS });
    const answers = { counts: () => store.counts(), answered: (ids: readonly string[]) => knownIncidents(redis, ids) };
    const readLedger = (): Promise<LineLedger> => readLineLedger(redis, this.#queue, answers);
    this.#ledger = new Kept(readLedger, { everyMs: LEDGER_MS, maxAgeMs: LEDGER_MS });
  }

  state(): Promise<SeenState> {
    return this.#state.get();
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }

  async #read(): Promise<SeenState> {
    const { store } = this.#places;
    const nowUs = Date.now() * 1000;
    const [apps, causes, ledger, counts, rings, queue, outbox] = await Promise.all([
      orNull(this.#apps()),
      orNull(causeRates(store, nowUs)),
      orNull(this.#ledger.get()),
      // Where not even these can be had, Redis is away, and the page says that instead.
      lineCounts(store, nowUs),
      orNull(this.#rings()),
      orNull(queueDepth(this.#queue)),
      orNull(this.#outbox.counts()),
    ]);
    return { nowUs, apps, causes, ledger, ...counts, rings, queue, outbox };
  }

  async #apps(): Promise<readonly AppBeat[]> {
    const { redis, ringRedis } = this.#places;
    if (redis === ringRedis) return readHeartbeats(redis);
    return (await Promise.all([readHeartbeats(redis), readHeartbeats(ringRedis)])).flat();
  }

  async #rings(): Promise<readonly RingState[]> {
    const { ringRedis } = this.#places;
    const nodes = (await RingReader.nodes(ringRedis)).slice(0, MAX_NODES);
    const rings = await Promise.all(
      nodes.map(async (node) => {
        const coverage = await new RingReader(ringRedis, node).coverage();
        return coverage === null ? [] : [{ node, ...coverage }];
      }),
    );
    return rings.flat();
  }
}

/** The page shows that a part is not known. */
function orNull<T>(reading: Promise<T>): Promise<T | null> {
  return reading.catch(() => null);
}

async function causeRates(store: IncidentStore, nowUs: number): Promise<readonly CauseRate[]> {
  const groups = await store.groups({ limit: MAX_GROUPS, fromUs: nowUs - HOUR_MINUTES * MINUTE_US });
  const groupIds = groups.map(({ id }) => id);
  const trends = await store.trends({ groupIds, resolution: 'minute', buckets: HOUR_MINUTES });
  const byCause = new Map<string, number[]>();
  groups.forEach(({ fingerprint: { cause } }, at) => {
    const minutes = byCause.get(cause) ?? Array<number>(HOUR_MINUTES).fill(0);
    trends[at]?.counts.forEach((count, minute) => {
      minutes[minute] = (minutes[minute] ?? 0) + count;
    });
    byCause.set(cause, minutes);
  });
  const titles = new Map(CAUSES.map(({ id, title }) => [id, title]));
  return [...byCause]
    .map(([cause, minutes]) => ({ cause, title: titles.get(cause) ?? cause, minutes }))
    .sort((a, b) => sumOf(b.minutes) - sumOf(a.minutes) || (a.cause < b.cause ? -1 : 1));
}

export function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

async function lineCounts(store: IncidentStore, nowUs: number): Promise<Pick<WatcherState, 'unlogged' | 'reasons'>> {
  const { unlogged, unmatchedBy } = await store.counts();
  const names = unmatchedBy.map(({ reason }) => reason);
  const recent = await store.tally('reason', names, nowUs - HOUR_MINUTES * MINUTE_US);
  const reasons = unmatchedBy.map(({ reason, count }, at) => ({ reason, lines: count, lastHour: recent[at] ?? 0 }));
  return { unlogged, reasons };
}
