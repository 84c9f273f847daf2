/**
 * Two network namespaces joined by a veth pair: `world`, where this process, its clients and its upstreams live, and
 * `box`, where nginx and tcpdump run. This process must already be in a namespace of its own (unshare -n).
 * Both disappear with their processes; nothing is left to remove.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { type StartedProgram, startProgram, waitUntil } from '@resetscope/testkit';
import type { Random } from './random.ts';

export interface Addresses {
  /** nginx's own. */
  readonly nginx: string;
  readonly nginx6: string;
  readonly clients: readonly string[];
  readonly clients6: readonly string[];
  readonly upstreams: readonly string[];
  readonly upstream6: string;
  /** SYNs to it reach the world and are answered by nobody. */
  readonly blackhole: string;
}

export function drawAddresses(random: Random): Addresses {
  const clientNet = random.pick(['10.20.30', '172.16.5', '203.0.113', '10.255.252', '198.51.100']);
  const upstreamNet = random.pick(['10.4.36', '192.168.20', '10.9.8']);
  const prefix6 = `fd${random.int(16, 255).toString(16)}:${random.int(16, 65535).toString(16)}`;
  const hosts = random.shuffle(Array.from({ length: 240 }, (_, i) => i + 5));
  return {
    nginx: `192.0.2.${random.int(2, 250)}`,
    nginx6: `${prefix6}:2::${random.int(2, 99).toString(16)}`,
    clients: hosts.slice(0, 60).map((host) => `${clientNet}.${host}`),
    clients6: hosts.slice(60, 68).map((host) => `${prefix6}:1::${host.toString(16)}`),
    upstreams: hosts.slice(68, 71).map((host) => `${upstreamNet}.${host}`),
    blackhole: `${upstreamNet}.250`,
    upstream6: `${prefix6}:3::${random.int(2, 99).toString(16)}`,
  };
}

export interface Network {
  /** Starts a program beside nginx. */
  startInBox(name: string, args: readonly string[]): Promise<StartedProgram>;
  stop(): Promise<void>;
}

export interface NetworkOptions {
  /** TTL of what the world sends (net.ipv4.ip_default_ttl). */
  readonly ttl: number;
  /** Clients and upstreams get a receive buffer of a few kilobytes (net.ipv4.tcp_rmem). */
  readonly smallWindows: boolean;
}

export async function makeNetwork(addresses: Addresses, options: NetworkOptions): Promise<Network> {
  const holder = await startProgram('unshare', ['-n', 'sleep', 'infinity']);
  const ownNet = readlinkSync('/proc/self/ns/net');
  await waitUntil(() => readlinkSync(`/proc/${holder.pid}/ns/net`) !== ownNet, { what: 'the second namespace' });
  const inBox = ['-t', String(holder.pid), '-n', '--'];
  run('ip', ['link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(holder.pid)]);
  const world4 = [...addresses.clients, ...addresses.upstreams];
  const world6 = [...addresses.clients6, addresses.upstream6];
  run('sh', ['-c', setUp(world4, world6)]);
  run('nsenter', [...inBox, 'sh', '-c', setUp([addresses.nginx], [addresses.nginx6])]);
  const mac = readFileSync('/sys/class/net/eth0/address', 'latin1').trim();
  run('nsenter', [...inBox, 'ip', 'neigh', 'add', addresses.blackhole, 'dev', 'eth0', 'lladdr', mac]);
  run('sysctl', ['-qw', `net.ipv4.ip_default_ttl=${options.ttl}`]);
  if (options.smallWindows) run('sysctl', ['-qw', 'net.ipv4.tcp_rmem=2304 6144 12288']);
  return {
    startInBox: (name, args) => startProgram('nsenter', [...inBox, name, ...args]),
    stop: () => holder.stop(),
  };
}

/** Host routes over one link: every address of the other side is reached directly. */
function setUp(addresses4: readonly string[], addresses6: readonly string[]): string {
  return [
    'sysctl -qw net.ipv6.conf.eth0.accept_dad=0',
    'ip link set lo up',
    'ip link set eth0 up',
    ...addresses4.map((address) => `ip addr add ${address}/32 dev eth0`),
    ...addresses6.map((address) => `ip -6 addr add ${address}/128 dev eth0 nodad`),
    'ip route add default dev eth0',
    'ip -6 route add default dev eth0',
  ].join(' && ');
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
