/** `npm run fuzz`: a reader against hostile bytes; see test/fuzz/README.md. */
import { prepare, runScript } from './bootstrap.mjs';
import { runSources } from './run-node.mjs';

await runScript('npm run fuzz', () => {
  prepare([], { builds: false });
  return runSources('fuzz/register.mjs', 'fuzz/main.ts', process.argv.slice(2));
});
