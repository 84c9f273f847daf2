/** Clients that hang up: each function provokes one reset of a connection to nginx and records the truth. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ListenAddress } from '@resetscope/telemetry';
import { connectDeafFrom, connectFrom, readFin, readResponse, requestText } from './client-socket.ts';
import { newEpisodeId } from './episode.ts';
import type { Truth } from './truth.ts';

export interface ClientScene {
  readonly nginx: ListenAddress;
  /** The client's loopback address. */
  readonly from: string;
  readonly truth: Truth;
}

/** Long enough for the kernel to acknowledge, short enough for the same second. */
const AFTER_FIN_MS = 10;

/**
 * One client address pays twice in the same second. Both POSTs are answered 200 and acknowledged, nginx sends its FIN,
 * and the client answers with RST+ACK instead of a FIN.
 */
export async function rstInsteadOfFin(scene: ClientScene): Promise<void> {
  await Promise.all(['weixin', 'app'].map((service) => payThenReset(scene, service)));
}

async function payThenReset({ nginx, from, truth }: ClientScene, service: string): Promise<void> {
  const id = newEpisodeId();
  const target = `/${service}/pay/${id}/notify`;
  const socket = await connectFrom(from, nginx);
  const finRead = readFin(socket);
  const answered = readResponse(socket);
  socket.write(requestText('POST', target, ['Connection: close'], 64) + 'x'.repeat(64));
  await answered;
  await finRead;
  await delay(AFTER_FIN_MS);
  truth.clientResets('rst-instead-of-fin', id, `POST ${target}`, socket);
  socket.resetAndDestroy();
}

/** A kept-alive connection with nothing under way is reset. */
export async function idleKeepaliveReset({ nginx, from, truth }: ClientScene): Promise<void> {
  const id = newEpisodeId();
  const target = `/catalog/${id}`;
  const socket = await connectFrom(from, nginx);
  const answered = readResponse(socket);
  socket.write(requestText('GET', target, []));
  await answered;
  await delay(100 + Math.random() * 200);
  truth.clientResets('idle-keepalive-reset', id, `GET ${target}`, socket);
  socket.resetAndDestroy();
}

/** The upstream takes its time, the client does not wait. */
export async function clientGivesUpWaiting({ nginx, from, truth }: ClientScene): Promise<void> {
  const id = newEpisodeId();
  const method = Math.random() < 0.5 ? 'GET' : 'POST';
  const target = `/reports/${id}/export`;
  truth.plan({ id, kind: 'client-gives-up-waiting', request: `${method} ${target}` });
  const socket = await connectFrom(from, nginx);
  socket.write(requestText(method, target, []));
  await delay(150 + Math.random() * 250);
  truth.clientResets('client-gives-up-waiting', id, `${method} ${target}`, socket);
  truth.forget(id);
  socket.resetAndDestroy();
}

/** A third of the announced body is sent. */
export async function clientAbortsUpload({ nginx, from, truth }: ClientScene): Promise<void> {
  const id = newEpisodeId();
  const target = `/uploads/${id}`;
  const socket = await connectFrom(from, nginx);
  socket.write(requestText('POST', target, [], 30_000) + 'x'.repeat(10_000));
  await delay(50);
  truth.clientResets('client-aborts-upload', id, `POST ${target}`, socket);
  socket.resetAndDestroy();
}

/** A TCP health check that closes without a byte. */
export async function connectAndReset({ nginx, from, truth }: ClientScene): Promise<void> {
  const socket = await connectFrom(from, nginx);
  truth.clientResets('connect-and-reset', newEpisodeId(), null, socket);
  socket.resetAndDestroy();
}

/** The response has filled the client's receive buffer when the client closes: unread data turns the close into RST. */
export async function clientClosesUnread({ nginx, from, truth }: ClientScene): Promise<void> {
  const id = newEpisodeId();
  const target = `/media/${id}/download`;
  const socket = await connectDeafFrom(from, nginx);
  socket.write(requestText('GET', target, []));
  await delay(200 + Math.random() * 100);
  truth.clientResets('client-closes-unread', id, `GET ${target}`, socket);
  socket.destroy();
}
