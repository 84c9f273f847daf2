/**
 * `npm test`: installs what the tests need, then lint, build, type check, tests. Extra arguments go to jest. The last
 * line is always `N passed, N failed, N skipped`. With CI=true a missing tool is a failure, otherwise its tests skip.
 */
import { join } from 'node:path';
import {
  BootstrapError,
  build,
  ensureNpmPackages,
  ensurePrograms,
  requireNode,
  root,
  runScript,
  step,
} from './bootstrap.mjs';
import { runJest } from './run-node.mjs';

const PROGRAMS = ['nginx', 'redis-server', 'tshark', 'tcpdump', 'ip', 'logrotate', 'openssl'];
/** Apart from the others: on Ubuntu it is no Debian package, and its lack must not cost the rest. */
const BROWSER = ['chromium'];
/** With promtool: rules and dashboards are tried. */
const PROMETHEUS = ['prometheus'];

/** npm cap is compiled: where that cannot be done, the tests of capturing through it skip. */
const COMPILER = ['pcap-config', 'make', 'g++', 'python3'];

const bin = (name) => join(root, 'node_modules', '.bin', name);

await runScript('npm test', async () => {
  try {
    requireNode();
    for (const group of [PROGRAMS, BROWSER, PROMETHEUS]) reportMissing(ensurePrograms(group));
    const { missing } = ensurePrograms(COMPILER);
    if (missing.length > 0)
      process.stderr.write(`  - capturing through npm cap is not tested without ${missing.join(', ')}\n`);
    ensureNpmPackages();
    step('lint', [bin('biome'), 'check', '.']);
    build();
    step('type check of the tests', [bin('tsc'), '-p', 'tsconfig.test.json']);
  } catch (error) {
    if (!(error instanceof BootstrapError)) throw error;
    process.stderr.write(`npm test: ${error.message}\n`);
    console.log('0 passed, 1 failed, 0 skipped');
    return 1;
  }
  return jest(process.argv.slice(2));
});

function reportMissing({ missing, reason }) {
  if (missing.length === 0) return;
  const names = missing.join(', ');
  if (process.env.CI === 'true') throw new BootstrapError(`expected ${names}: ${reason}`);
  process.stderr.write(`  - tests that need ${names} will be skipped: ${reason}\n`);
}

/** jest writes to stderr; on stdout is the line of plain-reporter.mjs, held back because jest's own summary comes later. */
async function jest(args) {
  let plainLine = '0 passed, 1 failed, 0 skipped';
  const onLine = (line) => {
    if (/^\d+ passed, \d+ failed, \d+ skipped$/.test(line)) plainLine = line;
    else console.log(line);
  };
  const code = await runJest(args, { onLine });
  console.log(plainLine);
  return code;
}
