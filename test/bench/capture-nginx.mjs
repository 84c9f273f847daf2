/** What the capture takes from nginx: wrk against nginx over loopback, with and without the sidecar, all on the same CPUs. */
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { nginxConfig, waitUntil } from '@resetscope/testkit';
import { cpuSeconds, peakBytes } from './capture-process.mjs';
import { lostByReason, Sidecar } from './capture-sidecar.mjs';
import { receivedPackets } from './capture-wire.mjs';
import { median } from './measured-run.mjs';

const PORT = 80;
const URL_PATH = '/page.html';
/** A small answer: many packets for what nginx has to do. */
const PAGE_LEN = 1000;
const WORKERS = 2;
const WRK = ['--threads', '2', '--connections', '64'];

/** The sidecar asks the kernel for its drops once a second (capture-loop.ts). */
const DROPS_KNOWN_MS = 1200;

const sum = (runs, of) => runs.reduce((total, run) => total + of(run), 0);
const round3 = (value) => Math.round(value * 1000) / 1000;

/** In a namespace of its own, where nobody else uses loopback. */
async function startNginx({ wire, dir }) {
  const place = mkdtempSync(join(dir, 'nginx-'));
  // Workers run as another user.
  chmodSync(place, 0o711);
  const www = join(place, 'www');
  mkdirSync(www);
  writeFileSync(join(www, URL_PATH), 'x'.repeat(PAGE_LEN));
  const files = {
    errorLog: join(place, 'error.log'),
    accessLog: join(place, 'access.log'),
    pidFile: join(place, 'nginx.pid'),
  };
  const http = `server { listen 127.0.0.1:${PORT}; root ${www}; }`;
  const config = join(place, 'nginx.conf');
  writeFileSync(config, nginxConfig({ dir: place, ports: [PORT], ...files }, { http, workerProcesses: WORKERS }));
  const program = wire.start('nginx', ['-p', place, '-c', config]);
  const failed = program.ended.then(() => program.said.stderr.trim());
  await waitUntil(async () => isAnswering(wire), { what: 'nginx to answer', failed });
  return program;
}

async function isAnswering(wire) {
  const ask = `fetch('http://127.0.0.1:${PORT}${URL_PATH}').then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))`;
  return wire.ask(process.execPath, ['-e', ask]).then(
    () => true,
    () => false,
  );
}

const UNIT_MS = { us: 0.001, ms: 1, s: 1000 };

async function runWrk(wire, seconds) {
  const url = `http://127.0.0.1:${PORT}${URL_PATH}`;
  const text = await wire.ask('wrk', [...WRK, '--duration', `${seconds}s`, '--latency', url]);
  const [, value, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(text) ?? [];
  return {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]),
    p99Ms: Number(value) * UNIT_MS[unit],
  };
}

async function runWrkBesideSidecar(stage, seconds) {
  const sidecar = await Sidecar.start(stage, 'lo');
  const { pid } = sidecar;
  const before = { cpuSeconds: cpuSeconds(pid), packets: receivedPackets(pid, 'lo') };
  const run = await runWrk(stage.wire, seconds);
  const arrived = receivedPackets(pid, 'lo') - before.packets;
  await pause(DROPS_KNOWN_MS);
  await sidecar.settle(arrived);
  const { counters, redisCpuSeconds } = sidecar;
  const cost = { cpuSeconds: cpuSeconds(pid) - before.cpuSeconds, peakBytes: peakBytes(pid), redisCpuSeconds };
  const ring = await sidecar.stop();
  return { ...run, ...cost, arrived, counters, ring };
}

const figures = (runs) => ({
  requestsPerSecond: Math.round(median(runs.map((run) => run.requestsPerSecond))),
  p99Ms: round3(median(runs.map((run) => run.p99Ms))),
});

/** captured: with the few packets of asking for the metrics, which come over loopback too. */
function sidecarFigures(runs, seconds) {
  const medianOf = (of) => round3(median(runs.map(of)));
  return {
    packetsPerSecond: Math.round(median(runs.map(({ arrived }) => arrived)) / seconds),
    arrived: sum(runs, ({ arrived }) => arrived),
    captured: sum(runs, ({ counters }) => counters.packets),
    lostByReason: lostByReason(runs),
    cpuUsPerPacket: medianOf((run) => (1e6 * run.cpuSeconds) / run.counters.packets),
    cpuPercent: medianOf((run) => (100 * run.cpuSeconds) / seconds),
    redisCpuUsPerPacket: medianOf((run) => (1e6 * run.redisCpuSeconds) / run.counters.packets),
    redisBytesPerPacket: medianOf(({ ring }) => ring.bytes / ring.packets),
    peakMegabytes: Math.round(median(runs.map((run) => run.peakBytes)) / 1e6),
  };
}

/** Without, with, without, with. */
export async function measureBesideNginx(stage, { rounds, seconds }, say) {
  const { wire } = stage;
  const nginx = await startNginx(stage);
  await runWrk(wire, 1);
  const runs = { without: [], with: [] };
  for (let round = 0; round < rounds; round++) {
    runs.without.push(await runWrk(wire, seconds));
    runs.with.push(await runWrkBesideSidecar(stage, seconds));
    say(
      `nginx: ${runs.without.at(-1).requestsPerSecond} requests/s without, ${runs.with.at(-1).requestsPerSecond} with`,
    );
  }
  nginx.kill('SIGTERM');
  await nginx.ended;
  const [without, withCapture] = [figures(runs.without), figures(runs.with)];
  return {
    without,
    with: withCapture,
    ratios: {
      requestsPerSecond: round3(withCapture.requestsPerSecond / without.requestsPerSecond),
      p99: round3(withCapture.p99Ms / without.p99Ms),
    },
    sidecar: sidecarFigures(runs.with, seconds),
  };
}
