/**
 * `resetscope analyze` beside tshark and tcpdump on one capture of at least two million packets, made here by replaying
 * recorded nginx traffic. All three look for resets and must find equally many; resetscope also follows every connection and
 * explains every line of the error log.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measuredRun, median } from './measured-run.mjs';
import { recordTraffic } from './record-traffic.mjs';
import { replayTraffic } from './replay-traffic.mjs';

const CLI = fileURLToPath(new URL('../../apps/cli/bin/resetscope.js', import.meta.url));
/** Requests of the recording: some 290,000 packets. */
const REQUESTS = 10_000;

const lines = (text) => text.split('\n').length - 1;

function contestants({ pcap, log }) {
  return [
    {
      name: 'resetscope analyze',
      command: process.execPath,
      args: [CLI, 'analyze', '--error-log', log, '--pcap', pcap, '--json'],
      resets: (stdout) => JSON.parse(stdout).resets.total,
    },
    { name: 'tshark', command: 'tshark', args: ['-n', '-r', pcap, '-Y', 'tcp.flags.reset==1'], resets: lines },
    { name: 'tcpdump', command: 'tcpdump', args: ['-nr', pcap, 'tcp[tcpflags] & tcp-rst != 0'], resets: lines },
  ];
}

/** In turns, so that all meet the same machine. */
async function race(all, rounds) {
  const runs = new Map(all.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const { name, command, args, resets } of all) {
      const run = await measuredRun(command, args);
      runs.get(name).push({ ...run, resets: resets(run.stdout), stdout: round === 0 ? run.stdout : '' });
    }
  return runs;
}

function summary(packets, runs) {
  const seconds = median(runs.map((run) => run.seconds));
  return {
    seconds,
    cpuSeconds: median(runs.map((run) => run.cpuSeconds)),
    packetsPerSecond: Math.round(packets / seconds),
    peakMegabytes: Math.round(median(runs.map((run) => run.peakBytes)) / 1e6),
    resets: runs[0].resets,
  };
}

/** What the verdicts are worth: every line of this traffic has its connection. */
function verdicts(stdout) {
  const { incidents } = JSON.parse(stdout);
  const count = (status) => incidents.filter((incident) => incident.status === status).length;
  return {
    lines: incidents.length,
    matched: count('matched'),
    ambiguous: count('ambiguous'),
    unmatched: count('unmatched'),
  };
}

export const analyze = {
  about: 'analyze beside tshark and tcpdump: packets a second and peak memory',
  options: { packets: { type: 'string', default: '2000000' }, rounds: { type: 'string', default: '3' } },
  async run({ packets, rounds }, say) {
    const dir = mkdtempSync(join(tmpdir(), 'resetscope-bench-'));
    try {
      say('recording nginx traffic');
      recordTraffic(dir, REQUESTS);
      const files = { pcap: join(dir, 'traffic.pcap'), log: join(dir, 'traffic.log') };
      const source = { recordedPcap: join(dir, 'recorded.pcap'), recordedLog: join(dir, 'error.log') };
      const made = replayTraffic({ ...source, ...files, packets: Number(packets) });
      say(`replayed: ${made.packets} packets, ${Math.round(made.bytes / 1e6)} MB, ${made.lines} log lines`);
      const runs = await race(contestants(files), Number(rounds));
      const tools = Object.fromEntries([...runs].map(([name, of]) => [name, summary(made.packets, of)]));
      const ours = tools['resetscope analyze'];
      return {
        capture: { packets: made.packets, bytes: made.bytes, logLines: made.lines },
        tools,
        ratios: {
          speedOverTshark: round1(tools.tshark.seconds / ours.seconds),
          memoryOverTshark: round3(ours.peakMegabytes / tools.tshark.peakMegabytes),
          speedOverTcpdump: round3(tools.tcpdump.seconds / ours.seconds),
        },
        sameResets: new Set(Object.values(tools).map((tool) => tool.resets)).size === 1,
        verdicts: verdicts(runs.get('resetscope analyze')[0].stdout),
      };
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

const round1 = (value) => Math.round(value * 10) / 10;
const round3 = (value) => Math.round(value * 1000) / 1000;
