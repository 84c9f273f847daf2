/**
 * `resetscope tail` beside grep, npm's `tail` and `@logdna/tail-file`, and mtail: how fast each goes through a large error log,
 * which lines each loses and repeats over rotations, what each costs while nothing is written. grep only reads; it is the mark of
 * how fast the machine can look at such a file at all.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { writeErrorLog } from './error-log-maker.mjs';
import { ROTATION_KINDS, writeAndRotate } from './log-rotations.mjs';
import { measuredRun, median } from './measured-run.mjs';
import { cpuNs, mtailOnceArgs, mtailTotal, startTool, TOOLS } from './tail-tools.mjs';

const NEEDLE = 'reset by peer';
/** 1 % of the large log, and of the log that is rotated 10 %. */
const RESET_EVERY = { speed: 100, rotations: 10 };
const LINES_PER_SECOND = 50_000;
const ROTATE_EVERY_MS = 500;
/** After the last line is written. */
const SILENCE_MS = 3000;
/** A tool that tells of nothing for so long has missed what it has not told. */
const GIVE_UP_MS = 60_000;
/** Until a program that has started does nothing any more: Node.js tidies its memory some seconds later. */
const CALM_MS = 15_000;
/** Who takes longer runs once. */
const SLOW_SECONDS = 10;
/** For starting, before the first line is written. */
const START_MS = 2000;

/** How long a follower takes until it has told of every reset in the file, starting included. */
async function readThrough(name, dir, { path, resets }) {
  const startedMs = performance.now();
  const tool = await startTool(name, dir, path);
  while (tool.count < resets && performance.now() - Math.max(startedMs, tool.lastAtMs) < GIVE_UP_MS) await pause(1);
  const run = {
    seconds: (tool.lastAtMs - startedMs) / 1000,
    readingSeconds: (tool.lastAtMs - tool.firstAtMs) / 1000,
    cpuSeconds: cpuNs(tool.pid) / 1e9,
    found: tool.count,
  };
  await tool.stop();
  return run;
}

/** grep, and mtail in the mode it has for whole files. */
async function runThrough(command, args, countIn) {
  const run = await measuredRun(command, args);
  return { ...run, readingSeconds: run.seconds, found: countIn(run.stdout) };
}

function speedContestants(dir, log) {
  const own = (name, round) => {
    const folder = join(dir, `${name}-${round}`);
    mkdirSync(folder);
    return folder;
  };
  const follow = (name) => (round) => readThrough(name, own(name, round), log);
  return {
    'grep -c': () => runThrough('grep', ['-c', NEEDLE, log.path], Number),
    resetscope: follow('resetscope'),
    'resetscope follower alone': follow('resetscope follower alone'),
    tail: follow('tail'),
    'tail-file': follow('tail-file'),
    mtail: (round) => runThrough('mtail', [...mtailOnceArgs(own('mtail', round), log.path)], mtailTotal),
  };
}

/** In turns, so that all meet the same machine. */
async function measureSpeed(dir, { bytes, rounds }, say) {
  const path = join(dir, 'large.log');
  const log = { path, ...writeErrorLog(path, bytes, RESET_EVERY.speed) };
  say(`a log of ${Math.round(log.bytes / 1e6)} MB, ${log.lines} lines, ${log.resets} of interest`);
  const contestants = Object.entries(speedContestants(dir, log));
  const runs = new Map(contestants.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of contestants) {
      if (runs.get(name).some(({ seconds }) => seconds > SLOW_SECONDS)) continue;
      const result = await run(round);
      say(`${name}: ${round2(result.seconds)} s`);
      runs.get(name).push(result);
    }
  rmSync(path);
  const of = (name) => speedSummary(log, runs.get(name));
  const tools = Object.fromEntries(contestants.map(([name]) => [name, of(name)]));
  const goal = Math.min(500, tools['grep -c'].megabytesPerSecond / 2);
  return { bytes: log.bytes, lines: log.lines, resets: log.resets, tools, goalMegabytesPerSecond: Math.round(goal) };
}

