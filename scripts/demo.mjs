/** `npm run demo`: installs what is missing, builds, then hands over to `resetscope demo` with the same arguments. */
import { spawn } from 'node:child_process';
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

const tools = [
  { program: 'nginx', package: 'nginx' },
  { program: 'redis-server', package: 'redis-server' },
];

await runScript('npm run demo', async () => {
  requireNode();
  const { missing, reason } = ensurePrograms(tools);
  if (missing.length > 0)
    throw new BootstrapError(`expected ${missing.map((tool) => tool.program).join(' and ')}: ${reason}`);
  ensureNpmPackages();
  build();
  return demo(process.argv.slice(2));
});

/** Ctrl-C reaches the child from the terminal by itself; a SIGTERM is passed on; a kill closes its IPC channel. */
function demo(args) {
  const cli = join(root, 'apps', 'cli', 'bin', 'resetscope.js');
  const child = spawn(process.execPath, [cli, 'demo', ...args], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}
