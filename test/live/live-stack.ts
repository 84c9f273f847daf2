/** What several hosts share: Redis, the queue, a correlator. Its second looks come when they are asked for. */
import { IncidentStore, type StoredIncident } from '@resetscope/incidents';
import { deadLetters, openResetQueue, queueDepth, type ResetQueue, startResetWorker } from '@resetscope/jobs';
import { createLogger } from '@resetscope/telemetry';
import { type RedisServer, startRedis, waitUntil } from '@resetscope/testkit';
import { Redis } from 'ioredis';
import { CorrelatorMetrics } from '../../apps/correlator/src/correlator-metrics.ts';
import { JobHandler } from '../../apps/correlator/src/job-handler.ts';

/** The ring has all that a line waits for, or never will; and no second look comes by itself. */
const PACE = { reachWaitMs: 20, notYetMs: 20, notYetStarts: 8, settleMs: 100, graceMs: 24 * 3_600_000 } as const;
const CONCURRENCY = 256;
/** Of all cases together; a busy machine takes its time. */
const ANSWER_TIMEOUT_MS = 60_000;

export class LiveStack {
  readonly redis: Redis;
  readonly queue: ResetQueue;
  readonly #server: RedisServer;
  readonly #store: IncidentStore;
  /** By node. */
  readonly #answered = new Map<string, Set<string>>();
  #stopCorrelating = async (): Promise<void> => undefined;

  private constructor(server: RedisServer, redis: Redis) {
    this.#server = server;
    this.redis = redis;
    this.queue = openResetQueue(redis, () => undefined);
    this.#store = new IncidentStore(redis);
  }

  static async start(): Promise<LiveStack> {
    const server = await startRedis();
    // BullMQ's blocking reads wait for ever (its own requirement).
    const redis = new Redis({ path: server.url.replace('unix:', ''), maxRetriesPerRequest: null });
    const stack = new LiveStack(server, redis);
    await stack.#correlate();
    return stack;
  }

  async #correlate(): Promise<void> {
    const metrics = new CorrelatorMetrics(createLogger('correlator'));
    const handler = new JobHandler({ redis: this.redis, store: this.#store, timezone: 'UTC', metrics, pace: PACE });
    const unsubscribe = await this.#store.subscribe((id) => void this.#note(id));
    const worker = await startResetWorker(this.redis, handler.handle, { concurrency: CONCURRENCY, events: metrics });
    this.#stopCorrelating = async () => {
      await worker.close();
      await handler.close();
      await unsubscribe();
    };
  }

  async #note(id: string): Promise<void> {
    const stored = await this.#store.get(id);
    if (stored === null) return;
    const ids = this.#answered.get(stored.node) ?? new Set();
    this.#answered.set(stored.node, ids.add(id));
  }

  /** Resolves when so many lines of a node have their first answer. */
  async answered(node: string, count: number): Promise<void> {
    const isThere = (): boolean => (this.#answered.get(node)?.size ?? 0) >= count;
    await waitUntil(isThere, { what: `answer ${count} of ${node}`, timeoutMs: ANSWER_TIMEOUT_MS });
  }

  /** Every job gets its second look now; resolves when none is left. */
  async lookAgain(): Promise<void> {
    await this.queue.promoteJobs();
    const isDone = async (): Promise<boolean> => {
      const { waiting, active, delayed } = await queueDepth(this.queue);
      return waiting + active + delayed === 0;
    };
    await waitUntil(isDone, { what: 'the second looks', timeoutMs: ANSWER_TIMEOUT_MS });
  }

  /** Reasons of the jobs that were given up. */
  async deadReasons(): Promise<readonly string[]> {
    return (await deadLetters(this.queue, 100)).map(({ reason }) => reason);
  }

  async incidents(): Promise<readonly StoredIncident[]> {
    return await this.#store.list({ limit: 10_000 });
  }

  async stop(): Promise<void> {
    await this.#stopCorrelating();
    await this.queue.close();
    this.redis.disconnect();
    await this.#server.stop();
  }
}
