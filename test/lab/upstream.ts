/** Upstream servers on raw TCP sockets: one that all stories share, and single ones for what happens before a request. */
import net from 'node:net';
import { endpoint } from './client.ts';
import type { Endpoint, Tuple } from './expected.ts';

/** One request as the upstream sees it, and what the upstream does about it. */
export class Exchange {
  readonly socket: net.Socket;
  readonly head: string;
  readonly tuple: Tuple;

  constructor(socket: net.Socket, head: string) {
    this.socket = socket;
    this.head = head;
    this.tuple = upstreamTuple(socket);
  }

  async send(text: string | Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => {
      this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text, () => resolve());
    });
  }

  reply(status: number, body = '', headers: readonly string[] = []): Promise<void> {
    const length = status === 204 || status === 304 ? [] : [`Content-Length: ${body.length}`];
    return this.send([`HTTP/1.1 ${status} Told`, ...length, ...headers, '', body].join('\r\n'));
  }

  /** RST by SO_LINGER 0. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** FIN, and RST when something is unread. */
  close(): void {
    this.socket.destroy();
  }
}

export type Handler = (exchange: Exchange) => void | Promise<void>;

/** nginx is the originator of this leg. */
export function upstreamTuple(socket: net.Socket): Tuple {
  return {
    originator: endpoint(socket.remoteAddress, socket.remotePort),
    responder: endpoint(socket.localAddress, socket.localPort),
  };
}

export async function listen(
  address: string,
  onConnection: (socket: net.Socket) => void,
  options: net.ServerOpts = {},
): Promise<net.Server & { port: number }> {
  const server = net.createServer({ allowHalfOpen: true, noDelay: true, ...options }, (socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return Object.assign(server, { port: (server.address() as net.AddressInfo).port });
}

/** HTTP/1.1 with keep-alive; answers by path, 200 where nothing is told. Calls the handler when the request is complete. */
export class App {
  private readonly handlers = new Map<string, Handler>();
  readonly ports: Endpoint[] = [];

  /** `whole` false: the handler is called at the end of the head. */
  on(path: string, handler: Handler, whole = true): void {
    this.handlers.set(path, handler);
    if (!whole) this.early.add(path);
  }
  private readonly early = new Set<string>();

  serve(socket: net.Socket): void {
    let buffered = '';
    let isBusy = false;
    const proceed = async (): Promise<void> => {
      const request = takeRequest(buffered);
      if (isBusy || request === null) return;
      const handler = this.handlers.get(request.path) ?? ((exchange) => exchange.reply(200, 'ok\n'));
      if (!request.isComplete && !this.early.has(request.path)) return;
      isBusy = true;
      buffered = buffered.slice(request.len);
      await handler(new Exchange(socket, request.head));
      isBusy = false;
      if (!socket.destroyed) await proceed();
    };
    socket.on('data', (chunk) => {
      buffered += chunk.toString('latin1');
      void proceed();
    });
    socket.on('end', () => socket.end());
  }
}

interface TakenRequest {
  readonly head: string;
  readonly path: string;
  readonly len: number;
  readonly isComplete: boolean;
}

function takeRequest(text: string): TakenRequest | null {
  const headLen = text.indexOf('\r\n\r\n') + 4;
  if (headLen < 4) return null;
  const head = text.slice(0, headLen);
  const path = head.split(' ')[1] ?? '';
  const bodyLen = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  const isChunked = /\r\ntransfer-encoding: *chunked/i.test(head);
  const chunkedEnd = text.indexOf('0\r\n\r\n', headLen);
  const len = isChunked ? (chunkedEnd < 0 ? text.length : chunkedEnd + 5) : headLen + bodyLen;
  return { head, path, len, isComplete: isChunked ? chunkedEnd >= 0 : text.length >= len };
}
