/** A real master with replicas, watched by real sentinels that elect another when it dies. Gone with its owner. */
import { writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { freePorts } from './free-port.ts';
import { type RedisNode, startListening, startRedisNode } from './redis-node.ts';
import { makeTempDir } from './temp-dir.ts';
import { waitUntil } from './wait-until.ts';

const MASTER_NAME = 'shop';
const SENTINELS = 3;
const QUORUM = 2;
/** A master counts as down after this long without an answer. */
const DOWN_AFTER_MS = 1000;

export interface RedisSentinel {
  /** `redis+sentinel://host:port,host:port/shop`, as connectRedis of @resetscope/telemetry takes it. */
  readonly url: string;
  /** The master at the beginning, then its replicas. */
  readonly nodes: readonly RedisNode[];
  readonly sentinels: readonly RedisNode[];
  /** The master as the sentinels name it now. */
  master(): Promise<RedisNode>;
  stop(): Promise<void>;
}

/** replicas: of the one master. Resolves when every sentinel knows the replicas and the other sentinels. */
export async function startRedisSentinel(replicas = 1): Promise<RedisSentinel> {
  const ports = await freePorts(1 + replicas + SENTINELS);
  const temp = await makeTempDir('resetscope-redis-sentinel-');
  const nodes: RedisNode[] = [];
  const sentinels: RedisNode[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all([...sentinels, ...nodes].map((node) => node.stop()));
    await temp.remove();
  };
  try {
    const [masterPort = 0, ...others] = ports;
    nodes.push(await startRedisNode(temp.path, masterPort, []));
    const follow = ['--replicaof', '127.0.0.1', `${masterPort}`, '--repl-diskless-sync-delay', '0'];
    for (const port of others.slice(0, replicas)) {
      nodes.push(await startRedisNode(temp.path, port, [...follow, '--dbfilename', `${port}.rdb`]));
    }
    for (const replica of nodes.slice(1)) await synced(replica);
    for (const port of others.slice(replicas)) sentinels.push(await startSentinel(temp.path, port, masterPort));
    await allKnown(sentinels, replicas);
  } catch (error) {
    await stop();
    throw error;
  }
  const url = `redis+sentinel://${sentinels.map(({ host, port }) => `${host}:${port}`).join(',')}/${MASTER_NAME}`;
  return { url, nodes, sentinels, master: () => masterOf(nodes, sentinels), stop };
}

function synced(replica: RedisNode): Promise<void> {
  const isUp = async (): Promise<boolean> => (await ask(replica, 'INFO replication')).includes('link_status:up');
  return waitUntil(isUp, { what: 'the replica to have what the master has' });
}

async function startSentinel(dir: string, port: number, masterPort: number): Promise<RedisNode> {
  const path = join(dir, `sentinel-${port}.conf`);
  await writeFile(
    path,
    `bind 127.0.0.1
port ${port}
dir ${dir}
sentinel monitor ${MASTER_NAME} 127.0.0.1 ${masterPort} ${QUORUM}
sentinel down-after-milliseconds ${MASTER_NAME} ${DOWN_AFTER_MS}
sentinel failover-timeout ${MASTER_NAME} 5000
`,
  );
  return startListening(port, [path, '--sentinel']);
}

function allKnown(sentinels: readonly RedisNode[], replicas: number): Promise<void> {
  const expected = `slaves=${replicas},sentinels=${SENTINELS}`;
  return waitUntil(
    async () =>
      (await Promise.all(sentinels.map((one) => ask(one, 'INFO sentinel')))).every((text) => text.includes(expected)),
    { what: 'the sentinels to know each other and the replicas' },
  );
}

async function masterOf(nodes: readonly RedisNode[], [sentinel]: readonly RedisNode[]): Promise<RedisNode> {
  if (sentinel === undefined) throw new Error('there is no sentinel');
  const reply = await ask(sentinel, `SENTINEL get-master-addr-by-name ${MASTER_NAME}`);
  const node = nodes.find(({ port }) => reply.includes(`\r\n${port}\r\n`));
  if (node === undefined) throw new Error(`the sentinel names no master of ours: ${reply}`);
  return node;
}

/** The reply as it is on the wire, when it comes in one piece, as those of a few hundred bytes do. */
function ask({ host, port }: RedisNode, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, host, () => socket.write(`${command}\r\n`));
    socket.once('error', reject);
    socket.once('data', (reply) => {
      resolve(reply.toString('latin1'));
      socket.destroy();
    });
  });
}
