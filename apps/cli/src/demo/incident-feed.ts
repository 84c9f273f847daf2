/** Incidents as they are stored: each one when it is new or changed, and all of them at the end. */
import { IncidentStore, type StoredIncident } from '@resetscope/incidents';
import { connectRedis, type RedisUrl } from '@resetscope/telemetry';
import type { TimedIncident } from './evaluation.ts';

/** More than a demo of a quarter of an hour makes; the store keeps no more anyway. */
const MAX_INCIDENTS = 10_000;

export class IncidentFeed {
  readonly #store: IncidentStore;
  readonly #disconnect: () => Promise<void>;

  private constructor(store: IncidentStore, disconnect: () => Promise<void>) {
    this.#store = store;
    this.#disconnect = disconnect;
  }

  /** Calls onIncident for each incident created or amended from now on. */
  static async open(url: RedisUrl, onIncident: (stored: StoredIncident) => void): Promise<IncidentFeed> {
    const redis = await connectRedis(url);
    const store = new IncidentStore(redis);
    const show = async (id: string): Promise<void> => {
      const stored = await store.get(id);
      if (stored !== null) onIncident(stored);
    };
    // Redis going away while an incident is being read ends the demo on its own.
    const unsubscribe = await store.subscribe((id) => void show(id).catch(() => undefined));
    return new IncidentFeed(store, async () => {
      await unsubscribe();
      redis.disconnect();
    });
  }

  async all(): Promise<readonly TimedIncident[]> {
    const stored = await this.#store.list({ limit: MAX_INCIDENTS });
    return stored.map(({ incident, resetTsUs, createdAtUs }) => ({
      incident,
      storedAfterUs: resetTsUs === null ? null : createdAtUs - resetTsUs,
    }));
  }

  close(): Promise<void> {
    return this.#disconnect();
  }
}
