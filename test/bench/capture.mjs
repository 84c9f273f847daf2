/**
 * `resetscope capture`, the whole process, beside npm `cap`, dumpcap and tcpdump: the same recorded nginx traffic sent to each
 * over a veth pair by tcpreplay, and what each lost, counted and cost. Then what the capture takes from nginx on the same CPUs.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CleanUp } from './capture-clean-up.mjs';
import { measureBesideNginx } from './capture-nginx.mjs';
import { installCap, PEER_NAMES, Peer } from './capture-peers.mjs';
import { cpuSeconds, peakBytes } from './capture-process.mjs';
import { lostByReason, Sidecar } from './capture-sidecar.mjs';
import { INTERFACE, receivedPackets, Wire } from './capture-wire.mjs';
import { median } from './measured-run.mjs';
import { recordTraffic } from './record-traffic.mjs';
import { replayTraffic } from './replay-traffic.mjs';

/** Requests of the recording: some 290,000 packets. */
const REQUESTS = 10_000;
/** Between two looks for the first packet: tcpreplay reads its file before. */
const LOOK_MS = 10;

/** CPU seconds that a program has had until the first packet came. */
async function cpuBeforeTraffic(pid, replaying) {
  const idle = receivedPackets(pid, INTERFACE);
  let isOver = false;
  void replaying.finally(() => (isOver = true)).catch(() => undefined);
  for (let cpu = cpuSeconds(pid); ; cpu = cpuSeconds(pid)) {
    await pause(LOOK_MS);
    if (isOver || receivedPackets(pid, INTERFACE) !== idle) return { cpu, idle };
  }
}

/** One tool, one replay. */
async function measure(tool, { wire, pcap, rate }) {
  const replaying = wire.replay(pcap, rate);
  const { cpu, idle } = await cpuBeforeTraffic(tool.pid, replaying);
  const firstAtMs = performance.now();
  const { sent, seconds } = await replaying;
  const lastAtMs = performance.now();
  const arrived = receivedPackets(tool.pid, INTERFACE) - idle;
  await tool.settle(arrived);
  const run = { sent, arrived, seconds, firstAtMs, lastAtMs, cpuSeconds: cpuSeconds(tool.pid) - cpu };
  return { ...run, peakBytes: peakBytes(tool.pid) };
}

/** captured: what lies in the ring at the end. */
async function measureSidecar(stage) {
  const sidecar = await Sidecar.start(stage, INTERFACE);
  const run = await measure(sidecar, stage);
  const { counters, redisCpuSeconds } = sidecar;
  const ring = await sidecar.stop();
  const reachLagMs = sidecar.reachLagMs(run.firstAtMs, run.lastAtMs);
  return { ...run, captured: ring.packets, lostCounted: counters.lost, counters, ring, reachLagMs, redisCpuSeconds };
}

async function measurePeer(name, stage) {
  const peer = await Peer.start(name, stage);
  const run = await measure(peer, stage);
  return { ...run, ...(await peer.stop()) };
}

const sum = (runs, of) => runs.reduce((total, run) => total + of(run), 0);
const round3 = (value) => Math.round(value * 1000) / 1000;

/** Packets added up over the rounds, costs as medians. lostUncounted: sent, and neither captured nor told of. */
function summary(runs) {
  const usPerPacket = (of) => round3(median(runs.map((run) => (1e6 * of(run)) / run.captured)));
  const [sent, captured, lostCounted] = ['sent', 'captured', 'lostCounted'].map((key) => sum(runs, (run) => run[key]));
  return {
    packetsPerSecond: Math.round(median(runs.map((run) => run.sent / run.seconds))),
    sent,
    arrived: sum(runs, (run) => run.arrived),
    captured,
    lostCounted,
    lostUncounted: sent - captured - lostCounted,
    lostPercent: round3((100 * (sent - captured)) / sent),
    cpuSeconds: round3(median(runs.map((run) => run.cpuSeconds))),
    cpuUsPerPacket: usPerPacket((run) => run.cpuSeconds),
    peakMegabytes: Math.round(median(runs.map((run) => run.peakBytes)) / 1e6),
  };
}

