/**
 * A server on loopback whose clients reset, and the log that nginx would write of it: each reset has an own URL, so that the
 * port that the client really had is known to the test. The capture sees these packets; nothing else needs a web server.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { waitUntil } from '@resetscope/testkit';

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Paths. */
export interface ShopLogs {
  readonly error: string;
  readonly access: string;
}

export class ResetShop {
  /** Of the client of each URL: what an incident about that URL must name. */
  readonly originators = new Map<string, string>();
  private readonly server: Server;
  private readonly logs: ShopLogs;
  private readonly resetsSeen = new Set<number>();

  private constructor(server: Server, logs: ShopLogs) {
    this.server = server;
    this.logs = logs;
    server.on('connection', (socket) => this.serve(socket));
  }

  /** The logs are made empty. */
  static async open(logs: ShopLogs): Promise<ResetShop> {
    writeFileSync(logs.error, '');
    writeFileSync(logs.access, '');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ResetShop(server, logs);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** A request, its answer, and then the client resets. Resolves when its lines are in the logs. */
  async reset(): Promise<void> {
    const url = `/order/${this.originators.size}`;
    const client = connect(this.port, '127.0.0.1');
    client.on('error', () => undefined);
    await new Promise((resolve) => client.once('connect', resolve));
    const { localPort = 0 } = client;
    this.originators.set(url, `127.0.0.1:${localPort}`);
    client.write(`GET ${url} HTTP/1.1\r\nHost: shop.test\r\n\r\n`);
    await new Promise((resolve) => client.once('data', resolve));
    client.resetAndDestroy();
    await waitUntil(() => this.resetsSeen.has(localPort), { what: 'the server to see the reset' });
    appendFileSync(this.logs.error, `${stamp()} ${lineText(url)}\n`);
    appendFileSync(this.logs.access, `${accessText(url)}\n`);
  }

  close(): void {
    this.server.close();
  }

  private serve(socket: Socket): void {
    const { remotePort = 0 } = socket;
    socket.on('error', () => this.resetsSeen.add(remotePort));
    socket.once('data', () => socket.write(ANSWER));
  }
}

/** Local time of a host in UTC, as nginx writes it. */
function stamp(): string {
  return new Date().toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
}

let connectionNumber = 0;

function lineText(url: string): string {
  connectionNumber++;
  const what = `[info] 7#7: *${connectionNumber} recv() failed (104: Connection reset by peer) while sending to client`;
  return `${what}, client: 127.0.0.1, server: shop.test, request: "GET ${url} HTTP/1.1", host: "shop.test"`;
}

/** nginx's predefined format `combined`. */
function accessText(url: string): string {
  const time = new Date().toUTCString().replace(/^\w+, (\d+) (\w+) (\d+) (\S+) GMT$/, '$1/$2/$3:$4 +0000');
  return `127.0.0.1 - - [${time}] "GET ${url} HTTP/1.1" 200 2 "-" "-"`;
}
