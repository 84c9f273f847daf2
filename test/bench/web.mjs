/**
 * The pages with a week of incidents behind them: latency of each kind of page under an open-loop load while new incidents come,
 * first contentful paint and weight in Chromium, and what the process costs.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { IncidentStore } from '@resetscope/incidents';
import { connectRedis } from '@resetscope/telemetry';
import { freePort, startRedis, waitUntil } from '@resetscope/testkit';
import { CleanUp } from './capture-clean-up.mjs';
import { cpuSeconds, peakBytes } from './capture-process.mjs';
import { openLoop } from './open-loop.mjs';
import { openBrowser, paint } from './page-paint.mjs';

const GOAL = { p99Ms: 50, firstContentfulPaintMs: 200, transferredBytes: 150_000 };

const WEB = fileURLToPath(new URL('../../apps/web/dist/main.js', import.meta.url));
const SEED = fileURLToPath(new URL('../../apps/web/src/testing/seed-main.ts', import.meta.url));
const LOAD_TYPESCRIPT = new URL('../lab/load-typescript.mjs', import.meta.url).href;

const DAYS = 7;
/** Incidents whose pages are asked for, one after the other: more than any cache would keep. */
const SAMPLE = 2000;
/** Before the figures count: code that has run once is compiled. */
const WARM_SECONDS = 3;

const round = (value, digits = 1) => Number(value.toFixed(digits));

function percentiles(valuesMs) {
  const sorted = [...valuesMs].sort((a, b) => a - b);
  const at = (share) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN);
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

