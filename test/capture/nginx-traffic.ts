/** Real nginx, real clients over a cable: the ways in which web traffic looks on the wire. All connections are closed when it is over. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestOptions,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { type NginxServer, nginxConfig, startNginx } from '@resetscope/testkit';
import type { Network } from './network.ts';

/** Bytes of the static file: a download of many segments. */
const DOWNLOAD_LEN = 3_000_000;
const UPLOAD_LEN = 200_000;

/** Values that the capture must not keep, by where they are sent. */
export const SECRETS = {
  authorization: 'Bearer eyJhbGciOiJIUzI1NiJ9.c2VjcmV0',
  cookie: 'session=b61c0ffee5; theme=dark',
  setCookie: 'session=5eeffoc16b; HttpOnly',
  token: '4f3c2a1d9e8b7c6f',
} as const;

const HEADERS = { Authorization: SECRETS.authorization, Cookie: SECRETS.cookie };

export class NginxTraffic {
  private readonly network: Network;
  private readonly nginx: NginxServer;
  private readonly upstream: Server;
  private readonly port: number;

  private constructor(network: Network, nginx: NginxServer, upstream: Server) {
    this.network = network;
    this.nginx = nginx;
    this.upstream = upstream;
    this.port = nginx.ports[0] as number;
  }

  static async start(network: Network): Promise<NginxTraffic> {
    return network.server.enter(async () => {
      const upstream = createServer(answer).listen(0, '127.0.0.1');
      await once(upstream, 'listening');
      const { port: upstreamPort } = upstream.address() as AddressInfo;
      const nginx = await startNginx({
        config: (layout) => nginxConfig(layout, { http: server(layout.dir, layout.ports[0] as number, upstreamPort) }),
      });
      await writeFile(join(nginx.dir, 'download'), Buffer.alloc(DOWNLOAD_LEN, 'download '), { mode: 0o644 });
      return new NginxTraffic(network, nginx, upstream);
    });
  }

  async stop(): Promise<void> {
    this.upstream.closeAllConnections();
    this.upstream.close();
    await this.nginx.stop();
  }

  /** All of it. Returns how many connections there were. */
  async run(): Promise<number> {
    return this.network.client.enter(async () => {
      const parts = [
        () => this.keepAlive(20),
        () => this.exchange('/'),
        () => this.exchange('/download'),
        () => this.exchange('/upload', Buffer.alloc(UPLOAD_LEN, 'upload ')),
        () => this.exchange('/upload', Buffer.alloc(UPLOAD_LEN, 'chunked '), { 'Transfer-Encoding': 'chunked' }),
        () => this.exchange('/chunked'),
        () => this.exchange('/until-close'),
        () => this.exchange('/long-head', undefined, { 'X-Long': 'x'.repeat(2000) }),
        () => this.exchange('/upstream-resets'),
        () => this.clientResets('/download'),
        () => this.clientResets('/slow'),
        () => this.serverResets(),
        () => this.pipelined(),
        () => this.refused(),
      ];
      for (const part of parts) await part();
      const atOnce = Array.from({ length: 10 }, (_, i) => this.exchange(i % 2 === 0 ? '/download' : '/chunked'));
      await Promise.all(atOnce);
      return parts.length + atOnce.length;
    });
  }

  private get options(): RequestOptions {
    return { host: this.network.serverAddress, port: this.port };
  }

  private async keepAlive(requests: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let i = 0; i < requests; i++) await this.send({ path: `/item/${i}?token=${SECRETS.token}&page=${i}`, agent });
    const open = Object.values(agent.freeSockets).flatMap((sockets) => (sockets ?? []).map(closed));
    agent.destroy();
    await Promise.all(open);
  }

  /** One request on a connection of its own. */
  private async exchange(path: string, body?: Buffer, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    const agent = new Agent({ keepAlive: false });
    await this.send({ path, agent, method: body === undefined ? 'GET' : 'POST', headers }, body);
  }

  private async send(options: RequestOptions, body?: Buffer): Promise<void> {
    const sent = request({ ...this.options, ...options, headers: { ...HEADERS, ...options.headers } });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'close');
  }

  /** In the middle of a response, or while waiting for it. */
  private async clientResets(path: string): Promise<void> {
    const socket = connect(this.port, this.network.serverAddress);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: shop.test\r\nCookie: ${SECRETS.cookie}\r\n\r\n`);
    if (path === '/download') await once(socket, 'data');
    else await once(socket, 'connect');
    socket.resetAndDestroy();
    await closed(socket);
  }

  /** nginx closes with most of the body unread. */
  private async serverResets(): Promise<void> {
    const socket = connect(this.port, this.network.serverAddress);
    socket.write(`POST /refuse HTTP/1.1\r\nHost: shop.test\r\nContent-Length: ${2 * UPLOAD_LEN}\r\n\r\n`);
    socket.write(Buffer.alloc(UPLOAD_LEN, 'unread '));
    socket.resume();
    await closed(socket);
  }

  private async pipelined(): Promise<void> {
    const socket = connect(this.port, this.network.serverAddress);
    const head = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: shop.test\r\n${more}\r\n`;
    socket.write(head('/item/a') + head('/item/b') + head('/item/c', 'Connection: close\r\n'));
    socket.resume();
    await closed(socket);
  }

  private async refused(): Promise<void> {
    const socket = connect(1, this.network.serverAddress);
    await closed(socket);
  }
}

function server(dir: string, port: number, upstreamPort: number): string {
  return `server {
    listen ${port};
    root ${dir};
    client_max_body_size 10m;
    location = /download { }
    location = /refuse { return 444; }
    location / { proxy_pass http://127.0.0.1:${upstreamPort}; proxy_http_version 1.1; proxy_buffering off; proxy_request_buffering off; }
  }`;
}

/** However. */
function closed(socket: Socket): Promise<unknown> {
  socket.on('error', () => undefined);
  return new Promise((resolve) => socket.once('close', resolve));
}

/** The application behind nginx. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? '';
  request.resume();
  if (path === '/upstream-resets') {
    request.socket.resetAndDestroy();
    return;
  }
  if (path === '/slow') return;
  if (path === '/until-close') response.setHeader('Connection', 'close').useChunkedEncodingByDefault = false;
  response.setHeader('Set-Cookie', SECRETS.setCookie);
  request.on('end', () => {
    for (let i = 0; i < 20; i++) response.write(`part ${i} of the answer to ${path}\n`.repeat(i));
    response.end();
  });
}
