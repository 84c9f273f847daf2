/** `try-networks.ts DIR`: whether containers get networks of their own here, which need bridges and packet filters of the kernel. */
import { DockerDaemon } from './docker-daemon.ts';

/** The exit code when there can be no Docker here. */
const NO_DOCKER = 3;

const [dir = ''] = process.argv.slice(2);

try {
  const daemon = await DockerDaemon.start(dir, { networks: true });
  try {
    await daemon.docker('network', 'create', 'tried');
    await daemon.docker('network', 'rm', 'tried');
  } finally {
    await daemon.stop();
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = NO_DOCKER;
}
