/** The apps of one host, each a process of its own, as `resetscope up` starts them; and what each costs. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@resetscope/testkit';
import { cpuSeconds, peakBytes } from './capture-process.mjs';

const mainOf = (app) => fileURLToPath(new URL(`../../apps/${app}/dist/main.js`, import.meta.url));

/** What each logs when it works. */
const READY = { capture: '"capturing"', correlator: '"correlating"', tailer: '"ready"' };
export const NODE_NAME = 'bench';

export class LiveApps {
  #programs = new Map();

  /** start(command, args): a program in the namespace of the traffic. The tailer comes last, as in `resetscope up`. */
  static async start({ start, dir, redis, errorLog, ports }) {
    const apps = new LiveApps();
    apps.#programs.set('redis', { pid: redis.pid });
    const checkpointDir = join(dir, 'checkpoint');
    mkdirSync(checkpointDir);
    const common = ['--redis', redis.url, '--metrics-listen', '127.0.0.1:0'];
    const node = ['--node', NODE_NAME];
    const flags = {
      capture: ['--interface', 'lo', '--ports', ports.join(','), ...node],
      correlator: [],
      tailer: ['--error-log', errorLog, '--checkpoint-dir', checkpointDir, '--from', 'beginning', ...node],
    };
    for (const [name, own] of Object.entries(flags)) {
      const program = start(process.execPath, [mainOf(name), ...own, ...common]);
      apps.#programs.set(name, program);
      const failed = program.ended.then((code) => `${name} ended with ${code}: ${program.said.stderr.trim()}`);
      await waitUntil(() => program.said.stderr.includes(READY[name]), { what: `${name} to be ready`, failed });
    }
    return apps;
  }

  /** Seconds of CPU since their start, by app. */
  get cpuSeconds() {
    return Object.fromEntries([...this.#programs].map(([name, { pid }]) => [name, cpuSeconds(pid)]));
  }

  get peakMegabytes() {
    return Object.fromEntries([...this.#programs].map(([name, { pid }]) => [name, Math.round(peakBytes(pid) / 1e6)]));
  }

  /** What the apps said that is no information: warnings and errors. */
  get complaints() {
    const lines = [...this.#programs.values()].flatMap(({ said }) => said?.stderr.split('\n') ?? []);
    return lines.filter((line) => line !== '' && !line.includes('"level":30'));
  }
}
