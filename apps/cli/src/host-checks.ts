/** What resetscope needs of this host besides the log: an interface, the right to capture, Redis, nginx. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ANY_INTERFACE, interfaceNames } from '@resetscope/capture';
import { ClearError, connectRedis, maskRedisUrl, type RedisUrl, redisAccessFrom } from '@resetscope/telemetry';
import { canCapture, findProgram } from '@resetscope/testkit';
import type { Finding } from './finding.ts';

export function checkInterface(name: string): Finding {
  const subject = `interface ${name}`;
  if (name === ANY_INTERFACE) return { status: 'ok', subject, message: 'captures on all interfaces' };
  const names = process.platform === 'linux' ? interfaceNames() : [];
  if (!names.includes(name)) {
    const fix = 'give one of these with --interface';
    const message = `no such interface, this host has ${[...names, ANY_INTERFACE].join(', ')}`;
    return { status: 'fail', subject, message, fix, code: 'RS_INTERFACE_MISSING' };
  }
  if (!isDown(name)) return { status: 'ok', subject, message: 'exists' };
  return { status: 'warn', subject, message: 'is down', fix: `ip link set ${name} up` };
}

/** sysfs may show another network namespace: what it does not know is not called down. */
function isDown(name: string): boolean {
  try {
    return readFileSync(`/sys/class/net/${name}/operstate`, 'latin1').trim() === 'down';
  } catch {
    return false;
  }
}

export function checkCapture(): Finding {
  const subject = 'packet capture';
  if (process.platform !== 'linux') {
    const message = `expected Linux (AF_PACKET), this is ${process.platform}`;
    const fix = 'run on the Linux host of nginx, or use resetscope analyze on a capture file';
    return { status: 'fail', subject, message, fix, code: 'RS_AF_PACKET_UNAVAILABLE' };
  }
  if (canCapture()) return { status: 'ok', subject, message: 'this process has CAP_NET_RAW' };
  const fix = `run as root, or once: sudo setcap cap_net_raw+ep ${process.execPath}`;
  return {
    status: 'fail',
    subject,
    message: 'expected CAP_NET_RAW, this process lacks it',
    fix,
    code: 'RS_NO_CAP_NET_RAW',
  };
}

/** url undefined: a private redis-server will be started. */
export async function checkRedis(url: RedisUrl | undefined): Promise<readonly Finding[]> {
  if (url === undefined) return [checkRedisProgram()];
  const subject = `Redis ${maskRedisUrl(url)}`;
  try {
    const access = redisAccessFrom({ redis: url }, process.env);
    const redis = await connectRedis(access, { connectTimeout: 3000, retryStrategy: () => null });
    const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1] ?? 'unknown';
    redis.disconnect();
    const reachable: Finding = { status: 'ok', subject, message: 'reachable' };
    if (policy === 'noeviction') return [reachable];
    const message = `maxmemory-policy is ${policy}: Redis may drop queued lines and packets`;
    return [reachable, { status: 'warn', subject, message, fix: 'CONFIG SET maxmemory-policy noeviction' }];
  } catch (error) {
    const reason = error instanceof ClearError && error.cause instanceof Error ? error.cause.message : String(error);
    const message = `expected a server there, got: ${reason}`;
    return [{ status: 'fail', subject, message, fix: 'start it or set REDIS_URL', code: 'RS_REDIS_UNAVAILABLE' }];
  }
}

function checkRedisProgram(): Finding {
  const subject = 'redis-server';
  const path = findProgram('redis-server');
  if (path !== null) return { status: 'ok', subject, message: `${path}, a private one will be started` };
  const fix = 'apt-get install redis-server, or set REDIS_URL';
  const message = 'expected it to be installed, because no Redis URL was given';
  return { status: 'fail', subject, message, fix, code: 'RS_PROGRAM_MISSING' };
}

export function checkNginx(): Finding {
  const path = findProgram('nginx');
  if (path === null) {
    const fix = 'nothing to do when nginx runs in a container; otherwise run resetscope on the host of nginx';
    return { status: 'warn', subject: 'nginx', message: 'not installed on this host', fix };
  }
  const version = /nginx\/(\S+)/.exec(spawnSync(path, ['-v'], { encoding: 'latin1' }).stderr)?.[1];
  return { status: 'ok', subject: 'nginx', message: `${path}, version ${version ?? 'unknown'}` };
}