function seed(redisUrl, { incidents, groups }) {
  const args = ['--redis', redisUrl, '--incidents', incidents, '--groups', groups, '--days', String(DAYS)];
  const hooks = ['--conditions=@resetscope/source', '--import', LOAD_TYPESCRIPT];
  const { status, stderr } = spawnSync(process.execPath, ['--no-warnings', ...hooks, SEED, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0) throw new Error(`seeding ended with ${status}: ${stderr}`);
}

async function startWeb(cleanUp, redisUrl) {
  const listen = `127.0.0.1:${await freePort()}`;
  const args = [WEB, '--redis', redisUrl, '--listen', listen, '--rate-limit', '100000'];
  const web = cleanUp.start(process.execPath, args);
  const failed = web.ended.then((code) => `it ended with ${code}: ${web.said.stderr.trim()}`);
  const isReady = async () => (await fetch(`http://${listen}/readyz`).catch(() => null))?.ok === true;
  await waitUntil(isReady, { what: 'web to be ready', failed });
  return { url: `http://${listen}`, pid: web.pid };
}

/** Puts so many incidents a second until it is stopped: what was kept of the lists has to be read again. */
function startWriting(store, template, perSecond) {
  let written = 0;
  const timer = setInterval(() => {
    const now = Date.now() * 1000;
    store.put({ ...template, id: `live-${written++}`, createdAtUs: now, evidence: null }).catch(() => undefined);
  }, 1000 / perSecond);
  return () => {
    clearInterval(timer);
    return written;
  };
}

/** By kind of page, the address of the nth request. */
function kindsOfPages(groupIds, incidentIds) {
  const of = (values) => (n) => values[n % values.length];
  const views = ['', '?range=7d', '?harm=failed', '?leg=upstream', '?range=1h', '?order=count', '?state=any'];
  const lists = ['', '?range=7d', '?status=unmatched', '?leg=upstream', '?range=1h', '?harm=failed'];
  return {
    groupList: of(views.map((view) => `/${view}`)),
    groupPage: of(groupIds.map((id) => `/groups/${id}`)),
    incidentList: of(lists.map((list) => `/incidents${list}`)),
    incidentPage: of(incidentIds.map((id) => `/incidents/${encodeURIComponent(id)}`)),
  };
}

async function measureLoad({ url, pid }, pathAt, { requestsPerSecond, seconds }) {
  const urlAt = (n) => `${url}${pathAt(n)}`;
  await openLoop({ urlAt, requestsPerSecond, seconds: WARM_SECONDS });
  const before = cpuSeconds(pid);
  const { latenciesMs, failed, firstFailure, seconds: took } = await openLoop({ urlAt, requestsPerSecond, seconds });
  return {
    latencyMs: percentiles(latenciesMs),
    answered: latenciesMs.length,
    failed,
    ...(firstFailure === null ? {} : { firstFailure }),
    cpuPercentOfOneCore: round((100 * (cpuSeconds(pid) - before)) / took, 0),
  };
}

async function measurePaint(web, paths, say) {
  const browser = await openBrowser();
  try {
    const painted = {};
    for (const [kind, path] of Object.entries(paths)) {
      say(`first contentful paint of ${path}`);
      painted[kind] = await paint(browser, `${web.url}${path}`);
    }
    return painted;
  } finally {
    await browser.close();
  }
}

async function run(options, cleanUp, say) {
  const redis = await startRedis();
  cleanUp.add(() => spawnSync('kill', ['-9', String(redis.pid)], { stdio: 'ignore' }));
  say(`${options.incidents} incidents in ${options.groups} groups`);
  seed(redis.url, options);
  const client = await connectRedis(redis.url);
  const incidents = Number(options.incidents);
  const store = new IncidentStore(client, { limits: { maxIncidents: 2 * incidents, maxAgeSeconds: 30 * 86_400 } });
  const stored = await store.list({ limit: SAMPLE });
  const groups = await store.groups({ limit: Number(options.groups) });
  const web = await startWeb(cleanUp, redis.url);
  const pages = kindsOfPages(
    groups.map(({ id }) => id),
    stored.map(({ id }) => id),
  );
  const load = { requestsPerSecond: Number(options.rate), seconds: Number(options.seconds) };
  const template = stored.find(({ incident }) => incident.status === 'matched') ?? stored[0];
  const stopWriting = startWriting(store, template, Number(options.writes));
  const underLoad = {};
  for (const [kind, pathAt] of Object.entries(pages)) {
    say(`${kind}: ${load.requestsPerSecond} requests a second for ${load.seconds} s`);
    underLoad[kind] = await measureLoad(web, pathAt, load);
  }
  const written = stopWriting();
  const inBrowser = await measurePaint(
    web,
    Object.fromEntries(Object.entries(pages).map(([k, at]) => [k, at(0)])),
    say,
  );
  const redisBytes = Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]);
  client.disconnect();
  return {
    asked: { incidents, groups: groups.length, ...load, writesPerSecond: Number(options.writes) },
    underLoad,
    inBrowser,
    written,
    webPeakMegabytes: round(peakBytes(web.pid) / 1e6, 0),
    redisMegabytes: round(redisBytes / 1e6, 0),
  };
}

function isReached({ underLoad, inBrowser }) {
  const isQuick = Object.values(underLoad).every(({ latencyMs, failed }) => latencyMs.p99 < GOAL.p99Ms && failed === 0);
  const isLight = Object.values(inBrowser).every(
    (page) =>
      page.firstContentfulPaintMs < GOAL.firstContentfulPaintMs && page.transferredBytes < GOAL.transferredBytes,
  );
  return isQuick && isLight;
}

export const web = {
  about: 'pages with 100,000 incidents: latency at a fixed rate of requests, first paint, weight, memory',
  options: {
    incidents: { type: 'string', default: '100000' },
    groups: { type: 'string', default: '500' },
    /** Requests a second, for each kind of page. */
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '20' },
    /** Incidents that come each second meanwhile. */
    writes: { type: 'string', default: '10' },
  },
  async run(options, say) {
    const cleanUp = new CleanUp();
    try {
      const found = await run(options, cleanUp, say);
      return { goal: GOAL, reached: isReached(found), ...found };
    } finally {
      cleanUp.run();
    }
  },
};
