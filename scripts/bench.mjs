/** `npm run bench -- NAME [--json]`: installs what is missing, builds, then runs test/bench. Benchmarks want the machine for themselves. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import {
  BootstrapError,
  build,
  ensureNpmPackages,
  ensurePrograms,
  requireNode,
  root,
  runScript,
} from './bootstrap.mjs';

/** What a benchmark makes its traffic with, and the peers it stands beside. */
const TOOLS = {
  analyze: [
    { program: 'nginx', package: 'nginx' },
    { program: 'ip', package: 'iproute2' },
    { program: 'tcpdump', package: 'tcpdump' },
    { program: 'tshark', package: 'tshark' },
  ],
  capture: [
    { program: 'nginx', package: 'nginx' },
    { program: 'ip', package: 'iproute2' },
    { program: 'redis-server', package: 'redis-server' },
    { program: 'tcpreplay', package: 'tcpreplay' },
    { program: 'tcpdump', package: 'tcpdump' },
    { program: 'dumpcap', package: 'wireshark-common' },
    { program: 'wrk', package: 'wrk' },
    // npm cap is compiled: where that cannot be done, it is missing from the table.
    { program: 'pcap-config', package: 'libpcap-dev', optional: true },
    { program: 'make', package: 'make', optional: true },
    { program: 'g++', package: 'g++', optional: true },
    { program: 'python3', package: 'python3', optional: true },
  ],
  'capture-path': [
    { program: 'nginx', package: 'nginx' },
    { program: 'ip', package: 'iproute2' },
    { program: 'tcpdump', package: 'tcpdump' },
  ],
  tail: [
    { program: 'gzip', package: 'gzip' },
    { program: 'mtail', package: 'mtail' },
  ],
};

await runScript('npm run bench', async () => {
  const args = process.argv.slice(2);
  requireNode();
  const { missing: absent, reason } = ensurePrograms(TOOLS[args[0]] ?? []);
  const missing = absent.filter((tool) => tool.optional !== true);
  if (missing.length > 0)
    throw new BootstrapError(`expected ${missing.map((tool) => tool.program).join(' and ')}: ${reason}`);
  ensureNpmPackages();
  build();
  const bench = join(root, 'test', 'bench', 'bench.mjs');
  return spawnSync(process.execPath, ['--expose-gc', bench, ...args], { stdio: 'inherit' }).status ?? 1;
});
