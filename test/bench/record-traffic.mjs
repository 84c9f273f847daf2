/** Runs nginx-traffic.mjs in a network namespace of its own, which it makes and removes: real nginx, real sockets, real packets. */
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const TRAFFIC = fileURLToPath(new URL('nginx-traffic.mjs', import.meta.url));

function addresses() {
  const lines = ['addr add 10.1.255.1/32 dev lo', 'addr add 10.1.255.2/32 dev lo'];
  for (let net = 1; net <= 4; net++)
    for (let host = 1; host <= 64; host++) lines.push(`addr add 10.1.${net}.${host}/32 dev lo`);
  return `${lines.join('\n')}\n`;
}

/** Leaves recorded.pcap and error.log in dir. Loopback gets an Ethernet MTU and no segmentation offload: packets as on a wire. */
export function recordTraffic(dir, requests) {
  const name = `resetscope-bench-${process.pid}`;
  const ip = (...args) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  ip('netns', 'add', name);
  try {
    ip('-n', name, 'link', 'set', 'lo', 'mtu', '1500', 'gso_max_size', '1500', 'up');
    execFileSync('ip', ['-n', name, '-batch', '-'], { input: addresses() });
    const args = ['netns', 'exec', name, process.execPath, TRAFFIC, '--dir', dir, '--requests', String(requests)];
    const { status, stderr } = spawnSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
    if (status !== 0) throw new Error(`recording nginx traffic failed: ${stderr.trim()}`);
  } finally {
    ip('netns', 'del', name);
  }
}
