/**
 * A small HTTP/1.1 application server on bare sockets: answers what nginx proxies to it, and resets the connection where
 * a plan says so. Reads what nginx writes (Content-Length or no body), nothing else.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { episodeIdIn } from './episode.ts';
import type { Plan, Truth } from './truth.ts';

/** Processing time before a deliberate abort: long against a round trip, so that it is no keepalive race. */
const THINK_MS = { min: 30, spread: 60 };

/** A connection must have been idle this long for a reset at reuse to be a keepalive race. */
const RACE_IDLE_MS = 100;

/** Longer than any client of the demo waits. */
const SLOW_ANSWER_MS = 1500;

/** More than the socket buffers between nginx and a client that does not read (measured: 128 KB + 128 KB here). */
const BIG_BODY_LEN = 2 << 20;

/** Announced length of the body that is cut after a tenth. */
const CUT_BODY_LEN = 20_000;

interface Request {
  readonly target: string;
  readonly totalLen: number;
}

export interface UpstreamServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on a free port of `host`. */
export async function startUpstream(host: string, truth: Truth): Promise<UpstreamServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    new UpstreamConnection(socket, truth);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  return { port: (server.address() as { port: number }).port, close: () => closeServer(server, sockets) };
}

function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}

class UpstreamConnection {
  readonly #socket: Socket;
  readonly #truth: Truth;
  #received = Buffer.alloc(0);
  #answeredAtMs: number | null = null;

  constructor(socket: Socket, truth: Truth) {
    this.#socket = socket;
    this.#truth = truth;
    // nginx closing early is part of the demo.
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => this.#read(chunk));
  }

  #read(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    const request = parseRequest(this.#received);
    if (request === null) return;
    const plan = this.#planFor(request.target);
    if (plan?.kind === 'keepalive-race' && this.#isIdleLongEnough()) {
      this.#reset(plan);
    } else if (this.#received.length >= request.totalLen) {
      this.#received = this.#received.subarray(request.totalLen);
      void this.#answer(request, plan);
    }
  }

  #planFor(target: string): Plan | undefined {
    const id = episodeIdIn(target);
    return id === null ? undefined : this.#truth.planned(id);
  }

  #isIdleLongEnough(): boolean {
    return this.#answeredAtMs !== null && performance.now() - this.#answeredAtMs >= RACE_IDLE_MS;
  }

  #reset(plan: Plan): void {
    if (this.#socket.destroyed) return;
    this.#truth.upstreamResets(plan, this.#socket);
    this.#socket.resetAndDestroy();
  }

  async #answer(request: Request, plan: Plan | undefined): Promise<void> {
    switch (plan?.kind) {
      case 'upstream-aborts':
        await think();
        return this.#reset(plan);
      case 'upstream-cuts-headers':
        this.#write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Trace');
        await think();
        return this.#reset(plan);
      case 'upstream-cuts-body':
        this.#write(`${head(CUT_BODY_LEN)}${'x'.repeat(CUT_BODY_LEN / 10)}`);
        await think();
        return this.#reset(plan);
      case 'client-gives-up-waiting':
        await delay(SLOW_ANSWER_MS);
        break;
      default:
        break;
    }
    this.#write(request.target.startsWith('/media/') ? BIG_ANSWER : SMALL_ANSWER);
    this.#answeredAtMs = performance.now();
  }

  #write(data: string | Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(data);
  }
}

function think(): Promise<void> {
  return delay(THINK_MS.min + Math.random() * THINK_MS.spread);
}

function head(contentLen: number): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${contentLen}\r\n\r\n`;
}

const SMALL_ANSWER = `${head(16)}{"status":"ok"}\n`;
const BIG_ANSWER = Buffer.from(`${head(BIG_BODY_LEN)}${'x'.repeat(BIG_BODY_LEN)}`);

/** The first request in the bytes; null until its head is complete. */
function parseRequest(bytes: Buffer): Request | null {
  const headLen = bytes.indexOf('\r\n\r\n') + 4;
  if (headLen < 4) return null;
  const text = bytes.toString('latin1', 0, headLen);
  const target = /^\S+ (\S+) /.exec(text)?.[1] ?? '/';
  const contentLen = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0);
  return { target, totalLen: headLen + contentLen };
}
