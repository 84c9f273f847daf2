/** A real follower with its own waker, whose lines are kept: nothing here is stepped. */
import { FileCheckpointStore, type FollowEvents, Follower, type FollowerOptions } from '@resetscope/follow';
import { waitUntil } from '@resetscope/testkit';

export interface DeliveredLine {
  readonly fileId: string;
  readonly offset: number;
  /** One character per byte. */
  readonly text: string;
}

export class FollowedLog {
  readonly lines: DeliveredLine[] = [];
  /** How often each event was told. */
  readonly events: ReadonlyMap<string, number>;
  readonly #follower: Follower;
  #ended: Promise<void> = Promise.resolve();

  constructor(path: string, checkpointFile: string, options: Partial<FollowerOptions> = {}) {
    const counts = new Map<string, number>();
    this.events = counts;
    const events = new Proxy({} as FollowEvents, {
      get: (_, name: string) => () => counts.set(name, (counts.get(name) ?? 0) + 1),
    });
    const checkpoint = new FileCheckpointStore(checkpointFile);
    this.#follower = new Follower({ path, checkpoint, events, from: 'beginning', ...options });
  }

  async start(): Promise<this> {
    await this.#follower.start();
    this.#ended = this.#collect();
    return this;
  }

  /** Resolves once as many lines have come; throws when they do not. */
  async waitFor(count: number): Promise<void> {
    await waitUntil(() => this.lines.length >= count, { what: `${count} lines`, timeoutMs: 20_000 });
  }

  get texts(): readonly string[] {
    return this.lines.map((line) => line.text);
  }

  async stop(): Promise<void> {
    await this.#follower.stop();
    await this.#ended;
  }

  async #collect(): Promise<void> {
    for await (const batch of this.#follower.batches()) {
      for (const { fileId, offset, bytes } of batch.lines) {
        this.lines.push({ fileId, offset, text: Buffer.from(bytes).toString('latin1') });
      }
      void batch.commit();
    }
  }
}
