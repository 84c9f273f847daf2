/** What the webhook counts and logs: never the URL, the secret, or what was sent. */
import type { OutboxCounts } from '@resetscope/incidents';
import { Counter, Gauge, type Logger, type Registry } from '@resetscope/telemetry';
import type { WebhookEvents } from './webhook.ts';
import type { WebhookAnswer } from './webhook-request.ts';

export class WebhookMetrics implements WebhookEvents {
  private readonly log: Logger;
  private readonly events: Counter;
  private readonly outbox: Gauge;

  constructor(registry: Registry, log: Logger) {
    this.log = log;
    const registers = [registry];
    this.events = new Counter({
      name: 'resetscope_webhook_events_total',
      help: 'Events of groups taken to be sent, by what became of them',
      labelNames: ['result'],
      registers,
    });
    this.outbox = new Gauge({
      name: 'resetscope_webhook_outbox_events',
      help: 'Events of groups: waiting now; dead after too many attempts, and lost because too many waited, since the store began',
      labelNames: ['state'],
      registers,
    });
  }

  sent(): void {
    this.events.inc({ result: 'sent' });
  }

  notSent(id: string, answer: WebhookAnswer, isLast: boolean): void {
    this.events.inc({ result: isLast ? 'dead' : 'retried' });
    if (isLast) this.log.error({ id, answer }, 'webhook: an event was given up');
    else this.log.warn({ id, answer }, 'webhook: not accepted; the event will be sent again');
  }

  silenced(reason: 'benign' | 'decided' | 'gone'): void {
    this.events.inc({ result: reason });
  }

  postponed(): void {
    this.events.inc({ result: 'postponed' });
  }

  outboxCounted({ waiting, dead, lost }: OutboxCounts): void {
    this.outbox.set({ state: 'waiting' }, waiting);
    this.outbox.set({ state: 'dead' }, dead);
    this.outbox.set({ state: 'lost' }, lost);
  }

  failed(error: Error): void {
    this.log.warn({ error: error.message }, 'webhook: could not look for events; trying again');
  }
}
