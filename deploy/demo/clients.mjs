/** The customers of the shop in `--profile demo`: most behave; every EPISODE_EVERY_MS one hangs up, or asks for what makes the shop hang up. */
import { Agent, request } from 'node:http';
import { createConnection, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const NGINX = { host: 'nginx', port: 80 };
const EPISODE_EVERY_MS = 200;
const HEALTHY_EVERY_MS = 10;
/** A slow machine skips requests rather than queueing them. */
const MAX_IN_FLIGHT = 60;

/** Each provokes one reset; its path begins with a word of its own. */
const EPISODES = [
  answeredThenReset,
  givesUpWaiting,
  () => ask('GET', '/orders'),
  abortsUpload,
  idleThenReset,
  () => ask('GET', '/quotes'),
  closesUnread,
  () => ask('GET', '/invoices'),
  () => ask('GET', '/legacy'),
];

const agent = new Agent({ keepAlive: true });
let serial = Date.now();
let inFlight = 0;

/** Resolves with the status, 0 when the answer was cut. */
function ask(method, path) {
  return new Promise((resolve) => {
    const options = { ...NGINX, agent, method, path: `${path}/${serial++}`, headers: { Host: 'shop.example' } };
    request(options, (response) => response.resume().once('close', () => resolve(response.statusCode)))
      .once('error', () => resolve(0))
      .end();
  });
}

function send(socket, method, path, headers = [], body = '') {
  const lines = [`${method} ${path}/${serial++} HTTP/1.1`, 'Host: shop.example', ...headers];
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

function once(socket, ...events) {
  return new Promise((resolve) => {
    for (const event of [...events, 'close']) socket.once(event, resolve);
  });
}

async function connect(socket = createConnection({ ...NGINX, allowHalfOpen: true })) {
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** nginx has answered 200 and closed; the client answers the FIN with a RST. */
async function answeredThenReset() {
  const socket = await connect();
  send(socket, 'POST', '/pay', ['Connection: close', 'Content-Length: 4'], 'done');
  await once(socket.resume(), 'end');
  await delay(10);
  socket.resetAndDestroy();
}

/** Resets a kept-alive connection with nothing under way. */
async function idleThenReset() {
  const socket = await connect();
  send(socket, 'GET', '/catalog');
  await once(socket, 'data');
  await delay(200);
  socket.resetAndDestroy();
}

async function givesUpWaiting() {
  const socket = await connect();
  send(socket, 'GET', '/reports');
  await delay(300);
  socket.resetAndDestroy();
}

async function abortsUpload() {
  const socket = await connect();
  send(socket, 'POST', '/uploads', ['Content-Length: 30000'], 'x'.repeat(10_000));
  await delay(50);
  socket.resetAndDestroy();
}

/** What nobody has read turns the close into a RST. */
async function closesUnread() {
  const deaf = new Socket();
  deaf.pause();
  const socket = await connect(deaf.connect(NGINX));
  send(socket, 'GET', '/media');
  await delay(300);
  socket.destroy();
}

setInterval(() => {
  if (inFlight >= MAX_IN_FLIGHT) return;
  inFlight++;
  void ask('GET', '/catalog').then(() => inFlight--);
}, HEALTHY_EVERY_MS);

let turn = 0;
setInterval(() => void EPISODES[turn++ % EPISODES.length](), EPISODE_EVERY_MS);

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
