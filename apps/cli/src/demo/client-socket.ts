/** A bare client connection to nginx: what a well-behaved HTTP library never does must be done by hand. */
import { createConnection, Socket } from 'node:net';
import type { ListenAddress } from '@resetscope/telemetry';

/** Resolves once connected. `from` is a loopback address; the kernel chooses the port. */
export function connectFrom(from: string, to: ListenAddress): Promise<Socket> {
  const socket = createConnection({ host: to.host, port: to.port, localAddress: from, allowHalfOpen: true });
  socket.setNoDelay(true);
  return whenConnected(socket);
}

/** The same, but no byte is ever read: what arrives stays in the kernel. */
export function connectDeafFrom(from: string, to: ListenAddress): Promise<Socket> {
  const socket = new Socket({ allowHalfOpen: true });
  socket.pause();
  socket.connect({ host: to.host, port: to.port, localAddress: from });
  return whenConnected(socket);
}

function whenConnected(socket: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
    // Later errors are the consequence of what the demo does on purpose.
    socket.on('error', () => undefined);
  });
}

/** Text of a request; the body is filler. */
export function requestText(method: string, target: string, headers: readonly string[], bodyLen = 0): string {
  const length = method === 'GET' ? [] : [`Content-Length: ${bodyLen}`];
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: shop.example', ...headers, ...length];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Resolves when a whole response with Content-Length was read, or the connection ended. */
export function readResponse(socket: Socket): Promise<void> {
  let received = '';
  return new Promise((resolve) => {
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      const headLen = received.indexOf('\r\n\r\n') + 4;
      const contentLen = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1] ?? Number.NaN);
      if (headLen >= 4 && received.length >= headLen + contentLen) resolve();
    });
    socket.once('end', () => resolve());
    socket.once('close', () => resolve());
  });
}

/** Resolves when the peer's FIN was read. */
export function readFin(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('end', () => resolve());
    socket.once('close', () => resolve());
  });
}
