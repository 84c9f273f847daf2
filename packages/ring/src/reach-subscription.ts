/** Waits for the ring's reach over a subscription of its own: no polling. */
import { Cluster } from 'ioredis';
import type { RingRedis } from './ring-redis.ts';

interface Waiter {
  readonly tsUs: number;
  readonly settle: (reached: boolean) => void;
}

/** How long the first answer of Redis may take beyond a short wait: a loaded host must not look like a Redis that is away. */
const FIRST_ANSWER_MS = 2000;

export class ReachSubscription {
  private readonly redis: RingRedis;
  /** The stored reach could not be asked: every wait rejects, a new subscription is needed. */
  isBroken = false;
  private readonly waiters = new Set<Waiter>();
  private readonly ask: () => Promise<number>;
  private readonly known: Promise<void>;
  private isKnown = false;
  private newestUs = 0;

  /** Opens a connection of the same kind as `redis`. ask: the reach as stored; later ones are pushed. */
  constructor(redis: RingRedis, channel: string, ask: () => Promise<number>) {
    this.ask = ask;
    this.redis = redis instanceof Cluster ? redis.duplicate() : redis.duplicate();
    // Without a listener a lost connection would end the process; ioredis connects and subscribes again by itself.
    this.redis.on('error', () => undefined);
    this.redis.on('message', (_channel: string, text: string) => this.moved(Number(text)));
    this.known = this.redis
      .subscribe(channel)
      .then(ask)
      .then((newestUs) => {
        this.isKnown = true;
        this.moved(newestUs);
      });
    this.known.catch(() => {
      this.isBroken = true;
    });
  }

  /** True as soon as the reach is tsUs or later, false after timeoutMs. Rejects when Redis cannot be asked, also not by then; its first answer may take longer. */
  wait(tsUs: number, timeoutMs: number): Promise<boolean> {
    if (this.newestUs >= tsUs) return Promise.resolve(true);
    return new Promise<boolean>((resolve, reject) => {
      const finish = (done: () => void): void => {
        clearTimeout(timer);
        this.waiters.delete(waiter);
        done();
      };
      const fail = (error: unknown): void => finish(() => reject(error));
      let timer = setTimeout(() => {
        // Asked once more: a subscription whose host has vanished hears nothing, and does not know it.
        if (this.isKnown && this.redis.status === 'ready') this.ask().then((us) => waiter.settle(us >= tsUs), fail);
        else if (this.isKnown) fail(new Error(`no connection for ${timeoutMs} ms`));
        else {
          this.known.then(() => waiter.settle(this.newestUs >= tsUs), fail);
          timer = setTimeout(() => fail(new Error(`no answer for ${timeoutMs + FIRST_ANSWER_MS} ms`)), FIRST_ANSWER_MS);
        }
      }, timeoutMs);
      const waiter: Waiter = { tsUs, settle: (reached) => finish(() => resolve(reached)) };
      this.waiters.add(waiter);
      this.known.catch(fail);
    });
  }

  /** Whoever still waits gets false. */
  close(): void {
    for (const waiter of [...this.waiters]) waiter.settle(false);
    this.redis.disconnect();
  }

  /** Back too, with the clock: what the ring reached before it was set says nothing about the times to come. */
  private moved(newestUs: number): void {
    this.newestUs = newestUs;
    for (const waiter of [...this.waiters]) if (this.newestUs >= waiter.tsUs) waiter.settle(true);
  }
}
