/** Every incident as somebody who watches sees it: when it was told of first, and its latest verdict. The store itself keeps only the newest. */
import { IncidentStore } from '@resetscope/incidents';
import { connectRedis } from '@resetscope/telemetry';

/** Between two readings of what was told of: far more often than the store forgets. */
const READ_EVERY_MS = 200;

export class IncidentWatch {
  #redis;
  #store;
  #unsubscribe;
  #timer;
  #told = new Set();
  #reading = Promise.resolve();
  /** id -> what is needed of it. */
  #seen = new Map();
  /** Ids of incidents that no line tells of. */
  #unlogged = new Set();

  static async open(redisUrl) {
    const watch = new IncidentWatch();
    watch.#redis = await connectRedis(redisUrl);
    watch.#store = new IncidentStore(watch.#redis);
    watch.#unsubscribe = await watch.#store.subscribe((id) => watch.#note(id));
    watch.#timer = setInterval(() => {
      watch.#reading = watch.#reading.then(() => watch.#read());
    }, READ_EVERY_MS);
    return watch;
  }

  /** Of lines. */
  get count() {
    return this.incidents.length;
  }

  /** Resets that no line tells of, or whose line has not had its turn. */
  get unloggedCount() {
    return this.#unlogged.size;
  }

  /** Gists of the incidents of lines, with `toldUs`, `createdAtUs` and `resetTsUs`, null without a match. */
  get incidents() {
    return [...this.#seen.values()].filter(({ incident }) => incident !== undefined);
  }

  #note(id) {
    const toldUs = (performance.timeOrigin + performance.now()) * 1000;
    if (!this.#seen.has(id)) this.#seen.set(id, { toldUs, incident: undefined, first: undefined });
    this.#told.add(id);
  }

  async #read() {
    const ids = [...this.#told];
    this.#told.clear();
    const stored = await Promise.all(ids.map((id) => this.#store.get(id)));
    for (const [at, found] of stored.entries()) {
      // Taken back: a line came that tells of it.
      this.#unlogged.delete(ids[at]);
      if (found === null) continue;
      if (!found.logged) {
        this.#unlogged.add(found.id);
        continue;
      }
      const { line, status, reason, stream, cause, confidence } = found.incident;
      const seen = this.#seen.get(found.id);
      const incident = { line: { raw: line.raw }, status, reason, stream, cause, confidence };
      const { createdAtUs, resetTsUs } = found;
      this.#seen.set(found.id, { ...seen, createdAtUs, resetTsUs, incident, first: seen.first ?? incident.status });
    }
  }

  /** Reads what is left and disconnects. */
  async close() {
    clearInterval(this.#timer);
    await this.#reading;
    await this.#read();
    await this.#unsubscribe();
    this.#redis.disconnect();
  }
}
