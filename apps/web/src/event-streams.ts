/** Browsers listening on /events (server-sent events, WHATWG HTML section 9.2), told of each incident created or amended. */
import type { ServerResponse } from 'node:http';
import type { WebMetrics } from './web-metrics.ts';

/** Listeners at most: a page somebody forgot open must not cost memory without bound. */
export const MAX_EVENT_STREAMS = 100;

/** Below the idle timeouts of common proxies (60 s in nginx, ALB and HAProxy); also finds listeners that vanished. */
const HEARTBEAT_MS = 20_000;

/** A listener that has this much unread is dropped; it comes back by itself. */
const MAX_UNREAD_BYTES = 64 * 1024;

export class EventStreams {
  readonly #open = new Set<ServerResponse>();
  readonly #metrics: WebMetrics;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(metrics: WebMetrics) {
    this.#metrics = metrics;
    this.#heartbeat = setInterval(() => this.#write(': still here\n\n'), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  get isFull(): boolean {
    return this.#open.size >= MAX_EVENT_STREAMS;
  }

  /** Takes over a response whose headers have been written. */
  add(response: ServerResponse): void {
    this.#open.add(response);
    this.#metrics.eventStreams.set(this.#open.size);
    response.on('close', () => {
      this.#open.delete(response);
      this.#metrics.eventStreams.set(this.#open.size);
    });
    response.write(': listening\n\n');
  }

  send(incidentId: string): void {
    this.#write(`event: incident\ndata: ${JSON.stringify(incidentId)}\n\n`);
  }

  close(): void {
    clearInterval(this.#heartbeat);
    for (const response of this.#open) response.end();
  }

  #write(text: string): void {
    for (const response of this.#open) {
      if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
      else response.write(text);
    }
  }
}
