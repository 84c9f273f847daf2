/** Where a case plays: addresses, ports, the shared upstream, and what stories add to nginx's configuration. */
import type net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, type ClientOptions } from './client.ts';
import type { Expected } from './expected.ts';
import { type Addresses, drawAddresses } from './network.ts';
import { Random } from './random.ts';
import { App, listen } from './upstream.ts';

export interface Ports {
  readonly http: number;
  readonly https: number;
  readonly h2c: number;
  readonly h2: number;
}

/** A story prepares itself (servers, locations), then plays when nginx runs. */
export type Story = (stage: Stage) => Promise<Play> | Play;
export type Play = () => Promise<readonly Expected[]>;

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
}

const WORDS = ['cart', 'order', 'login', 'list', 'img', 'api', 'sync', 'user', 'pay', 'weixin', 'app', 'detail'];

export class Stage {
  readonly random: Random;
  readonly addresses: Addresses;
  readonly ports: Ports;
  readonly host: string;
  readonly app = new App();
  /** Resolves when tcpdump listens. */
  captureStarted: Promise<void> = Promise.resolve();
  isRecording = false;
  /** nginx's workers, once it runs. */
  workers: readonly number[] = [];
  readonly locations: string[] = [];
  readonly servers: string[] = [];
  readonly streamServers: string[] = [];
  private appPort = 0;
  private nextClient = 0;
  private nextNumber = 1000;
  private readonly open: net.Server[] = [];
  private readonly clients: Client[] = [];

  /** Of nginx. */
  readonly timezone: string;

  constructor(seed: string, timezone: string) {
    this.timezone = timezone;
    this.random = new Random(seed);
    this.addresses = drawAddresses(this.random);
    const { random } = this;
    this.ports = {
      http: random.pick([80, 8080, 8000]),
      https: random.pick([443, 8443]),
      h2c: random.int(8100, 8199),
      h2: random.int(8200, 8299),
    };
    this.host = random.pick(['www.shop.test', 'm.shop.test', 'api.example.test']);
    this.nextNumber = random.int(1000, 9000);
  }

  async start(): Promise<void> {
    const { upstreams, upstream6 } = this.addresses;
    this.appPort = (await this.listen((socket) => this.app.serve(socket), upstreams[0]!)).port;
    const onSix = await this.listen((socket) => this.app.serve(socket), upstream6);
    this.appAddress6 = `[${upstream6}]:${onSix.port}`;
  }

  appAddress6 = '';

  get appAddress(): string {
    return `${this.addresses.upstreams[0]}:${this.appPort}`;
  }

  /** A client address that no other story uses, so that a line's client tells its story. */
  clientAddress(): string {
    const address = this.addresses.clients[this.nextClient++];
    if (address === undefined) throw new Error('the case has more stories than client addresses');
    return address;
  }

  clientAddress6(): string {
    return this.addresses.clients6[this.nextClient++ % this.addresses.clients6.length]!;
  }

  number(): number {
    this.nextNumber += this.random.int(1, 9);
    return this.nextNumber;
  }

  /** A path below `prefix` that no other request has. */
  path(prefix: string): string {
    const query = this.random.chance(0.2) ? `?id=${this.random.int(1, 1e6)}&q=%E4%BD%A0` : '';
    return `${prefix}${this.random.pick(WORDS)}${this.number()}${query}`;
  }

  request(path: string, { method = 'GET', headers = [], body }: RequestOptions = {}): string {
    const length = body === undefined ? [] : [`Content-Length: ${body.length}`];
    const agent = this.random.chance(0.5) ? [`User-Agent: lab/${this.random.int(1, 99)}.0`] : [];
    return [`${method} ${path} HTTP/1.1`, `Host: ${this.host}`, ...agent, ...length, ...headers, '', body ?? ''].join(
      '\r\n',
    );
  }

  /** GET or POST with a small body. */
  anyRequest(path: string): { readonly method: string; readonly text: string } {
    if (this.random.chance(0.6)) return { method: 'GET', text: this.request(path) };
    return { method: 'POST', text: this.request(path, { method: 'POST', body: 'x'.repeat(this.random.int(1, 900)) }) };
  }

  /** A connection to nginx; default to its HTTP port from an address of its own. */
  async connect(options: Partial<ClientOptions> = {}): Promise<Client> {
    const from = options.from ?? this.clientAddress();
    const to = from.includes(':') ? this.addresses.nginx6 : this.addresses.nginx;
    const client = await Client.connect({ from, to, port: this.ports.http, ...options });
    this.clients.push(client);
    return client;
  }

  /** A server of the upstream side on a port of its own. */
  async listen(
    onConnection: (socket: net.Socket) => void,
    address: string = this.random.pick(this.addresses.upstreams),
    options: net.ServerOpts = {},
  ): Promise<{ readonly address: string; readonly port: number; readonly server: net.Server }> {
    const server = await listen(address, onConnection, options);
    this.open.push(server);
    return { address: `${address.includes(':') ? `[${address}]` : address}:${server.port}`, port: server.port, server };
  }

  /** A location of the main server, with a prefix of its own. */
  location(directives: string): string {
    const prefix = `/${this.random.pick(WORDS)}${this.number()}/`;
    this.locations.push(`location ${prefix} { ${directives} }`);
    return prefix;
  }

  /** The pause before a decisive act; a capture that begins late begins in this pause. */
  async moment(fromMs = 15, toMs = 80): Promise<void> {
    const pauseMs = this.random.int(fromMs, toMs);
    const wasRecording = this.isRecording;
    await delay(pauseMs);
    await this.captureStarted;
    if (!wasRecording) await delay(this.random.int(20, 600));
  }

  /** nginx sees all that happens in `act` at once. */
  async whileFrozen(act: () => Promise<void>): Promise<void> {
    for (const pid of this.workers) process.kill(pid, 'SIGSTOP');
    try {
      await act();
    } finally {
      for (const pid of this.workers) process.kill(pid, 'SIGCONT');
    }
  }

  stop(): void {
    for (const client of this.clients) client.socket.destroy();
    for (const server of this.open) server.close();
  }
}
