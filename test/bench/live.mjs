/**
 * All apps on one host under a storm: a real nginx logs so many resets a second inside so many healthy requests. How long from
 * the reset on the wire to the incident, is it the right connection (the traffic knows its own ports), is one lost or double,
 * and what does each app cost. When the machine cannot sustain what was asked for, lower rates are tried until one holds.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { userIds } from '@resetscope/capture';
import { openResetQueue, queueDepth } from '@resetscope/jobs';
import { RingReader } from '@resetscope/ring';
import { connectRedis } from '@resetscope/telemetry';
import { startRedis, waitUntil } from '@resetscope/testkit';
import { evaluate } from '../../apps/cli/dist/demo/evaluation.js';
import { readClientConnections, readFamilyLines } from '../../apps/cli/dist/demo/nginx-logs.js';
import { CleanUp } from './capture-clean-up.mjs';
import { cpuSeconds } from './capture-process.mjs';
import { LiveApps, NODE_NAME } from './live-apps.mjs';
import { IncidentWatch } from './live-incidents.mjs';

const TRAFFIC = fileURLToPath(new URL('live-traffic.mjs', import.meta.url));
/** Who the capture becomes, who must reach the socket of Redis. */
const USER = 'nobody';
/** The goal. */
const GOAL = { p50Ms: 150, p99Ms: 500, rightPercent: 99.9 };
/** Of what was asked for: less is no such rate. */
const GENERATED_SHARE = 0.95;
/** Each connection of wrk waits so long after an answer: a rate, not a race. */
const WRK_DELAY_MS = 10;
/** Healthy traffic before the first reset and after the last. */
const LEAD_MS = 1000;
/** After the traffic: no incident for so long, and no more will come. */
const SILENCE_MS = 15_000;
/** Second looks come two seconds after the first. */
const GRACE_MS = 3000;

const round = (value, digits = 2) => Number(value.toFixed(digits));
const sum = (values) => values.reduce((total, value) => total + value, 0);

/** A network namespace; programs are started in it. */
class Place {
  #name = `resetscope-bench-${process.pid}`;
  #cleanUp;

