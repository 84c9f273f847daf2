/** A client on a raw TCP socket that knows its own port and does exactly what it is told. */
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Endpoint, Tuple } from './expected.ts';
import { untilUnread } from './unread.ts';

/** Nothing here takes longer; a story that hangs is a defect of the story. */
const PATIENCE_MS = 8000;

export interface ClientOptions {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  /** Default any free one. */
  readonly localPort?: number;
  /** False: what arrives stays unread in the kernel. Default true. */
  readonly reading?: boolean;
}

export class Client {
  readonly socket: net.Socket;
  readonly tuple: Tuple;
  private readonly chunks: Buffer[] = [];
  private hasEnded = false;

  private constructor(socket: net.Socket) {
    this.socket = socket;
    this.tuple = {
      originator: endpoint(socket.localAddress, socket.localPort),
      responder: endpoint(socket.remoteAddress, socket.remotePort),
    };
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.hasEnded = true;
    });
    socket.on('end', () => {
      this.hasEnded = true;
    });
  }

  static async connect({ from, to, port, localPort, reading = true }: ClientOptions): Promise<Client> {
    const socket = new net.Socket({ allowHalfOpen: true });
    if (!reading) socket.pause();
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      const bound = localPort === undefined ? {} : { localPort };
      socket.connect({ host: to, port, localAddress: from, ...bound, noDelay: true }, resolve);
    });
    const client = new Client(socket);
    if (reading) client.read();
    return client;
  }

  get endpoint(): Endpoint {
    return this.tuple.originator;
  }

  get received(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }

  read(): void {
    this.socket.on('data', (chunk) => this.chunks.push(chunk));
    this.socket.resume();
  }

  /** Resolves when the kernel has taken the bytes. */
  async send(text: string | Uint8Array): Promise<this> {
    await new Promise<void>((resolve) => {
      this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text, () => resolve());
    });
    return this;
  }

  /** Until what has been received satisfies; throws when the peer ends before. */
  async until(isEnough: (received: string) => boolean, what: string): Promise<string> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const received = this.received;
      if (isEnough(received)) return received;
      if (this.hasEnded || performance.now() > deadline) {
        throw new Error(`${this.endpoint} did not get ${what}: ${JSON.stringify(received.slice(0, 200))}`);
      }
      await delay(2);
    }
  }

  /** The next complete response with a Content-Length or without a body; removes it from what was received. */
  async response(isHead = false): Promise<string> {
    const text = await this.until((received) => responseLen(received, isHead) !== null, 'a response');
    const len = responseLen(text, isHead) ?? 0;
    this.chunks.splice(0, this.chunks.length, Buffer.from(text.slice(len), 'latin1'));
    return text.slice(0, len);
  }

  /** Until something has arrived that the client does not read. */
  untilUnread(): Promise<void> {
    return untilUnread(this.socket.localPort ?? 0, this.socket.remotePort ?? 0);
  }

  /** RST by SO_LINGER 0. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** FIN; the other direction stays open. */
  finish(): void {
    this.socket.end();
  }

  /** close(2): the kernel sends RST when something is unread, otherwise FIN. */
  close(): void {
    this.socket.destroy();
  }

  async ended(): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!this.hasEnded) {
      if (performance.now() > deadline) throw new Error(`${this.endpoint}: the peer did not end`);
      await delay(2);
    }
  }
}

/** Length of the response at the start of `text`, null while it is incomplete. Understands what the lab's servers send. */
function responseLen(text: string, isHead: boolean): number | null {
  const headLen = text.indexOf('\r\n\r\n') + 4;
  if (headLen < 4) return null;
  const head = text.slice(0, headLen);
  if (isHead || /^HTTP\/1\.1 (1\d\d|204|304)/.test(head)) return headLen;
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    const end = text.indexOf('\r\n0\r\n\r\n', headLen - 2);
    return end < 0 ? null : end + 7;
  }
  const bodyLen = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  return text.length < headLen + bodyLen ? null : headLen + bodyLen;
}

export function endpoint(address: string | undefined, port: number | undefined): Endpoint {
  return address?.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
