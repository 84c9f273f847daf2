/**
 * Plays one case and leaves its folder: error.log, access.log, nginx.conf, capture.pcap, truth.json.
 * Runs in a network namespace of its own: `unshare -n node ... run-case.ts NAME SEED DIR`.
 */
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProgram, makeTempDir } from '@resetscope/testkit';
import { type LabCase, labCases } from './cases.ts';
import type { Expected } from './expected.ts';
import { makeNoise, unlogged } from './log-stories.ts';
import { makeNetwork, type Network } from './network.ts';
import { makeCertificate, type NginxRun, startNginx } from './nginx.ts';
import { Random } from './random.ts';
import { type Play, Stage } from './stage.ts';
import { useCertificateOf } from './tls-stories.ts';
import { writeTruth } from './truth-writer.ts';
import { readSegments, SegmentIndex } from './tshark.ts';

/** A late capture starts this long after the first story. */
const LATE_MS = 700;
/** Long enough for nginx to write, short enough to wait for each time. */
const SETTLE_MS = 250;

interface Recording {
  readonly started: Promise<void>;
  stop(): Promise<string>;
}

/** tcpdump beside nginx; its buffer holds the answers of all stories at once. */
async function record(network: Network, file: string, labCase: LabCase): Promise<Recording> {
  const { snapLen = 262_144, cooked } = labCase;
  const on = cooked === undefined ? ['-i', 'eth0'] : ['-i', 'any', '-y', cooked];
  // -Z root: dropping privileges would also drop the signal that ends it with us (prctl(2) PR_SET_PDEATHSIG).
  // In KiB. Immediate mode keeps a slot of a whole snap length for each packet on `any` (libpcap pcap-linux.c, TPACKET_V2).
  const keep = ['-s', String(snapLen), '-B', cooked === undefined ? '32768' : '131072', '-U', '--immediate-mode'];
  const args = ['-Z', 'root', ...on, '-w', file, ...keep, 'tcp'];
  const program = await network.startInBox(findProgram('tcpdump') ?? 'tcpdump', args);
  const isThere = async (): Promise<void> => {
    // The file's header is written once the interface is open.
    for (let i = 0; i < 300 && !(statSync(file, { throwIfNoEntry: false })?.size ?? 0); i++) await delay(5);
    await delay(10);
  };
  return {
    started: isThere(),
    stop: async () => {
      await program.stop();
      return program.ended;
    },
  };
}

async function play(
  labCase: LabCase,
  stage: Stage,
  plays: readonly Play[],
  network: Network,
  file: string,
): Promise<{ readonly expected: Expected[]; readonly problems: string[]; readonly recording: Recording }> {
  const { stories, startsLate } = labCase;
  const recorded = delay(startsLate === true ? LATE_MS : 0).then(() => record(network, file, labCase));
  stage.captureStarted = recorded
    .then((recording) => recording.started)
    .then(() => {
      stage.isRecording = true;
    });
  stage.captureStarted.catch(() => undefined);
  if (startsLate !== true) await stage.captureStarted;
  const near = [...stage.addresses.clients.slice(0, stories.length), ...stage.addresses.clients.slice(-8)];
  const noise = makeNoise(stage, near, stage.random.int(6, 14));
  const problems: string[] = [];
  const results = await Promise.all(
    plays.map(async (tell, i) => {
      await delay(i * stage.random.int(5, 60));
      return tell().catch((error: Error) => {
        problems.push(`story ${i}: ${error.message}`);
        return [];
      });
    }),
  );
  await noise.catch((error: Error) => problems.push(`noise: ${error.message}`));
  await delay(SETTLE_MS);
  return { expected: results.flat(), problems, recording: await recorded };
}

async function runCase(name: string, seed: string, dir: string): Promise<void> {
  const labCase = labCases(new Random(`${seed} cases`)).find((one) => one.name === name);
  if (labCase === undefined) throw new Error(`there is no case ${name}`);
  const timezone = labCase.timezone ?? 'UTC';
  const stage = new Stage(`${seed} ${name}`, timezone);
  const network = await makeNetwork(stage.addresses, {
    ttl: stage.random.pick([64, 63, 57, 128]),
    smallWindows: labCase.smallWindows === true,
  });
  const temp = await makeTempDir('resetscope-lab-');
  const work = temp.path;
  makeCertificate(work);
  useCertificateOf(work);
  try {
    await stage.start();
    const plays: Play[] = [];
    for (const story of [...labCase.stories, unlogged]) plays.push(await story(stage));
    const settings = { logLevel: labCase.logLevel ?? 'info', timezone, workers: labCase.workers ?? 1 };
    const nginx: NginxRun = await startNginx(network, work, stage, settings);
    stage.workers = nginx.workers;
    const file = join(work, 'capture.pcap');
    const { expected, problems, recording } = await play(labCase, stage, plays, network, file);
    stage.stop();
    await delay(50);
    await nginx.stop();
    const report = await recording.stop();
    writeCase(labCase, dir, work, expected, [...problems, ...lossesOf(report)]);
  } finally {
    await network.stop();
    await temp.remove();
  }
}

function lossesOf(report: string): string[] {
  const lost = Number(/(\d+) packets dropped by kernel/.exec(report)?.[1] ?? 0);
  return lost === 0 ? [] : [`tcpdump lost ${lost} packets`];
}

function writeCase(
  labCase: LabCase,
  dir: string,
  work: string,
  expected: readonly Expected[],
  played: readonly string[],
): void {
  mkdirSync(dir, { recursive: true });
  for (const file of ['error.log', 'access.log', 'nginx.conf', 'capture.pcap'])
    copyFileSync(join(work, file), join(dir, file));
  if (labCase.clockOffsetSeconds !== undefined) shiftClock(join(dir, 'capture.pcap'), labCase.clockOffsetSeconds);
  const packets = new SegmentIndex(readSegments(join(dir, 'capture.pcap')));
  const read = (file: string): string => readFileSync(join(dir, file), 'latin1');
  // A level that hides the client side hides its lines; that is the case's point.
  const visible = labCase.logLevel === 'error' ? expected.filter(({ leg }) => leg === 'upstream') : expected;
  const written = writeTruth(read('error.log'), read('access.log'), visible, packets, labCase.relax ?? (() => ({})));
  const truth = {
    case: labCase.name,
    title: labCase.title,
    timezone: labCase.timezone ?? 'UTC',
    clockOffsetSeconds: labCase.clockOffsetSeconds ?? 0,
    lines: written.lines,
    noise: packets.counts(written.loggedStreams),
    untruthed: written.untruthed,
    problems: [...played, ...written.problems],
  };
  writeFileSync(join(dir, 'truth.json'), `${JSON.stringify(truth, null, 1)}\n`);
}

/** As if the capture's host had another clock: adds to the seconds of each record (pcap(5): 24 bytes, then 16 each). */
function shiftClock(file: string, seconds: number): void {
  const bytes = readFileSync(file);
  for (let at = 24; at + 16 <= bytes.length; at += 16 + bytes.readUInt32LE(at + 8)) {
    bytes.writeUInt32LE(bytes.readUInt32LE(at) + seconds, at);
  }
  writeFileSync(file, bytes);
}

const [name = '', seed = '', dir = ''] = process.argv.slice(2);
await runCase(name, seed, dir);
process.exit(0);
