/** `resetscope demo`: sets the stage, lets it play, compares every verdict with the truth, leaves nothing behind. */
import { setTimeout as delay } from 'node:timers/promises';
import { ExitCode, parseListenAddress } from '@resetscope/telemetry';
import { Cleanup } from './cleanup.ts';
import { type Evaluation, evaluate, type TimedIncident } from './demo/evaluation.ts';
import { IncidentFeed } from './demo/incident-feed.ts';
import { LiveList } from './demo/live-list.ts';
import { readClientConnections, readFamilyLines } from './demo/nginx-logs.ts';
import { Progress } from './demo/progress.ts';
import { requireDemoHost, type Stage, setStage } from './demo/stage.ts';
import { isPerfect, type Summary, summarize } from './demo/summary.ts';
import { summaryLines } from './demo/summary-text.ts';
import { Traffic } from './demo/traffic.ts';
import { parseCount, parseFlags } from './flags.ts';
import { stopSignal } from './stop-signal.ts';
import { Terminal } from './terminal.ts';

/** How long the last incidents may take after the traffic ended; less when somebody waits for the prompt. */
const SETTLE_MS = 10_000;
const STOPPED_SETTLE_MS = 3000;
const SETTLE_EVERY_MS = 250;

interface DemoOptions {
  /** undefined: until Ctrl-C. */
  readonly seconds: number | undefined;
  readonly listen: string;
  readonly json: boolean;
}

export function resolveDemoOptions(argv: readonly string[]): DemoOptions {
  const flags = parseFlags('demo', argv, {
    seconds: { type: 'string' },
    listen: { type: 'string' },
    json: { type: 'boolean' },
  });
  const listen = flags.listen ?? '127.0.0.1:9150';
  parseListenAddress(listen);
  const seconds =
    flags.seconds === undefined ? undefined : parseCount('seconds', flags.seconds, { min: 1, max: 86_400 });
  return { seconds, listen, json: flags.json === true };
}

export async function runDemo(argv: readonly string[]): Promise<number> {
  const options = resolveDemoOptions(argv);
  requireDemoHost();
  const terminal = new Terminal(options.json ? process.stderr : process.stdout, process.env);
  const stopped = stopSignal();
  const cleanup = new Cleanup();
  try {
    const stage = await Promise.race([setStage(options.listen, cleanup, new Progress(terminal)), stopped]);
    if (stage === 'stopped') return ExitCode.ok;
    const summary = await play(stage, { seconds: options.seconds, terminal, cleanup, stopped });
    if (options.json) console.log(JSON.stringify(summary, null, 2));
    else for (const line of summaryLines(summary, terminal)) terminal.writeLine(line);
    return isPerfect(summary) || options.seconds === undefined ? ExitCode.ok : ExitCode.failed;
  } finally {
    await cleanup.run();
  }
}

interface Play {
  readonly seconds: number | undefined;
  readonly terminal: Terminal;
  readonly cleanup: Cleanup;
  readonly stopped: Promise<'stopped'>;
}

/** Rejects with a ClearError when something on the stage ends by itself. */
async function play(stage: Stage, { seconds, terminal, cleanup, stopped }: Play): Promise<Summary> {
  const failed = stage.failed.then((error) => Promise.reject(error));
  const startedMs = performance.now();
  const traffic = new Traffic(stage.nginxAddress, stage.truth, stage.upstreams.deadAddress);
  await cleanup.defer(() => traffic.stop());
  const incidentIds = new Set<string>();
  const list = new LiveList(terminal, () => statusText(stage, traffic, startedMs, incidentIds.size));
  await cleanup.defer(async () => list.stop());
  const feed = await IncidentFeed.open(stage.redisUrl, (stored) => {
    incidentIds.add(stored.id);
    list.show(stored);
  });
  await cleanup.defer(() => feed.close());
  const timeUp = seconds === undefined ? [] : [delay(seconds * 1000, 'time is up' as const)];
  const end = await Promise.race([stopped, failed, ...timeUp]);
  const trafficSeconds = (performance.now() - startedMs) / 1000;
  await traffic.stop();
  const settled = await Promise.race([settle(stage, feed, end === 'stopped' ? STOPPED_SETTLE_MS : SETTLE_MS), failed]);
  list.stop();
  return summarize({
    ...settled,
    seconds: trafficSeconds,
    episodes: stage.truth.episodes,
    healthyRequests: traffic.healthyCount,
    healthProbes: traffic.probeCount,
  });
}

interface Settled {
  readonly evaluation: Evaluation;
  readonly incidents: readonly TimedIncident[];
}

/** Evaluates until every logged line has its right incident, or the time is over: verdicts may still be amended. */
async function settle(stage: Stage, feed: IncidentFeed, timeoutMs: number): Promise<Settled> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const [lines, clientOfConnection, incidents] = await Promise.all([
      readFamilyLines(stage.nginx.errorLog),
      readClientConnections(stage.nginx.accessLog),
      feed.all(),
    ]);
    const evaluation = evaluate({ episodes: stage.truth.episodes, lines, incidents, clientOfConnection });
    const isSettled =
      evaluation.lines.pending === 0 && evaluation.judged.every(({ judgement }) => judgement === 'right');
    if (isSettled || performance.now() >= deadlineMs) return { evaluation, incidents };
    await delay(SETTLE_EVERY_MS);
  }
}

function statusText(stage: Stage, traffic: Traffic, startedMs: number, incidentCount: number): string {
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  const background = `${traffic.healthyCount} healthy requests, ${traffic.probeCount} probes`;
  const counts = `${stage.truth.episodes.length} resets provoked, ${incidentCount} incidents`;
  return `${seconds} s: ${counts}, ${background}   ${stage.ready.web.url ?? ''}   Ctrl-C stops`;
}
