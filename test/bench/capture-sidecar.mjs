/** `resetscope capture` as it is deployed: started as root through the command line, with a Redis of its own. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { userIds } from '@resetscope/capture';
import { RingReader } from '@resetscope/ring';
import { connectRedis } from '@resetscope/telemetry';
import { startRedis, waitUntil } from '@resetscope/testkit';
import { openBlockIndex } from '../../packages/ring/dist/block-index.js';
import { ringKeys } from '../../packages/ring/dist/keys.js';
import { readCounters } from './capture-metrics.mjs';
import { cpuSeconds } from './capture-process.mjs';
import { median } from './measured-run.mjs';

const CLI = fileURLToPath(new URL('../../apps/cli/bin/resetscope.js', import.meta.url));
const NODE_NAME = 'bench';
/** The user it becomes, who must reach the socket of Redis. */
const USER = 'nobody';
/** Its metrics: the default address, in a namespace of its own. */
const METRICS = 'http://127.0.0.1:9152/metrics';
/** Holds all that is sent. */
const RING_BYTES = '1g';
const LOOK_MS = 100;
/** For the last packets: kernel, block and Redis together take a quarter of a second. */
const REACH_TIMEOUT_MS = 15_000;
/** Kernel drops are read once a second (capture-loop.ts). */
const COUNT_TIMEOUT_MS = 3000;

/** Read from the kernel, or dropped by it. */
const seen = ({ packets, lostByReason }) => packets + (lostByReason['kernel-drop'] ?? 0);

const round2 = (value) => Math.round(value * 100) / 100;

export class Sidecar {
  #wire;
  #redisServer;
  #redis;
  #reader;
  #program;
  #memoryBefore = 0;
  #redisCpuBefore = 0;
  #lags = [];
  #looking;
  /** Of the last settle(). */
  counters;
  redisCpuSeconds = 0;

  /** dir: its user can pass through it, to the socket of Redis. Resolves when it captures. */
  static async start({ wire, dir }, interfaceName) {
    const sidecar = new Sidecar();
    const place = mkdtempSync(join(dir, 'redis-'));
    sidecar.#wire = wire;
    sidecar.#redisServer = await startRedis({ dir: place, gid: userIds(USER).gid });
    sidecar.#redis = await connectRedis(sidecar.#redisServer.url);
    sidecar.#reader = new RingReader(sidecar.#redis, NODE_NAME);
    sidecar.#memoryBefore = await sidecar.#usedMemory();
    const options = ['--interface', interfaceName, '--redis', sidecar.#redisServer.url, '--node', NODE_NAME];
    sidecar.#program = wire.start(process.execPath, [CLI, 'capture', ...options, '--ring-bytes', RING_BYTES]);
    await waitUntil(async () => (await sidecar.#reader.coverage()) !== null, {
      what: 'resetscope capture to write to its ring',
      failed: sidecar.#program.ended.then(() => sidecar.#program.said.stderr.trim()),
    });
    sidecar.#redisCpuBefore = cpuSeconds(sidecar.#redisServer.pid);
    sidecar.#looking = setInterval(() => void sidecar.#look(), LOOK_MS);
    return sidecar;
  }

  get pid() {
    return this.#program.pid;
  }

  /** How far the ring is behind the clock. */
  async #look() {
    const coverage = await this.#reader.coverage().catch(() => null);
    if (coverage !== null) this.#lags.push({ atMs: performance.now(), ms: Date.now() - coverage.newestUs / 1000 });
  }

  async #usedMemory() {
    return Number(/used_memory:(\d+)/.exec(await this.#redis.info('memory'))?.[1]);
  }

  async #counters() {
    const ask = `fetch('${METRICS}').then((answer) => answer.text()).then((text) => process.stdout.write(text))`;
    return readCounters(await this.#wire.ask(process.execPath, ['-e', ask]));
  }

  /** Resolves when everything that has arrived is in the ring or counted as lost. packets: how many those are, where that is known. */
  async settle(packets = 0) {
    await this.#reader.waitForReach(Date.now() * 1000, REACH_TIMEOUT_MS);
    clearInterval(this.#looking);
    this.redisCpuSeconds = cpuSeconds(this.#redisServer.pid) - this.#redisCpuBefore;
    const giveUpMs = performance.now() + COUNT_TIMEOUT_MS;
    do {
      this.counters = await this.#counters();
    } while (seen(this.counters) < packets && performance.now() < giveUpMs);
  }

  /** fromMs, toMs: when packets came, performance.now(). */
  reachLagMs(fromMs, toMs) {
    const lags = this.#lags.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs).map(({ ms }) => ms);
    return { p50: round2(median(lags)), max: round2(Math.max(...lags)) };
  }

  /** What the ring itself holds. */
  async #ringContents() {
    const indexes = await this.#redis.hvalsBuffer(ringKeys(NODE_NAME).indexes);
    const packets = indexes.reduce((sum, bytes) => sum + (openBlockIndex(bytes)?.packets ?? 0), 0);
    return { packets, bytes: (await this.#usedMemory()) - this.#memoryBefore };
  }

  /** Stops both; what was left in the process is in the ring then. */
  async stop() {
    this.#program.kill('SIGTERM');
    const code = await this.#program.ended;
    await this.#reader.close();
    const ring = await this.#ringContents();
    this.#redis.disconnect();
    await this.#redisServer.stop();
    if (code !== 0) throw new Error(`resetscope capture ended with ${code}: ${this.#program.said.stderr.trim()}`);
    return ring;
  }
}

/** Of several rounds, added up. */
export function lostByReason(runs) {
  const lost = {};
  for (const { counters } of runs)
    for (const [reason, packets] of Object.entries(counters.lostByReason)) lost[reason] = (lost[reason] ?? 0) + packets;
  return lost;
}