  constructor(cleanUp) {
    this.#cleanUp = cleanUp;
    execFileSync('ip', ['netns', 'add', this.#name], { stdio: ['ignore', 'ignore', 'pipe'] });
    cleanUp.add(() => spawnSync('ip', ['netns', 'del', this.#name], { stdio: 'ignore' }));
    execFileSync('ip', ['-n', this.#name, 'link', 'set', 'lo', 'up']);
  }

  start(command, args) {
    return this.#cleanUp.start('ip', ['netns', 'exec', this.#name, command, ...args]);
  }
}

/** The lines that a program has said so far, as JSON. */
const saidBy = ({ said }) =>
  said.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

async function nextLine(program, count, what, timeoutMs) {
  const failed = program.ended.then((code) => `it ended with ${code}: ${program.said.stderr.trim()}`);
  await waitUntil(() => program.said.stdout.split('\n').length > count, { what, timeoutMs, failed });
  return saidBy(program)[count - 1];
}

function startWrk(place, dir, port, { healthy, seconds }) {
  const script = join(dir, 'wrk.lua');
  writeFileSync(script, `function delay() return ${WRK_DELAY_MS} end\n`);
  const connections = Math.max(1, Math.round((healthy * WRK_DELAY_MS) / 1000));
  const args = ['--threads', '1', '--connections', String(connections), '--duration', `${seconds}s`, '--latency'];
  return place.start('wrk', [...args, '--script', script, `http://127.0.0.1:${port}/healthy/items?page=7`]);
}

function percentiles(valuesMs) {
  const sorted = [...valuesMs].sort((a, b) => a - b);
  const at = (share) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN, 1);
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

function countBy(items, keyOf) {
  const counts = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}

/** One run from nothing to nothing: Redis, apps and traffic of its own. */
async function measure({ resets, healthy, seconds }, say) {
  const cleanUp = new CleanUp();
  const dir = mkdtempSync(join(tmpdir(), 'resetscope-bench-'));
  cleanUp.add(() => rmSync(dir, { recursive: true, force: true }));
  try {
    // The capture's user passes through it, to the socket of Redis.
    chmodSync(dir, 0o711);
    return await run({ resets, healthy, seconds }, { cleanUp, dir, place: new Place(cleanUp) }, say);
  } finally {
    cleanUp.run();
  }
}

async function run({ resets, healthy, seconds }, { cleanUp, dir, place }, say) {
  const truthFile = join(dir, 'truth.json');
  const traffic = place.start(process.execPath, [
    ...[TRAFFIC, '--resets', String(resets), '--seconds', String(seconds), '--truth', truthFile],
  ]);
  const nginx = await nextLine(traffic, 1, 'nginx to listen', 20_000);
  const redisDir = mkdtempSync(join(dir, 'redis-'));
  const redis = await startRedis({ dir: redisDir, gid: userIds(USER).gid });
  cleanUp.add(() => spawnSync('kill', ['-9', String(redis.pid)], { stdio: 'ignore' }));
  const apps = await LiveApps.start({
    ...{ start: (command, args) => place.start(command, args), dir, redis },
    ...{ errorLog: nginx.errorLog, ports: nginx.portsInUse },
  });
  const watch = await IncidentWatch.open(redis.url);
  const client = await connectRedis(redis.url);
  const queue = openResetQueue(client, () => undefined);
  const ring = new RingReader(client, NODE_NAME);
  say(`${resets} resets a second inside ${healthy} healthy requests a second, for ${seconds} s`);
  const wrk = startWrk(place, dir, nginx.port, { healthy, seconds: seconds + Math.ceil((2 * LEAD_MS) / 1000) });
  await pause(LEAD_MS);
  const cpuByProgram = () => {
    const ofNginx = cpuSeconds(nginx.pid);
    return { ...apps.cpuSeconds, nginx: ofNginx, generator: cpuSeconds(traffic.pid) - ofNginx };
  };
  const before = cpuByProgram();
  traffic.kill('SIGUSR2');
  const made = await nextLine(traffic, 2, 'the traffic to end', seconds * 2000 + 60_000);
  const depth = await queueDepth(queue);
  await settled(watch, nginx.errorLog);
  const after = cpuByProgram();
  const { peakMegabytes, complaints } = apps;
  const coverage = await ring.coverage();
  await wrk.ended;
  const lines = await readFamilyLines(nginx.errorLog);
  await watch.close();
  await ring.close();
  await queue.close();
  client.disconnect();
  const clientOfConnection = await readClientConnections(nginx.accessLog);
  return result({
    ...{ asked: { resets, healthy, seconds }, made, lines, depth, coverage, clientOfConnection, watch },
    ...{ episodes: JSON.parse(readFileSync(truthFile, 'utf8')), wrk: wrk.said.stdout },
    ...{ cpu: Object.fromEntries(Object.keys(after).map((name) => [name, round(after[name] - before[name])])) },
    ...{ peakMegabytes, complaints },
  });
}

/** Resolves when every line has an incident and its second look, or when none comes any more. */
async function settled(watch, errorLog) {
  const { length } = await readFamilyLines(errorLog);
  let [count, changedMs] = [watch.count, performance.now()];
  while (watch.count < length && performance.now() - changedMs < SILENCE_MS) {
    await pause(100);
    if (watch.count !== count) [count, changedMs] = [watch.count, performance.now()];
  }
  await pause(GRACE_MS);
}

function result({ asked, made, lines, depth, coverage, clientOfConnection, watch, episodes, wrk, cpu, ...costs }) {
  const seen = watch.incidents;
  const { judged, unexpected } = evaluate({ episodes, lines, incidents: seen, clientOfConnection });
  const timed = seen.filter(({ resetTsUs }) => resetTsUs !== null);
  const judgements = countBy(judged, ({ judgement }) => judgement);
  const rightConnection = (judgements.right ?? 0) + (judgements['wrong-cause'] ?? 0);
  const missed = seen.filter(({ incident }) => incident.status !== 'matched');
  return {
    asked,
    generated: {
      resetsPerSecond: round(lines.length / made.seconds, 0),
      healthyPerSecond: round(Number(/Requests\/sec:\s+([\d.]+)/.exec(wrk)?.[1]), 0),
      seconds: round(made.seconds),
      provoked: made.provoked,
      skipped: made.skipped,
      logged: lines.length,
    },
    latencyMs: percentiles(timed.map(({ toldUs, resetTsUs }) => (toldUs - resetTsUs) / 1000)),
    createdMs: percentiles(timed.map(({ createdAtUs, resetTsUs }) => (createdAtUs - resetTsUs) / 1000)),
    incidents: {
      rightConnection,
      rightPercent: round((100 * rightConnection) / Math.max(1, lines.length), 3),
      wrongConnection: judgements['wrong-connection'] ?? 0,
      wrongConnectionByKind: countBy(
        judged.filter(({ judgement }) => judgement === 'wrong-connection'),
        ({ episode }) => episode.kind,
      ),
      wrongCause: judgements['wrong-cause'] ?? 0,
      lost: judgements['no-incident'] ?? 0,
      double: seen.length - new Set(seen.map(({ incident }) => incident.line.raw)).size,
      withoutTruth: unexpected.length,
      unlogged: watch.unloggedCount,
      byStatus: countBy(seen, ({ incident }) => incident.status),
      byFirstStatus: countBy(seen, ({ first }) => first),
      unmatchedByReason: countBy(missed, ({ incident }) => incident.reason),
    },
    behindAtTheEnd: { waiting: depth.waiting, active: depth.active, dead: depth.failed },
    lostPackets: sum((coverage?.gaps ?? []).map((gap) => gap.lostPackets)),
    cpuSeconds: cpu,
    cpuPercentOfOneCore: Object.fromEntries(
      Object.entries(cpu).map(([name, of]) => [name, round((100 * of) / made.seconds, 0)]),
    ),
    ...costs,
  };
}

function holds({ asked, generated, latencyMs, incidents }) {
  const isGenerated = generated.resetsPerSecond >= GENERATED_SHARE * asked.resets;
  const isQuick = latencyMs.p50 <= GOAL.p50Ms && latencyMs.p99 <= GOAL.p99Ms;
  const isRight = incidents.rightPercent >= GOAL.rightPercent && incidents.lost === 0 && incidents.double === 0;
  return isGenerated && isQuick && isRight;
}

/** The highest of the rate and its halves that reaches the goal; null when none does. */
async function sustained(asked, first, say) {
  if (holds(first)) return { resetsPerSecond: asked.resets, healthyPerSecond: asked.healthy };
  const tried = [];
  for (let [resets, healthy] = [asked.resets / 2, asked.healthy / 2]; resets >= 10; resets /= 2, healthy /= 2) {
    const rate = { resets: Math.round(resets), healthy: Math.round(healthy), seconds: asked.searchSeconds };
    const found = await measure(rate, say);
    const { generated, latencyMs, incidents } = found;
    tried.push({ asked: rate, holds: holds(found), generated, latencyMs, rightPercent: incidents.rightPercent });
    if (holds(found)) return { resetsPerSecond: rate.resets, healthyPerSecond: rate.healthy, tried };
  }
  return { resetsPerSecond: null, healthyPerSecond: null, tried };
}

export const live = {
  about: 'all apps under a storm of logged resets: time to the incident, right connections, CPU of each app',
  options: {
    /** Logged a second. */
    resets: { type: 'string', default: '1000' },
    /** Healthy requests a second. */
    healthy: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '60' },
    /** Of each lower rate that is tried when this one does not hold. */
    'search-seconds': { type: 'string', default: '15' },
  },
  async run(options, say) {
    const [resets, healthy, seconds] = [options.resets, options.healthy, options.seconds].map(Number);
    const found = await measure({ resets, healthy, seconds }, say);
    const asked = { resets, healthy, searchSeconds: Number(options['search-seconds']) };
    return { goal: GOAL, ...found, sustains: await sustained(asked, found, say) };
  },
};
