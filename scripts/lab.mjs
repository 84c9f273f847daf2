/** `npm run lab`: makes new cases with known truth by real nginx and real sockets; see test/lab/README.md. */
import { prepare, runScript } from './bootstrap.mjs';
import { runSources } from './run-node.mjs';

const PROGRAMS = ['nginx', 'tcpdump', 'tshark', 'openssl', 'ip', 'nsenter', 'unshare', 'setpriv'];

await runScript('npm run lab', () => {
  prepare(PROGRAMS, { builds: false });
  return runSources('lab/load-typescript.mjs', 'lab/main.ts', process.argv.slice(2));
});
