/** Clients that behave: keep-alive GET and POST through node:http, the background that resets hide in. */
import { Agent, request } from 'node:http';
import type { ListenAddress } from '@resetscope/telemetry';

/** Sockets per client address. */
const MAX_SOCKETS = 6;

/** Part of the requests that ask for `Connection: close`, so that ordinary teardowns are in the capture too. */
const CLOSE_SHARE = 0.03;

/** Requests a second in all (measured: about a tenth of one core, generator and nginx together). */
const REQUESTS_PER_SECOND = 300;

const TICK_MS = 20;

/** A slow machine skips requests rather than queueing them. */
const MAX_IN_FLIGHT = 60;

const BODY = 'order=4711&amount=19.90';

/** One client address with its kept-alive connections. */
export class HealthyClient {
  readonly #agent: Agent;
  readonly #nginx: ListenAddress;

  constructor(nginx: ListenAddress, from: string) {
    this.#nginx = nginx;
    this.#agent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, localAddress: from } as object);
  }

  /** Resolves with the status, or 0 when the response was cut; never rejects. */
  request(method: 'GET' | 'POST', path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
    const body = method === 'POST' ? BODY : '';
    const length = method === 'POST' ? { 'Content-Length': String(body.length) } : {};
    return new Promise((resolve) => {
      const options = { agent: this.#agent, ...this.#nginx, method, path };
      const sent = request({ ...options, headers: { Host: 'shop.example', ...length, ...headers } }, (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
        response.once('error', () => resolve(0));
      });
      sent.once('error', () => resolve(0));
      sent.end(body);
    });
  }

  /** Closes the idle connections with FIN. */
  close(): void {
    this.#agent.destroy();
  }
}

export class HealthyTraffic {
  readonly #clients: readonly HealthyClient[];
  readonly #timer: NodeJS.Timeout;
  #sentCount = 0;
  #inFlight = 0;
  #serial = 0;

  /** Runs until stop(). */
  constructor(clients: readonly HealthyClient[]) {
    this.#clients = clients;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  get sentCount(): number {
    return this.#sentCount;
  }

  /** No new requests. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    for (let n = 0; n < (REQUESTS_PER_SECOND * TICK_MS) / 1000 && this.#inFlight < MAX_IN_FLIGHT; n++) {
      this.#send();
    }
  }

  #send(): void {
    const serial = this.#serial++;
    const client = this.#clients[serial % this.#clients.length];
    const isPost = serial % 3 === 0;
    const path = isPost ? `/orders/new?basket=${serial}` : `/catalog/items?page=${serial % 50}`;
    const headers = Math.random() < CLOSE_SHARE ? { Connection: 'close' } : {};
    this.#inFlight++;
    this.#sentCount++;
    void client?.request(isPost ? 'POST' : 'GET', path, headers).then(() => {
      this.#inFlight--;
    });
  }
}
