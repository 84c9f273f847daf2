/**
 * Real nginx traffic, recorded: a reverse proxy with static files, keep-alive and closing clients, uploads, and one request
 * in fifty that ends in a reset of either side. Runs inside a network namespace of its own (see record-traffic.mjs), where
 * loopback has an Ethernet MTU, and prints one JSON line when the traffic is over.
 *
 * Usage: node nginx-traffic.mjs --dir DIR --requests N
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { dir: { type: 'string' }, requests: { type: 'string' } } });
const DIR = values.dir ?? '.';
const REQUESTS = Number(values.requests ?? 10_000);
const FRONT = '10.1.255.1';
const BACK = '10.1.255.2';
const CLIENTS = 200;
/** The kernel hands packets to tcpdump once a second at the latest (pcap_set_timeout in tcpdump.c). */
const DRAIN_MS = 1500;
/** Bytes of the static files: a page, a script, a picture. */
const FILES = { 'page.html': 6_000, 'app.js': 30_000, 'picture.webp': 90_000 };

/** Park and Miller's generator: the same traffic in every run. */
let seed = 20_240_601;
function random() {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed / 2_147_483_647;
}

function nginxConf() {
  return `daemon off; worker_processes 1; pid ${DIR}/nginx.pid; error_log ${DIR}/error.log info; user root;
events { worker_connections 4096; }
http {
  access_log off; client_body_temp_path ${DIR}/body; proxy_temp_path ${DIR}/proxy; fastcgi_temp_path ${DIR}/f; uwsgi_temp_path ${DIR}/u; scgi_temp_path ${DIR}/s;
  server {
    listen ${FRONT}:80; root ${DIR}/www; keepalive_requests 100;
    location /api/ { proxy_pass http://${BACK}:8080; }
  }
}`;
}

/** The application behind nginx: answers of some KB, a few slow, a few that end in a reset. */
function startBackend() {
  const server = createServer((req, res) => {
    const path = req.url ?? '';
    if (path.startsWith('/api/reset')) {
      req.socket.resetAndDestroy();
      return;
    }
    const answer = () => {
      const body = JSON.stringify({ path, items: 'x'.repeat(200 + Math.floor(random() * 6000)) });
      res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
      res.end(body);
    };
    req.resume();
    req.on('end', () => (path.startsWith('/api/slow') ? setTimeout(answer, 40) : answer()));
  });
  server.listen(8080, BACK);
  return server;
}

/** What one client asks for next. */
function nextRequest(n) {
  const roll = random();
  const names = Object.keys(FILES);
  if (roll < 0.01) return { path: `/api/slow/order?id=${n}`, abortAfterMs: 15 };
  if (roll < 0.02) return { path: `/api/reset/order?id=${n}` };
  if (roll < 0.35) return { path: `/${names[Math.floor(random() * names.length)]}` };
  if (roll < 0.5) return { path: `/api/upload/${n}`, body: 'b'.repeat(300 + Math.floor(random() * 8000)) };
  return { path: `/api/item/${n}?page=${Math.floor(random() * 50)}` };
}

function ask({ path, body, abortAfterMs }, agent, localAddress) {
  return new Promise((resolve) => {
    const headers = {
      Host: 'shop.example',
      'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64)',
      Accept: '*/*',
      Cookie: `session=${'0123456789abcdef'.repeat(3)}`,
    };
    if (body !== undefined) headers['Content-Length'] = body.length;
    const req = request({
      host: FRONT,
      port: 80,
      path,
      agent,
      localAddress,
      headers,
      method: body === undefined ? 'GET' : 'POST',
    });
    const done = () => resolve();
    req.on('response', (res) => res.resume().on('end', done).on('error', done).on('close', done));
    req.on('error', done);
    if (abortAfterMs !== undefined) setTimeout(() => req.socket?.resetAndDestroy(), abortAfterMs);
    req.end(body);
  });
}

async function client(number, share) {
  const localAddress = `10.1.${1 + (number >> 6)}.${1 + (number & 63)}`;
  for (let left = share; left > 0; ) {
    const session = random() < 0.3 ? 1 : 1 + Math.floor(random() * 20);
    const agent = new Agent({ keepAlive: session > 1, maxSockets: 1 });
    for (let i = 0; i < session && left > 0; i++, left--)
      await ask(nextRequest(number * 100_000 + left), agent, localAddress);
    agent.destroy();
  }
}

mkdirSync(`${DIR}/www`, { recursive: true });
for (const [name, bytes] of Object.entries(FILES)) writeFileSync(`${DIR}/www/${name}`, 'x'.repeat(bytes));
writeFileSync(`${DIR}/nginx.conf`, nginxConf());
const backend = startBackend();
const nginx = spawn('nginx', ['-c', `${DIR}/nginx.conf`, '-e', `${DIR}/error.log`], { stdio: 'inherit' });
const tcpdump = spawn(
  'tcpdump',
  ['-i', 'lo', '-w', `${DIR}/recorded.pcap`, '-s', '0', '-B', '65536', '-Z', 'root', 'tcp'],
  { stdio: ['ignore', 'ignore', 'pipe'] },
);
await once(tcpdump.stderr, 'data'); // "listening on lo"
await new Promise((resolve) => setTimeout(resolve, 500));
const started = Date.now();
await Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(n, Math.ceil(REQUESTS / CLIENTS))));
await new Promise((resolve) => setTimeout(resolve, DRAIN_MS));
tcpdump.kill('SIGINT');
await once(tcpdump, 'exit');
nginx.kill('SIGQUIT');
backend.close();
backend.closeAllConnections();
process.stdout.write(`${JSON.stringify({ seconds: (Date.now() - started) / 1000 })}\n`);
