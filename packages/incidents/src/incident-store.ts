/** Incidents and incident groups in Redis, within limits of number, age and evidence bytes. */
import type { Redis } from 'ioredis';
import { counterOf, type IncidentCounts, readCounts } from './counts.ts';
import { fingerprint, groupIdOf } from './fingerprint.ts';
import { type IncidentGroup, readGroupAbout, writeGroupAbout } from './group.ts';
import { CHANGED_CHANNEL, groupBounds, KEYS, parseGroupMember, timeDigits } from './keys.ts';
import { PRUNE_SCRIPT, PUT_SCRIPT, SCRIPT_KEYS } from './put-script.ts';
import { type NewIncident, readStoredIncident, type StoredIncident } from './stored-incident.ts';

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

export interface ListQuery {
  /** Incidents at most. */
  readonly limit: number;
  /** Only those created before; for the next page. */
  readonly beforeUs?: number;
  readonly groupId?: string;
}

export type PutOutcome = 'created' | 'amended' | 'unchanged';

/** Every method rejects when Redis cannot be asked; an empty answer means that there is nothing. */
export class IncidentStore {
  readonly #redis: Redis;
  readonly #limits: IncidentLimits;
  readonly #nowUs: () => number;

  /** nowUs: the clock that ages incidents. */
  constructor(redis: Redis, limits: Partial<IncidentLimits> = {}, nowUs: () => number = () => Date.now() * 1000) {
    this.#redis = redis;
    this.#limits = { ...DEFAULT_INCIDENT_LIMITS, ...limits };
    this.#nowUs = nowUs;
  }

  /** Creates or amends by id, in one step; the same verdict again changes nothing. An amended incident keeps its createdAtUs. */
  async put(incoming: NewIncident): Promise<PutOutcome> {
    const { incident, evidence } = incoming;
    const print = fingerprint(incident);
    const outcome = await PUT_SCRIPT.run(this.#redis, SCRIPT_KEYS, [
      ...this.#bounds(),
      incoming.id,
      JSON.stringify(incident),
      timeDigits(incoming.createdAtUs),
      incoming.node,
      incoming.resetTsUs === null ? '' : timeDigits(incoming.resetTsUs),
      print === null ? '' : groupIdOf(print),
      print === null ? '' : writeGroupAbout(print, incident),
      counterOf(incident),
      evidence === null ? '' : Buffer.from(evidence.buffer, evidence.byteOffset, evidence.byteLength),
      CHANGED_CHANNEL,
      String(incoming.grouped ?? 0),
    ]);
    return outcome as PutOutcome;
  }

  /** Drops what has become too old or too much; returns how many incidents went. put does it too. */
  async prune(): Promise<number> {
    return Number(await PRUNE_SCRIPT.run(this.#redis, SCRIPT_KEYS, this.#bounds()));
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
  async list(query: ListQuery): Promise<readonly StoredIncident[]> {
    return this.#getMany(
      query.groupId === undefined ? await this.#newest(query) : await this.#newestOf(query.groupId, query),
    );
  }

  /** Last seen first. */
  async groups(query: { readonly limit: number }): Promise<readonly IncidentGroup[]> {
    if (query.limit <= 0) return [];
    const ids = await this.#redis.zrevrange(KEYS.groupsByTime, 0, query.limit - 1);
    const groups = await Promise.all(ids.map((id) => this.group(id)));
    return groups.filter((group) => group !== null);
  }

  async group(id: string): Promise<IncidentGroup | null> {
    const { min, max } = groupBounds(id);
    const [about, count, firstSeen, [newest]] = await Promise.all([
      this.#redis.hget(KEYS.groups, id),
      this.#redis.hget(KEYS.groupCounts, id),
      this.#redis.hget(KEYS.groupFirstSeen, id),
      this.#redis.zrevrangebylex(KEYS.groupMembers, max, min, 'LIMIT', 0, 1),
    ]);
    const shared = about === null ? null : readGroupAbout(about);
    if (shared === null || newest === undefined) return null;
    const last = parseGroupMember(newest);
    return {
      id,
      ...shared,
      count: Number(count),
      firstSeenUs: Number(firstSeen),
      lastSeenUs: last.createdAtUs,
      lastIncidentId: last.id,
    };
  }

  /** Creation times of the group's incidents still kept, newest first, `limit` at most: for its trend. */
  async groupTimesUs(id: string, limit: number): Promise<readonly number[]> {
    const { min, max } = groupBounds(id);
    const members = await this.#redis.zrevrangebylex(KEYS.groupMembers, max, min, 'LIMIT', 0, Math.max(0, limit));
    return members.map((member) => parseGroupMember(member).createdAtUs);
  }

  async counts(): Promise<IncidentCounts> {
    return readCounts(await this.#redis.hgetall(KEYS.counts));
  }

  /**
   * Calls onId with the id of each incident created or amended from now on, over a connection of its own. Messages are lost
   * while Redis is away. The returned function ends it.
   */
  async subscribe(onId: (id: string) => void): Promise<() => Promise<void>> {
    const subscriber = this.#redis.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: null });
    // Without a listener ioredis prints connection errors; the connection comes back by itself.
    subscriber.on('error', () => undefined);
    subscriber.on('message', (_channel, id) => onId(id));
    await subscriber.subscribe(CHANGED_CHANNEL);
    return async () => {
      subscriber.disconnect();
    };
  }

  #bounds(): readonly string[] {
    const { maxIncidents, maxAgeSeconds, maxEvidenceBytes } = this.#limits;
    const oldestUs = Math.max(0, this.#nowUs() - maxAgeSeconds * 1_000_000);
    return [timeDigits(oldestUs), String(maxIncidents), String(maxEvidenceBytes)];
  }

  #newest({ limit, beforeUs }: ListQuery): Promise<readonly string[]> {
    const max = beforeUs === undefined ? '+inf' : `(${beforeUs}`;
    return this.#redis.zrevrangebyscore(KEYS.byTime, max, '-inf', 'LIMIT', 0, Math.max(0, limit));
  }

  async #newestOf(groupId: string, { limit, beforeUs }: ListQuery): Promise<readonly string[]> {
    const { min, max } = groupBounds(groupId, beforeUs);
    const members = await this.#redis.zrevrangebylex(KEYS.groupMembers, max, min, 'LIMIT', 0, Math.max(0, limit));
    return members.map((member) => parseGroupMember(member).id);
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
