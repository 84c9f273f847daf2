/** Incidents and incident groups in Redis, within limits of number, age and evidence bytes. */
import { Cluster } from 'ioredis';
import { type IncidentCounts, readCounts } from './counts.ts';
import { fingerprint, groupIdOf } from './fingerprint.ts';
import { type IncidentGroup, writeGroupAbout } from './group.ts';
import type { GroupDecision } from './group-state.ts';
import type { GroupTrend } from './group-trend.ts';
import { readListedIncident, writeBrief } from './incident-brief.ts';
import { searchText } from './incident-facts.ts';
import {
  ALL_TERM,
  type IndexedIncident,
  indexTerm,
  parseIndexMember,
  type TermName,
  termBounds,
} from './index-term.ts';
import { CHANGED_CHANNEL, KEYS, timeDigits } from './keys.ts';
import type { RedisClient } from './lua-script.ts';
import { MAX_DROPPED, PRUNE_SCRIPT, PUT_SCRIPT } from './put-script.ts';
import { type BriefPage, needleOf, pageStart, queryTerms, type SearchPage, type SearchQuery } from './search.ts';
import { searchIndex } from './search-script.ts';
import { decideGroup } from './state-script.ts';
import { STORE_KEYS } from './store-lua.ts';
import { readGroups, readTrends, type TrendQuery } from './stored-groups.ts';
import { type NewIncident, readStoredIncident, type StoredIncident, writeRecord } from './stored-incident.ts';
import { TAKE_BACK_SCRIPT } from './take-back-script.ts';

export interface IncidentLimits {
  /** Incidents kept; the oldest go first. */
  readonly maxIncidents: number;
  /** Age by creation time. */
  readonly maxAgeSeconds: number;
  /** Sum of the evidence captures; the oldest lose theirs first and stay without. */
  readonly maxEvidenceBytes: number;
}

/** A week of one incident a minute, with 64 MB of captures (an evidence capture of a small exchange takes about 4 kB). */
export const DEFAULT_INCIDENT_LIMITS: IncidentLimits = {
  maxIncidents: 10_000,
  maxAgeSeconds: 7 * 24 * 3600,
  maxEvidenceBytes: 64 * 1024 * 1024,
};

/** When a put makes an event of its group (outbox.ts). All writers of one store need the same. */
export interface NewsOptions {
  /** A group that was silent for so long has come back with its next incident. */
  readonly silenceSeconds: number;
  /** Until an event may be told: an amended verdict may take the incident to another group. */
  readonly settleMs: number;
}

export interface StoreOptions {
  /** Default: DEFAULT_INCIDENT_LIMITS. */
  readonly limits?: Partial<IncidentLimits>;
  /** null, the default: nobody takes events out, so none are written. */
  readonly news?: NewsOptions | null;
  /** The clock that ages incidents. */
  readonly nowUs?: () => number;
}

export interface ListQuery {
  /** Incidents at most. */
  readonly limit: number;
  /** Only those created before; for the next page. */
  readonly beforeUs?: number;
  readonly groupId?: string;
}

export interface GroupsQuery {
  /** Groups at most. */
  readonly limit: number;
  readonly fromUs?: number;
}

interface FoundIds extends Pick<SearchPage, 'next' | 'more'> {
  readonly ids: readonly string[];
}

export type PutOutcome = 'created' | 'amended' | 'unchanged';

/** Every method rejects when Redis cannot be asked; an empty answer means that there is nothing. */
export class IncidentStore {
  readonly #redis: RedisClient;
  readonly #limits: IncidentLimits;
  readonly #news: NewsOptions | null;
  readonly #nowUs: () => number;

  constructor(redis: RedisClient, options: StoreOptions = {}) {
    this.#redis = redis;
    this.#limits = { ...DEFAULT_INCIDENT_LIMITS, ...options.limits };
    this.#news = options.news ?? null;
    this.#nowUs = options.nowUs ?? (() => Date.now() * 1000);
  }

