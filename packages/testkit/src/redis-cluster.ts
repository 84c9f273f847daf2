/** A real Redis Cluster on this host: made by `redis-cli --cluster create`, gone with its owner. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { freePorts } from './free-port.ts';
import { findProgram } from './program.ts';
import { type RedisNode, startRedisNode } from './redis-node.ts';
import { makeTempDir } from './temp-dir.ts';
import { waitUntil } from './wait-until.ts';

const run = promisify(execFile);

/** A node counts as failed after this long without an answer. */
const NODE_TIMEOUT_MS = 1000;

export interface RedisCluster {
  /** `redis+cluster://host:port,host:port`, as connectRedis of @resetscope/telemetry takes it. */
  readonly url: string;
  /** In the order of redis-cli: masters first, then their replicas. */
  readonly nodes: readonly RedisNode[];
  /** What redis-cli prints for this command at this node. */
  cli(node: RedisNode, ...command: string[]): Promise<string>;
  /** The node that serves the slot of this key, as those alive know it; null: none does now. */
  masterOf(key: string): Promise<RedisNode | null>;
  stop(): Promise<void>;
}

export interface RedisClusterOptions {
  /** Default 3, the least that a cluster takes. */
  readonly masters?: number;
  /** Of each master; default none. */
  readonly replicas?: number;
  /** Configuration of every node, after ours. */
  readonly args?: readonly string[];
}

/** Resolves when all slots are served and every node knows it. */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const { masters = 3, replicas = 0, args = [] } = options;
  const count = masters * (1 + replicas);
  const ports = await freePorts(2 * count);
  const temp = await makeTempDir('resetscope-redis-cluster-');
  const nodes: RedisNode[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
    await temp.remove();
  };
  try {
    for (let i = 0; i < count; i++) {
      const [port, busPort] = [ports[i] as number, ports[count + i] as number];
      nodes.push(await startRedisNode(temp.path, port, [...clusterArgs(port, busPort), ...args]));
    }
    await create(nodes, replicas);
  } catch (error) {
    await stop();
    throw error;
  }
  const url = `redis+cluster://${nodes.map(addressOf).join(',')}`;
  return { url, nodes, cli, masterOf: (key) => masterOf(nodes, key), stop };
}

function clusterArgs(port: number, busPort: number): readonly string[] {
  const files = ['--cluster-config-file', `nodes-${port}.conf`, '--dbfilename', `${port}.rdb`];
  const timeout = ['--cluster-node-timeout', `${NODE_TIMEOUT_MS}`, '--repl-diskless-sync-delay', '0'];
  return ['--cluster-enabled', 'yes', '--cluster-port', `${busPort}`, ...files, ...timeout];
}

async function create(nodes: readonly RedisNode[], replicas: number): Promise<void> {
  const options = ['--cluster-replicas', `${replicas}`, '--cluster-yes'];
  await run(redisCli(), ['--cluster', 'create', ...nodes.map(addressOf), ...options]);
  const replicaCount = nodes.length - nodes.length / (1 + replicas);
  await waitUntil(async () => (await Promise.all(nodes.map((node) => isSettled(node, replicaCount)))).every(Boolean), {
    what: 'the cluster to serve, with its replicas',
  });
}

/** Does it serve, know all replicas, and, itself a replica, have what its master has? */
async function isSettled(node: RedisNode, replicaCount: number): Promise<boolean> {
  const isServing = (await cli(node, 'cluster', 'info')).includes('cluster_state:ok');
  const known = (await cli(node, 'cluster', 'nodes')).match(/\bslave\b/g)?.length ?? 0;
  return isServing && known === replicaCount && !(await cli(node, 'info', 'replication')).includes('link_status:down');
}

async function masterOf(nodes: readonly RedisNode[], key: string): Promise<RedisNode | null> {
  for (const asked of nodes) {
    try {
      const slot = Number(await cli(asked, 'cluster', 'keyslot', key));
      const port = masterPort(await cli(asked, 'cluster', 'nodes'), slot);
      const node = nodes.find((one) => one.port === port);
      if (node !== undefined) return node;
    } catch {
      // this one is dead
    }
  }
  return null;
}

/** From `CLUSTER NODES`: `ID HOST:PORT@BUS FLAGS ... FROM-TO FROM-TO`. */
function masterPort(table: string, slot: number): number | undefined {
  for (const line of table.split('\n')) {
    const [, address = '', flags = '', , , , , , ...slots] = line.split(' ');
    if (!flags.includes('master') || flags.includes('fail')) continue;
    const serves = slots.some((range) => {
      const [from = Number.NaN, to = from] = range.split('-').map(Number);
      return slot >= from && slot <= to;
    });
    if (serves) return Number(/:(\d+)@/.exec(address)?.[1]);
  }
  return undefined;
}

async function cli(node: RedisNode, ...command: string[]): Promise<string> {
  return (await run(redisCli(), ['-h', node.host, '-p', `${node.port}`, ...command])).stdout.trim();
}

function redisCli(): string {
  const program = findProgram('redis-cli');
  if (program === null) throw new Error('redis-cli is not installed');
  return program;
}

function addressOf({ host, port }: RedisNode): string {
  return `${host}:${port}`;
}
