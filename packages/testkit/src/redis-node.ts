/** One redis-server on a TCP port of this host, as a part of something larger: a cluster, a group behind sentinels. */
import { createConnection } from 'node:net';
import { startProgram } from './program.ts';
import { waitUntil } from './wait-until.ts';

const HOST = '127.0.0.1';

export interface RedisNode {
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  /** SIGKILL: no last words to replicas. Resolves when it is gone. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Keeps nothing on disk. args: configuration after ours. Resolves when it answers PING. */
export async function startRedisNode(dir: string, port: number, args: readonly string[]): Promise<RedisNode> {
  const place = ['--bind', HOST, '--port', String(port), '--dir', dir];
  const stores = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
  return startListening(port, [...place, ...stores, ...args]);
}

/** args: all of redis-server's, a configuration file among them if need be. */
export async function startListening(port: number, args: readonly string[]): Promise<RedisNode> {
  const { pid, ended, stop } = await startProgram('redis-server', args);
  try {
    await waitUntil(() => answers(port), { what: `redis-server on port ${port} to answer`, failed: ended });
  } catch (error) {
    await stop();
    throw error;
  }
  const kill = async (): Promise<void> => {
    process.kill(pid, 'SIGKILL');
    await ended;
  };
  return { host: HOST, port, pid, kill, stop };
}

/** Any answer at all to PING, also "no authentication". */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, HOST, () => socket.write('PING\r\n'));
    socket.setTimeout(1000, () => socket.destroy());
    socket.once('data', () => {
      resolve(true);
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}
