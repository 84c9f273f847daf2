/** What `up` needs of this host besides the log: an interface, the right to capture, a Redis or the program for one. */
import { readFileSync } from 'node:fs';
import { ANY_INTERFACE, interfaceNames } from '@resetscope/capture';
import type { RedisUrl } from '@resetscope/telemetry';
import { findProgram } from '@resetscope/testkit';
import { examineServers } from './doctor/redis-checks.ts';
import { openRedis } from './doctor/redis-opening.ts';
import { type Finding, fail, ok, warn } from './finding.ts';
import { Capability, has, type ProcessRights, readOwnRights } from './process-rights.ts';

export function checkInterface(name: string): Finding {
  const subject = `interface ${name}`;
  if (name === ANY_INTERFACE) return ok('interface', subject, 'captures on all interfaces');
  const names = process.platform === 'linux' ? interfaceNames() : [];
  if (!names.includes(name)) {
    const message = `no such interface, this host has ${[...names, ANY_INTERFACE].join(', ')}`;
    const fix =
      'take one of these with --interface; where nginx runs in a container, run in its network (--network container:NAME, or a sidecar)';
    return fail('interface', subject, message, fix, 'RS_INTERFACE_MISSING');
  }
  if (!isDown(name)) return ok('interface', subject, 'exists');
  return warn('interface', subject, 'is down', `ip link set ${name} up`);
}

/** sysfs may show another network namespace: what it does not know is not called down. */
function isDown(name: string): boolean {
  try {
    return readFileSync(`/sys/class/net/${name}/operstate`, 'latin1').trim() === 'down';
  } catch {
    return false;
  }
}

/** user: whom the capture becomes, undefined for its default. rights: of this process; undefined: asked of the kernel. */
export function checkCapture(user?: string, rights?: ProcessRights): Finding {
  const subject = 'packet capture';
  if (process.platform !== 'linux') {
    const message = `expected Linux (AF_PACKET), this is ${process.platform}`;
    const fix = 'run on the Linux host of nginx, or use resetscope analyze on a capture file';
    return fail('capture-right', subject, message, fix, 'RS_AF_PACKET_UNAVAILABLE');
  }
  const own = rights ?? readOwnRights();
  if (!has(own.effective, Capability.NET_RAW)) {
    const message = `expected CAP_NET_RAW, this process lacks it${own.isRoot ? ' although it is root' : ''}`;
    return fail('capture-right', subject, message, howToCapture(own), 'RS_NO_CAP_NET_RAW');
  }
  const mayLeaveRoot = has(own.effective, Capability.SETUID) && has(own.effective, Capability.SETGID);
  if (own.isRoot && user !== 'root' && !mayLeaveRoot) {
    const message = `CAP_NET_RAW is there, but root cannot become ${user ?? 'nobody'} without SETUID and SETGID`;
    const fix = '--cap-add SETUID --cap-add SETGID, or --user root: it then stays root, without capabilities';
    return fail('capture-right', subject, message, fix, 'RS_USAGE');
  }
  return ok('capture-right', subject, 'this process has CAP_NET_RAW');
}

/** Which step is missing depends on what the process could still get. */
function howToCapture({ isRoot, bounding, noNewPrivs }: ProcessRights): string {
  if (!has(bounding, Capability.NET_RAW)) {
    const unit = 'systemd: CapabilityBoundingSet=CAP_NET_RAW';
    return `it was taken away from outside, give it back: docker --cap-add NET_RAW; Kubernetes capabilities.add [NET_RAW]; ${unit}`;
  }
  if (isRoot) return 'start it without dropping capabilities: --cap-add NET_RAW';
  const asService = 'with AmbientCapabilities=CAP_NET_RAW in its systemd unit';
  if (noNewPrivs) return `no_new_privs is set, so setcap has no effect: run as root, or ${asService}`;
  return `run as root, or ${asService}, or once: sudo setcap cap_net_raw+ep ${process.execPath}`;
}

/** url undefined: a private redis-server will be started. */
export async function checkRedis(url: RedisUrl | undefined): Promise<readonly Finding[]> {
  if (url === undefined) return [checkRedisProgram()];
  const opened = await openRedis(url);
  if (opened.kind === 'closed') return [opened.finding];
  try {
    return await examineServers(opened.redis, url);
  } finally {
    opened.redis.disconnect();
  }
}

/** For the private one that `up` starts. */
export function checkRedisProgram(): Finding {
  const path = findProgram('redis-server');
  if (path !== null) return ok('redis', 'redis-server', `${path}, a private one will be started`);
  const message = 'expected it to be installed, because no Redis URL was given';
  const fix = 'apt-get install redis-server, or set REDIS_URL';
  return fail('redis', 'redis-server', message, fix, 'RS_PROGRAM_MISSING');
}