/** metrics: what it says itself. */
function sidecarSummary(runs) {
  const medianOf = (of) => round3(median(runs.map(of)));
  const counted = (name) => sum(runs, ({ counters }) => counters[name]);
  const lags = runs.map(({ reachLagMs }) => reachLagMs);
  return {
    ...summary(runs),
    lostByReason: lostByReason(runs),
    redisCpuUsPerPacket: medianOf((run) => (1e6 * run.redisCpuSeconds) / run.captured),
    redisBytesPerPacket: medianOf(({ ring }) => ring.bytes / ring.packets),
    flushMs: {
      p50: medianOf(({ counters }) => counters.flushMs.p50),
      p99: medianOf(({ counters }) => counters.flushMs.p99),
    },
    reachLagMs: { p50: round3(median(lags.map(({ p50 }) => p50))), max: Math.max(...lags.map(({ max }) => max)) },
    metrics: Object.fromEntries(['packets', 'ignored', 'blocks', 'evictedBlocks'].map((name) => [name, counted(name)])),
  };
}

/** All tools in turns, so that all meet the same machine. */
async function measureRate(stage, peers, rounds, say) {
  const contestants = {
    resetscope: () => measureSidecar(stage),
    ...Object.fromEntries(peers.map((name) => [name, () => measurePeer(name, stage)])),
  };
  const runs = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of Object.entries(contestants)) {
      const result = await run();
      runs[name].push(result);
      const us = round3((1e6 * result.cpuSeconds) / result.captured);
      say(`${stage.rate}, ${name}: ${result.captured} of ${result.sent} in ${result.seconds} s, ${us} us of CPU each`);
    }
  const tools = Object.fromEntries(
    Object.entries(runs).map(([name, of]) => [name, name === 'resetscope' ? sidecarSummary(of) : summary(of)]),
  );
  const ours = tools.resetscope.cpuUsPerPacket;
  const ratios = peers.map((name) => [
    `cpuOver${name[0].toUpperCase()}${name.slice(1)}`,
    round3(ours / tools[name].cpuUsPerPacket),
  ]);
  return { ...tools, ratios: Object.fromEntries(ratios) };
}

/** A capture of as many packets, its path first. */
function makeTraffic(dir, packets, say) {
  say('recording nginx traffic');
  recordTraffic(dir, REQUESTS);
  const pcap = join(dir, 'traffic.pcap');
  const made = replayTraffic({
    ...{ recordedPcap: join(dir, 'recorded.pcap'), recordedLog: join(dir, 'error.log') },
    ...{ pcap, log: join(dir, 'traffic.log'), packets },
  });
  say(`${made.packets} packets, ${Math.round(made.bytes / 1e6)} MB`);
  return { pcap, packets: made.packets, bytes: made.bytes };
}

async function measureAll(dir, options, cleanUp, say) {
  const capMissing = installCap();
  if (capMissing !== null) say(`without cap: ${capMissing}`);
  const peers = PEER_NAMES.filter((name) => name !== 'cap' || capMissing === null);
  const rounds = Number(options.rounds);
  const { pcap, ...traffic } = makeTraffic(dir, Number(options.packets), say);
  const wire = new Wire(cleanUp);
  const rates = {};
  for (const rate of options.rates.split(','))
    rates[rate] = await measureRate({ wire, dir, pcap, rate }, peers, rounds, say);
  const seconds = Number(options['nginx-seconds']);
  const besideNginx = await measureBesideNginx({ wire, dir }, { rounds, seconds }, say);
  return { traffic, ...(capMissing === null ? {} : { missing: { cap: capMissing } }), rates, besideNginx };
}

export const capture = {
  about: 'capture beside cap, dumpcap and tcpdump: lost packets, CPU time and bytes per packet; nginx with and without',
  options: {
    packets: { type: 'string', default: '2000000' },
    rounds: { type: 'string', default: '3' },
    /** Packets a second, or `top`: as fast as tcpreplay can. */
    rates: { type: 'string', default: '300000,top' },
    'nginx-seconds': { type: 'string', default: '5' },
  },
  async run(options, say) {
    const cleanUp = new CleanUp();
    const dir = mkdtempSync(join(tmpdir(), 'resetscope-bench-'));
    cleanUp.add(() => rmSync(dir, { recursive: true, force: true }));
    try {
      // Others reach what is theirs in it: the sidecar its Redis, nginx its pages.
      chmodSync(dir, 0o711);
      return await measureAll(dir, options, cleanUp, say);
    } finally {
      cleanUp.run();
    }
  },
};
