/** A Redis that every user of this host may use, as the capture has given up being root. */
import { chmod } from 'node:fs/promises';
import { makeTempDir, type RedisServer, startRedis } from '@resetscope/testkit';

export async function startOpenRedis(): Promise<RedisServer> {
  const dir = await makeTempDir('resetscope-capture-');
  await chmod(dir.path, 0o755);
  const server = await startRedis({ dir: dir.path, args: ['--unixsocketperm', '777'] });
  return { ...server, stop: () => server.stop().then(dir.remove) };
}
