/** `npm run demo`: installs what is missing, builds, then hands over to `resetscope demo` with the same arguments. */
import { join } from 'node:path';
import { prepare, root, runScript } from './bootstrap.mjs';
import { runNode } from './run-node.mjs';

await runScript('npm run demo', () => {
  prepare(['nginx', 'redis-server']);
  const cli = join(root, 'apps', 'cli', 'bin', 'resetscope.js');
  return runNode([cli, 'demo', ...process.argv.slice(2)], { ipc: true });
});
