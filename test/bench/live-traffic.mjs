/**
 * The traffic of the live benchmark: a real nginx with upstreams of its own, and so many provoked resets a second, of mixed
 * causes; the end that resets writes down what it did (the demo's episodes). Runs in a network namespace of its own.
 *
 * Usage: node live-traffic.mjs --resets N --seconds S --truth FILE
 * Says one JSON line when nginx listens, begins at SIGUSR2, says another when all is over and the truth is in FILE.
 */
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { RECOMMENDED_LOG_FORMAT } from '@resetscope/nginx-log';
import { startNginx } from '@resetscope/testkit';
import * as clients from '../../apps/cli/dist/demo/client-episodes.js';
import { startUpstreams } from '../../apps/cli/dist/demo/demo-nginx.js';
import { HealthyClient } from '../../apps/cli/dist/demo/healthy-traffic.js';
import { Truth } from '../../apps/cli/dist/demo/truth.js';
import * as upstreams from '../../apps/cli/dist/demo/upstream-episodes.js';

/** Few, so that an address alone does not tell the connection; each has six sockets for what its upstreams will reset. */
const CLIENT_HOSTS = Array.from({ length: 16 }, (_, at) => `127.0.0.${11 + at}`);
/** nginx's own upstream, for the healthy requests. */
const HEALTHY_UPSTREAM = '127.0.0.4:8080';
const HEALTHY_ANSWER = 'x'.repeat(500);
const TICK_MS = 5;
/** A machine that cannot keep up skips episodes; those left out are counted. */
const MAX_UNDER_WAY = 3000;

/** Of a hundred resets. The last kind fills a client's receive buffer first, which is much traffic for one reset. */
const MIX = [
  { share: 18, start: client(clients.rstInsteadOfFin), resets: 2 },
  { share: 10, start: client(clients.idleKeepaliveReset), resets: 1 },
  { share: 10, start: client(clients.clientGivesUpWaiting), resets: 1 },
  { share: 10, start: client(clients.clientAbortsUpload), resets: 1 },
  { share: 10, start: client(clients.connectAndReset), resets: 1 },
  { share: 12, start: upstream(upstreams.upstreamAborts), resets: 1 },
  { share: 10, start: upstream(upstreams.upstreamCutsHeaders), resets: 1 },
  { share: 10, start: upstream(upstreams.upstreamCutsBody), resets: 1 },
  { share: 9, start: upstream(upstreams.connectionRefused), resets: 1 },
  { share: 1, start: client(clients.clientClosesUnread), resets: 1 },
];

function client(episode) {
  return ({ nginx, truth, from }) => episode({ nginx, truth, from });
}

function upstream(episode) {
  return ({ truth, deadAddress, healthyClient }) => episode({ client: healthyClient, truth, deadAddress });
}

/** Kinds in turn, each as often as its share says: the one that is furthest behind comes next. */
class Turns {
  #given = MIX.map(() => 0);

  next() {
    const behind = MIX.map(({ share }, at) => this.#given[at] / share);
    const at = behind.indexOf(Math.min(...behind));
    this.#given[at] += MIX[at].resets;
    return MIX[at];
  }
}

/** max_fails=0: a provoked failure must not take a server out of rotation. sndbuf: a slow reader fills it soon. */
function nginxConf({ dir, errorLog, accessLog, pidFile, ports }, { addresses, deadAddress }) {
  const servers = addresses.map((address) => `server ${address} max_fails=0;`).join(' ');
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${dir}/${name};`);
  return `daemon off; worker_processes 1; pid ${pidFile}; error_log ${errorLog} info; worker_rlimit_nofile 20000;
events { worker_connections 8000; }
http {
  ${temp.join(' ')}
  log_format measured '${RECOMMENDED_LOG_FORMAT}';
  access_log ${accessLog} measured;
  upstream app { ${servers} keepalive 64; }
  upstream legacy { server ${deadAddress} max_fails=0; server ${addresses[1]} max_fails=0 backup; }
  upstream healthy { server ${HEALTHY_UPSTREAM}; keepalive 64; }
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $host;
  keepalive_requests 100000;
  server {
    listen 127.0.0.1:${ports[0]} sndbuf=128k backlog=4096;
    location / { proxy_pass http://app; }
    location /legacy/ { proxy_pass http://legacy; proxy_bind 127.0.0.1:$http_x_local_port; }
    location /healthy/ { access_log off; proxy_pass http://healthy; }
  }
  server { listen ${HEALTHY_UPSTREAM}; access_log off; location / { return 200 "${HEALTHY_ANSWER}"; } }
}
`;
}

/** Resolves when every episode has come to its end. */
async function provoke(scene, { resets, seconds }) {
  const hosts = CLIENT_HOSTS.map((from) => ({ from, healthyClient: new HealthyClient(scene.nginx, from) }));
  const turns = new Turns();
  const underWay = new Set();
  const startedMs = performance.now();
  let [due, turn, skipped] = [0, 0, 0];
  for (;;) {
    const elapsed = (performance.now() - startedMs) / 1000;
    if (elapsed >= seconds) break;
    while (due < elapsed * resets) {
      const kind = turns.next();
      due += kind.resets;
      if (underWay.size >= MAX_UNDER_WAY) {
        skipped += kind.resets;
        continue;
      }
      // One host further each time: no kind is bound to one host.
      const episode = kind.start({ ...scene, ...hosts[turn++ % hosts.length] }).catch(() => undefined);
      underWay.add(episode);
      void episode.then(() => underWay.delete(episode));
    }
    await pause(TICK_MS);
  }
  const endedMs = performance.now();
  await Promise.all(underWay);
  for (const { healthyClient } of hosts) healthyClient.close();
  return { seconds: (endedMs - startedMs) / 1000, skipped };
}

const { values } = parseArgs({
  options: { resets: { type: 'string' }, seconds: { type: 'string' }, truth: { type: 'string' } },
});
const truth = new Truth();
const apps = await startUpstreams(truth);
const nginx = await startNginx({ config: (layout) => nginxConf(layout, apps) });
const begin = new Promise((resolve) => process.once('SIGUSR2', resolve));
const { pid, errorLog, accessLog, ports } = nginx;
const portsInUse = [...ports, 8080, ...[...apps.addresses, apps.deadAddress].map((text) => Number(text.split(':')[1]))];
process.stdout.write(`${JSON.stringify({ pid, errorLog, accessLog, port: ports[0], portsInUse })}\n`);
await begin;
const scene = { nginx: { host: '127.0.0.1', port: ports[0] }, truth, deadAddress: apps.deadAddress };
const run = await provoke(scene, { resets: Number(values.resets), seconds: Number(values.seconds) });
writeFileSync(values.truth, JSON.stringify(truth.episodes));
process.stdout.write(`${JSON.stringify({ ...run, provoked: truth.episodes.length })}\n`);
// The logs are wanted until we are killed.
setInterval(() => undefined, 1000);
