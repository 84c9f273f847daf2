/**
 * Events of groups, waiting to be told: a group is new, or has come back. They are written in the step that stores the
 * incident (put-script.ts), so however many correlators there are, and whenever one of them dies, there is one event. A group has
 * one waiting at most; events go with their group.
 */
import { z } from 'zod';
import { KEYS } from './keys.ts';
import type { RedisClient } from './lua-script.ts';
import { GIVE_BACK_SCRIPT, OUTBOX_KEYS, REMOVE_SCRIPT, TAKE_SCRIPT } from './outbox-script.ts';

/** unsnoozed: the first incident after a snooze. regressed: after it was resolved. returned: after a long silence. */
export type GroupEventKind = 'new' | 'returned' | 'regressed' | 'unsnoozed';

export interface GroupEvent {
  /** Unique; the same in every attempt to send it. */
  readonly id: string;
  readonly kind: GroupEventKind;
  readonly groupId: string;
  /** Creation time of the incident that caused it. */
  readonly atUs: number;
  /** How often it was taken to be sent, this time included. */
  readonly attempts: number;
}

export interface OutboxCounts {
  readonly waiting: number;
  /** Given up after too many attempts. */
  readonly dead: number;
  /** Never written, because too many were waiting. */
  readonly lost: number;
}

const eventSchema: z.ZodType<GroupEvent> = z.object({
  id: z.string(),
  kind: z.enum(['new', 'returned', 'regressed', 'unsnoozed']),
  groupId: z.string(),
  atUs: z.string().transform(Number),
  attempts: z.number(),
});

const DEAD_FIELD = 'events-dead';
const LOST_FIELD = 'events-lost';

export class Outbox {
  readonly #redis: RedisClient;
  readonly #leaseMs: number;

  /** leaseMs: longer than sending takes; an event whose sender has died is taken again after it. */
  constructor(redis: RedisClient, leaseMs: number) {
    this.#redis = redis;
    this.#leaseMs = leaseMs;
  }

  /** The event that is due longest, for this sender alone while the lease runs; null: none is due. */
  async take(): Promise<GroupEvent | null> {
    const text = await TAKE_SCRIPT.run(this.#redis, OUTBOX_KEYS, [this.#leaseMs]);
    return text === null ? null : eventSchema.parse(JSON.parse(String(text)));
  }

  /** Told, or not worth telling. */
  async done({ groupId, id }: GroupEvent): Promise<void> {
    await REMOVE_SCRIPT.run(this.#redis, OUTBOX_KEYS, [groupId, id, '']);
  }

  /** Never to be told. */
  async giveUp({ groupId, id }: GroupEvent): Promise<void> {
    await REMOVE_SCRIPT.run(this.#redis, OUTBOX_KEYS, [groupId, id, DEAD_FIELD]);
  }

  /** Not told; again after a while. */
  async retryIn(event: GroupEvent, delayMs: number): Promise<void> {
    await this.#giveBack(event, event.attempts, delayMs);
  }

  /** Not tried, because it is not the time; no attempt is counted. */
  async postpone(event: GroupEvent, delayMs: number): Promise<void> {
    await this.#giveBack(event, event.attempts - 1, delayMs);
  }

  async counts(): Promise<OutboxCounts> {
    const [waiting, [dead, lost]] = await Promise.all([
      this.#redis.zcard(KEYS.outbox),
      this.#redis.hmget(KEYS.counts, DEAD_FIELD, LOST_FIELD),
    ]);
    return { waiting, dead: Number(dead ?? 0), lost: Number(lost ?? 0) };
  }

  async #giveBack({ groupId, id, attempts }: GroupEvent, attemptsNow: number, delayMs: number): Promise<void> {
    await GIVE_BACK_SCRIPT.run(this.#redis, OUTBOX_KEYS, [groupId, id, attempts, attemptsNow, Math.ceil(delayMs)]);
  }
}