/** megabytesPerSecond: from the first reset that is told to the last; the start of Node.js is in secondsWithStart. */
function speedSummary(log, runs) {
  const of = (key) => median(runs.map((run) => run[key]));
  return {
    megabytesPerSecond: Math.round(log.bytes / of('readingSeconds') / 1e6),
    secondsWithStart: round2(of('seconds')),
    cpuSeconds: round2(of('cpuSeconds')),
    found: of('found'),
  };
}

async function measureRotations(name, kind, dir, rotations) {
  const folder = join(dir, `${name}-${kind}`);
  mkdirSync(folder);
  const path = join(folder, 'error.log');
  writeFileSync(path, '');
  const tool = await startTool(name, join(dir, `${name}-${kind}-state`), path);
  await pause(START_MS);
  const before = cpuNs(tool.pid);
  const written = await writeAndRotate({
    ...{ path, kind, rotations, linesPerSecond: LINES_PER_SECOND },
    ...{ rotateEveryMs: ROTATE_EVERY_MS, resetEvery: RESET_EVERY.rotations },
  });
  const cpuPercent = (cpuNs(tool.pid) - before) / 1e7 / written.seconds;
  const seen = await settled(tool, written.resets.size);
  await tool.stop();
  rmSync(folder, { recursive: true });
  const lost = [...written.resets].filter((number) => !seen.has(number)).length;
  const repeated = [...seen.values()].reduce((sum, count) => sum + count - 1, 0);
  return { written: written.resets.size, lost, repeated, cpuPercent: Math.round(cpuPercent) };
}

/** What a tool has seen once it sees no more. */
async function settled(tool, expected) {
  let seen = await tool.seen();
  for (let silentMs = 0; silentMs < SILENCE_MS && seen.size < expected; silentMs += 100) {
    await pause(100);
    const now = await tool.seen();
    if (now.size > seen.size) silentMs = 0;
    seen = now;
  }
  // what is repeated comes later than what it repeats
  await pause(500);
  return tool.seen();
}

/** All at once: they do nothing. */
async function measureIdle(dir, seconds) {
  const path = join(dir, 'idle.log');
  writeErrorLog(path, 1, RESET_EVERY.speed);
  const tools = [];
  for (const name of Object.keys(TOOLS)) tools.push([name, await startTool(name, join(dir, `idle-${name}`), path)]);
  await pause(CALM_MS);
  const before = tools.map(([, tool]) => cpuNs(tool.pid));
  await pause(seconds * 1000);
  const percent = tools.map(([name, { pid }], at) => [name, round3((cpuNs(pid) - before[at]) / 1e7 / seconds)]);
  for (const [, tool] of tools) await tool.stop();
  return Object.fromEntries(percent);
}

export const tail = {
  about: 'resetscope tail beside grep, npm tail, tail-file and mtail: MB a second, lost lines, idle CPU',
  options: {
    megabytes: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    rotations: { type: 'string', default: '20' },
    'idle-seconds': { type: 'string', default: '20' },
  },
  async run(options, say) {
    const dir = mkdtempSync(join(tmpdir(), 'resetscope-bench-'));
    try {
      const speed = await measureSpeed(dir, { bytes: options.megabytes * 1e6, rounds: Number(options.rounds) }, say);
      const rotations = {};
      for (const kind of ROTATION_KINDS) {
        rotations[kind] = {};
        for (const name of Object.keys(TOOLS)) {
          const result = await measureRotations(name, kind, dir, Number(options.rotations));
          say(`${kind}, ${name}: ${result.lost} of ${result.written} lost, ${result.repeated} repeated`);
          rotations[kind][name] = result;
        }
      }
      const idleCpuPercent = await measureIdle(dir, Number(options['idle-seconds']));
      return { speed, rotations, idleCpuPercent };
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

const round2 = (value) => Math.round(value * 100) / 100;
const round3 = (value) => Math.round(value * 1000) / 1000;
