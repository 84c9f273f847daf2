/**
 * `build-images.ts DIR`: all images of docker-compose.yml in DIR, for a daemon that is started there afterwards. They are
 * built in this machine's own network, because npm and apt need it; where the stack runs there is no way out.
 */
import { join } from 'node:path';
import { repositoryRoot } from '@resetscope/testkit';
import { type BaseImages, provideBaseImages } from './base-images.ts';
import { DockerDaemon } from './docker-daemon.ts';

const [dir = ''] = process.argv.slice(2);

function describe(base: BaseImages): string {
  if (base.kind === 'pulled') return `pulled: ${base.images.join(', ')}`;
  const leftOut = base.leftOut.length === 0 ? '' : `; left out: ${base.leftOut.join(', ')}`;
  return `no image registry is reached, so these are stand-ins of Debian's and npm's packages: ${base.images.join(', ')}${leftOut}`;
}

const daemon = await DockerDaemon.start(dir, { networks: false });
try {
  const base = await timed('base images', () => provideBaseImages(daemon, join(dir, 'build')));
  process.stderr.write(`    ${describe(base)}\n`);
  const build = ['build', '--network', 'host', '--tag', 'resetscope:0.1.0', repositoryRoot()];
  await timed('image resetscope', () => daemon.docker(...build));
} finally {
  await daemon.stop();
}

async function timed<T>(label: string, work: () => Promise<T>): Promise<T> {
  const startedMs = performance.now();
  const result = await work();
  process.stderr.write(`  ✓ ${label} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)\n`);
  return result;
}
