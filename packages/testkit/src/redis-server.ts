/** A private redis-server on a unix socket: no port, no persistence unless asked for, gone with its owner. */
import { chmod, chown } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { startProgram } from './program.ts';
import { makeTempDir } from './temp-dir.ts';
import { waitUntil } from './wait-until.ts';

export interface RedisServer {
  /** `unix:/path/redis.sock`, as connectRedis of @resetscope/telemetry takes it. */
  readonly url: string;
  readonly pid: number;
  /** Settles when the server ended, however, with the end of its output. */
  readonly ended: Promise<string>;
  /** Resolves when the server and its temporary directory are gone. Idempotent. */
  stop(): Promise<void>;
}

export interface RedisServerOptions {
  /** Existing directory for the socket and the dump; a temporary one by default. */
  readonly dir?: string;
  /** Configuration after ours, as command-line arguments: `['--maxmemory', '64mb']`. */
  readonly args?: readonly string[];
  /** Group whose processes may use the socket besides our own user; needs root. Default: nobody else may. */
  readonly gid?: number;
}

/** Starts a server and waits until it answers PING. Throws when redis-server is missing or ends at once. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  if (options.dir !== undefined) return startRedisIn(options.dir, options);
  const temp = await makeTempDir('resetscope-redis-');
  try {
    const server = await startRedisIn(temp.path, options);
    return { ...server, stop: () => server.stop().then(temp.remove) };
  } catch (error) {
    await temp.remove();
    throw error;
  }
}

async function startRedisIn(dir: string, { args = [], gid }: RedisServerOptions): Promise<RedisServer> {
  const socket = join(dir, 'redis.sock');
  const place = ['--port', '0', '--unixsocket', socket, '--unixsocketperm', '700', '--dir', dir];
  const stores = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
  const program = await startProgram('redis-server', [...place, ...stores, ...args]);
  try {
    await waitUntil(() => answersPing(socket), { what: 'redis-server to answer', failed: program.ended });
    if (gid !== undefined) await shareWithGroup(dir, socket, gid);
  } catch (error) {
    await program.stop();
    throw error;
  }
  return { url: `unix:${socket}`, pid: program.pid, ended: program.ended, stop: program.stop };
}

/** The group may reach the socket through the directory, and see nothing else in it. */
async function shareWithGroup(dir: string, socket: string, gid: number): Promise<void> {
  const uid = process.getuid?.() ?? 0;
  await chown(dir, uid, gid);
  await chmod(dir, 0o710);
  await chown(socket, uid, gid);
  await chmod(socket, 0o770);
}

/** Does a Redis answer on this unix socket? Never rejects. */
export function answersPing(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(socketPath, () => socket.write('PING\r\n'));
    socket.setTimeout(1000, () => socket.destroy());
    socket.once('data', (reply) => {
      resolve(reply.toString('latin1').startsWith('+PONG'));
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}
