/**
 * A value read from Redis and kept for a moment, so that many readers cost one reading. While somebody looks, a change is
 * read behind the scenes: readers get the value before it rather than wait.
 */

export interface KeptOptions {
  /** After a change the value is read again, at most once in this time. */
  readonly everyMs: number;
  /** Changes can be missed: no reader gets a value older than this. */
  readonly maxAgeMs: number;
}

/** Nobody has asked for so long: changes are no longer followed. */
const IDLE_MS = 30_000;

export class Kept<T> {
  readonly #load: () => Promise<T>;
  readonly #options: KeptOptions;
  #value: { readonly value: T; readonly atMs: number } | null = null;
  #loading: Promise<T> | null = null;
  #askedAtMs = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(load: () => Promise<T>, options: KeptOptions) {
    this.#load = load;
    this.#options = options;
  }

  /** Rejects as `load` does when there is no value young enough. */
  async get(): Promise<T> {
    this.#askedAtMs = performance.now();
    const kept = this.#value;
    if (kept !== null && this.#askedAtMs - kept.atMs < this.#options.maxAgeMs) return kept.value;
    return this.#reload();
  }

  /** What it was read from has changed; a value of before is served until it has been read again. */
  changed(): void {
    if (this.#timer !== null || this.#value === null || performance.now() - this.#askedAtMs > IDLE_MS) return;
    const waitMs = Math.max(0, this.#value.atMs + this.#options.everyMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#reload().catch(() => undefined);
    }, waitMs);
    this.#timer.unref();
  }

  /** The next reader gets a new one. */
  forget(): void {
    this.#value = null;
    this.#loading = null;
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #reload(): Promise<T> {
    if (this.#loading !== null) return this.#loading;
    const atMs = performance.now();
    const loading = this.#load().then((value) => {
      // What was forgotten meanwhile may have been read before the change.
      if (this.#loading === loading) this.#value = { value, atMs };
      return value;
    });
    const done = (): void => {
      if (this.#loading === loading) this.#loading = null;
    };
    this.#loading = loading;
    loading.then(done, done);
    return loading;
  }
}
