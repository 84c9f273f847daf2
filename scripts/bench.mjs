/** `npm run bench -- NAME [--json]`: installs what is missing, builds, then runs test/bench. Benchmarks want the machine for themselves. */
import { join } from 'node:path';
import { prepare, root, runScript } from './bootstrap.mjs';
import { runNode } from './run-node.mjs';

/** What a benchmark makes its traffic with, and the peers it stands beside. */
const PROGRAMS = {
  analyze: ['nginx', 'ip', 'tcpdump', 'tshark'],
  capture: ['nginx', 'ip', 'redis-server', 'tcpreplay', 'tcpdump', 'dumpcap', 'wrk'],
  'capture-path': ['nginx', 'ip', 'tcpdump'],
  live: ['nginx', 'ip', 'redis-server', 'wrk'],
  tail: ['gzip', 'mtail'],
  web: ['redis-server', 'chromium'],
};

/** npm cap is compiled: where that cannot be done, it is missing from the table. */
const OPTIONAL = { capture: ['pcap-config', 'make', 'g++', 'python3'] };

await runScript('npm run bench', () => {
  const [name, ...args] = process.argv.slice(2);
  prepare(PROGRAMS[name] ?? [], { optional: OPTIONAL[name] });
  const bench = join(root, 'test', 'bench', 'bench.mjs');
  return runNode(['--expose-gc', bench, ...(name === undefined ? [] : [name, ...args])]);
});