  /** Creates or amends by id, in one step; the same verdict again changes nothing. An amended incident keeps its createdAtUs. */
  async put(incoming: NewIncident): Promise<PutOutcome> {
    const { incident, evidence } = incoming;
    const print = fingerprint(incident);
    const outcome = await PUT_SCRIPT.run(this.#redis, STORE_KEYS, [
      ...this.#bounds(),
      incoming.id,
      JSON.stringify(incident),
      writeRecord(incoming, print === null ? null : groupIdOf(print)),
      print === null ? '' : writeGroupAbout(print, incident),
      searchText(incident),
      evidence === null ? '' : Buffer.from(evidence.buffer, evidence.byteOffset, evidence.byteLength),
      CHANGED_CHANNEL,
      (this.#news?.silenceSeconds ?? 0) * 1_000_000,
      this.#news?.settleMs ?? '',
      writeBrief(incident),
    ]);
    return outcome as PutOutcome;
  }

  /** Takes an incident without a line out of the store and of all counts, because its line came. False: there is none such. Safe to repeat. */
  async takeBack(id: string): Promise<boolean> {
    return (await TAKE_BACK_SCRIPT.run(this.#redis, STORE_KEYS, [id, CHANGED_CHANNEL])) === 1;
  }

  /** Drops what has become too old or too much; returns how many incidents went. put does it too, some at a time. */
  async prune(): Promise<number> {
    let total = 0;
    for (;;) {
      const dropped = Number(await PRUNE_SCRIPT.run(this.#redis, STORE_KEYS, this.#bounds()));
      total += dropped;
      if (dropped < MAX_DROPPED) return total;
    }
  }

  async get(id: string): Promise<StoredIncident | null> {
    const [incident] = await this.#getMany([id]);
    return incident ?? null;
  }

  /** pcapng bytes; null when there never was a capture or the budget has dropped it. */
  async evidence(id: string): Promise<Uint8Array | null> {
    return await this.#redis.hgetBuffer(KEYS.evidence, id);
  }

  async hasEvidence(id: string): Promise<boolean> {
    return (await this.#redis.hexists(KEYS.evidence, id)) === 1;
  }

  /** Newest first. */
  async list({ limit, beforeUs, groupId }: ListQuery): Promise<readonly StoredIncident[]> {
    const term = groupId === undefined ? ALL_TERM : indexTerm('group', groupId);
    return this.#getMany((await this.#members(term, limit, beforeUs)).map(({ id }) => id));
  }

  /** A page of what fits; exact also among equal times. */
  async search(query: SearchQuery): Promise<SearchPage> {
    const { ids, next, more } = await this.#searchIds(query);
    return { incidents: await this.#getMany(ids), next, more };
  }

  /** The same with what lists show of each, at a fraction of the cost. */
  async searchBriefs(query: SearchQuery): Promise<BriefPage> {
    const { ids, next, more } = await this.#searchIds(query);
    if (ids.length === 0) return { incidents: [], next, more };
    const [records, briefs] = await Promise.all([
      this.#redis.hmget(KEYS.records, ...ids),
      this.#redis.hmget(KEYS.briefs, ...ids),
    ]);
    const incidents = ids
      .map((id, at) => readListedIncident(id, records[at] ?? null, briefs[at] ?? null))
      .filter((incident) => incident !== null);
    return { incidents, next, more };
  }

  async #searchIds(query: SearchQuery): Promise<FoundIds> {
    const limit = Math.max(1, query.limit);
    const wanted = { terms: queryTerms(query), needle: needleOf(query), oldest: timeDigits(query.fromUs ?? 0) };
    const found = await searchIndex(this.#redis, wanted, pageStart(query), limit + 1);
    const tails = found.tails.slice(0, limit);
    const isFull = found.tails.length > limit;
    const next = isFull ? (tails.at(-1) ?? null) : found.stoppedAt;
    return { ids: tails.map((tail) => parseIndexMember(tail).id), next, more: !isFull && next !== null };
  }

  /** Last seen first; with fromUs only those seen then or later. */
  async groups({ limit, fromUs = 0 }: GroupsQuery): Promise<readonly IncidentGroup[]> {
    if (limit <= 0) return [];
    const ids = await this.#redis.zrevrangebyscore(KEYS.groupsByTime, '+inf', fromUs, 'LIMIT', 0, limit);
    return readGroups(this.#redis, ids, this.#nowUs());
  }

  async group(id: string): Promise<IncidentGroup | null> {
    const [group] = await readGroups(this.#redis, [id], this.#nowUs());
    return group ?? null;
  }

  /** One for each id, in their order; of incidents ever seen, also those no longer kept. */
  async trends(query: TrendQuery): Promise<readonly GroupTrend[]> {
    return readTrends(this.#redis, query, this.#nowUs());
  }

  /**
   * What a person has decided about a group; an event of it that still waits goes unless it is open. by: who, as far as known.
   * False: no such group.
   */
  async decide(groupId: string, decision: GroupDecision, by: string | null = null): Promise<boolean> {
    return decideGroup(this.#redis, groupId, decision, { by, nowUs: this.#nowUs() });
  }

  /** Incidents kept that have a term and were created then or later, one number per term; a storm counts as one incident. */
  async tally(name: TermName, values: readonly string[], fromUs: number): Promise<readonly number[]> {
    const bounds = values.map((value) => termBounds(indexTerm(name, value)));
    const from = timeDigits(fromUs);
    return Promise.all(bounds.map(({ min, max }) => this.#redis.zlexcount(KEYS.index, `${min}${from}`, max)));
  }

  async counts(): Promise<IncidentCounts> {
    return readCounts(await this.#redis.hgetall(KEYS.counts));
  }

  /**
   * Calls onId with the id of each incident created or amended from now on, over a connection of its own. Messages are lost
   * while Redis is away. The returned function ends it.
   */
  async subscribe(onId: (id: string) => void): Promise<() => Promise<void>> {
    const subscriber = duplicateFor(this.#redis);
    // Without a listener ioredis prints connection errors; the connection comes back by itself.
    subscriber.on('error', () => undefined);
    subscriber.on('message', (_channel: string, id: string) => onId(id));
    await subscriber.subscribe(CHANGED_CHANNEL);
    return async () => {
      subscriber.disconnect();
    };
  }

  #bounds(): readonly [string, number, number] {
    const { maxIncidents, maxAgeSeconds, maxEvidenceBytes } = this.#limits;
    return [timeDigits(this.#nowUs() - maxAgeSeconds * 1_000_000), maxIncidents, maxEvidenceBytes];
  }

  async #members(term: string, limit: number, beforeUs?: number): Promise<readonly IndexedIncident[]> {
    const { min, max } = termBounds(term, beforeUs);
    const members = await this.#redis.zrevrangebylex(KEYS.index, max, min, 'LIMIT', 0, Math.max(0, limit));
    return members.map(parseIndexMember);
  }

  async #getMany(ids: readonly string[]): Promise<readonly StoredIncident[]> {
    if (ids.length === 0) return [];
    const [records, verdicts] = await Promise.all([
      this.#redis.hmget(KEYS.records, ...ids),
      this.#redis.hmget(KEYS.verdicts, ...ids),
    ]);
    return ids
      .map((id, at) => readStoredIncident(id, records[at] ?? null, verdicts[at] ?? null))
      .filter((incident) => incident !== null);
  }
}

/** A connection that waits for Redis however long it is away. */
function duplicateFor(redis: RedisClient): RedisClient {
  const options = { enableOfflineQueue: true, maxRetriesPerRequest: null };
  if (!(redis instanceof Cluster)) return redis.duplicate(options);
  return redis.duplicate([], { enableOfflineQueue: true, maxRedirections: Number.POSITIVE_INFINITY });
}
