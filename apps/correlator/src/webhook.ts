/**
 * Tells a receiver of groups that are new or have come back. Any number of correlators may run it: an event is leased to one of
 * them, and sent again when that one dies. A receiver that was told of an event twice (its sender died between the answer and
 * noting it) can tell by the event's id.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { type GroupEvent, type GroupState, type IncidentStore, Outbox, type OutboxCounts } from '@resetscope/incidents';
import { ClearError, type RedisClient } from '@resetscope/telemetry';
import { webhookBody } from './webhook-body.ts';
import type { WebhookOptions, WebhookSecret } from './webhook-options.ts';
import { quietUntilMs } from './webhook-quiet-hours.ts';
import { postWebhook, type WebhookAnswer } from './webhook-request.ts';
import { SIGNATURE_HEADER, webhookSignature } from './webhook-signature.ts';

export interface WebhookPace {
  /** Pause between two looks for an event. */
  readonly pollMs: number;
  /** For one answer. */
  readonly timeoutMs: number;
  /** An event that its sender has neither sent nor given back by then is another's. */
  readonly leaseMs: number;
  /** Pause after the first attempt; each one doubles it. */
  readonly retryMs: number;
  readonly maxRetryMs: number;
  /** Then the event is dead. */
  readonly maxAttempts: number;
}

/** 16 attempts take some seven hours: a receiver that is mended in the morning has missed nothing of the night. */
const LIVE_PACE: WebhookPace = {
  pollMs: 1000,
  timeoutMs: 10_000,
  leaseMs: 60_000,
  retryMs: 5000,
  maxRetryMs: 3_600_000,
  maxAttempts: 16,
};

/** An HMAC-SHA256 key shorter than this can be guessed (RFC 2104 section 3 asks for 32 bytes). */
const SECRET_MIN_LEN = 16;

/** Somebody knows of the group. */
const DECIDED: ReadonlySet<GroupState['kind']> = new Set(['expected', 'snoozed', 'resolved']);

export interface WebhookEvents {
  sent(): void;
  /** isLast: and never will be. */
  notSent(id: string, answer: WebhookAnswer, isLast: boolean): void;
  /** Not told: a benign group that is always quiet, a group that somebody has decided about meanwhile, or one that is no more. */
  silenced(reason: 'benign' | 'decided' | 'gone'): void;
  /** Until the quiet hours end. */
  postponed(): void;
  outboxCounted(counts: OutboxCounts): void;
  failed(error: Error): void;
}

export interface WebhookParts {
  readonly redis: RedisClient;
  readonly store: IncidentStore;
  readonly options: WebhookOptions;
  readonly events: WebhookEvents;
  /** Default LIVE_PACE. */
  readonly pace?: WebhookPace;
  readonly nowMs?: () => number;
}

export interface RunningWebhook {
  /** Breaks off what is being sent; it will be sent again. */
  close(): Promise<void>;
}

/** @throws ClearError when the secret cannot be read or is too short. */
export async function startWebhook(parts: WebhookParts): Promise<RunningWebhook> {
  const sender = new WebhookSender(parts, await readSecret(parts.options.secret));
  const running = sender.run();
  return {
    close: async () => {
      sender.stop();
      await running;
    },
  };
}

async function readSecret(secret: WebhookSecret): Promise<string> {
  const text = secret.kind === 'text' ? secret.text : await readFirstLine(secret.path);
  if (text.length >= SECRET_MIN_LEN) return text;
  throw new ClearError(
    'RS_USAGE',
    `expected a webhook secret of ${SECRET_MIN_LEN} characters or more, got ${text.length}`,
  );
}

async function readFirstLine(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).split(/\r?\n/, 1)[0] ?? '';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ClearError('RS_FILE_UNREADABLE', `${path}: expected the webhook secret, got ${code}`, undefined, error);
  }
}

class WebhookSender {
  private readonly parts: WebhookParts;
  private readonly secret: string;
  private readonly pace: WebhookPace;
  private readonly outbox: Outbox;
  private readonly nowMs: () => number;
  private readonly stopping = new AbortController();

  constructor(parts: WebhookParts, secret: string) {
    this.parts = parts;
    this.secret = secret;
    this.pace = parts.pace ?? LIVE_PACE;
    this.outbox = new Outbox(parts.redis, this.pace.leaseMs);
    this.nowMs = parts.nowMs ?? Date.now;
  }

  stop(): void {
    this.stopping.abort();
  }

  /** Until it is stopped. */
  async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.tellAllDue().catch((error: Error) => this.parts.events.failed(error));
      await pause(this.pace.pollMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async tellAllDue(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const event = await this.outbox.take();
      if (event === null) break;
      await this.tell(event);
    }
    this.parts.events.outboxCounted(await this.outbox.counts());
  }

  private async tell(event: GroupEvent): Promise<void> {
    const { store, options, events } = this.parts;
    const group = await store.group(event.groupId);
    if (group === null) return this.silence(event, 'gone');
    if (DECIDED.has(group.state.kind)) return this.silence(event, 'decided');
    const quietMs = group.benign ? quietUntilMs(options.quiet, this.nowMs()) : null;
    if (quietMs === Number.POSITIVE_INFINITY) return this.silence(event, 'benign');
    if (quietMs !== null) {
      await this.outbox.postpone(event, quietMs - this.nowMs());
      return events.postponed();
    }
    const stored = await store.get(group.lastIncidentId);
    await this.settle(event, await this.send(event, webhookBody({ event, group, stored }, options.pageUrl)));
  }

  private async silence(event: GroupEvent, reason: 'benign' | 'decided' | 'gone'): Promise<void> {
    await this.outbox.done(event);
    this.parts.events.silenced(reason);
  }

  private send(event: GroupEvent, body: string): Promise<WebhookAnswer> {
    const headers = {
      [SIGNATURE_HEADER]: webhookSignature(this.secret, body, this.nowMs()),
      'x-resetscope-event': `group.${event.kind}`,
      'x-resetscope-delivery': event.id,
    };
    return postWebhook({ url: this.parts.options.url, body, headers }, this.pace.timeoutMs, this.stopping.signal);
  }

  private async settle(event: GroupEvent, answer: WebhookAnswer): Promise<void> {
    const { events } = this.parts;
    if (answer.kind === 'accepted') {
      await this.outbox.done(event);
      return events.sent();
    }
    const isLast = event.attempts >= this.pace.maxAttempts;
    events.notSent(event.id, answer, isLast);
    if (isLast) return this.outbox.giveUp(event);
    const { retryMs, maxRetryMs } = this.pace;
    await this.outbox.retryIn(event, Math.min(retryMs * 2 ** (event.attempts - 1), maxRetryMs));
  }
}
